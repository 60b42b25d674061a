"""The demo organisation's past: days of posts, requests and answers, made from a seed and written in bulk.

A day is one transaction and depends on the seed, the day and what the days before left behind; so a run that
is interrupted goes on with the next day, and the same seed gives the same rows. What is true of the whole
stands in `truths.py`, for tests to find and for people to look for.
"""
