"""Automation: rules that act when something happens (当…且…则…).

A rule says when (`triggers`), on which condition (app.conditions) and what is done (`actions`). `following`
reads the event log behind its commits and writes a run down for each rule and event that meet; `timing` does
so for moments that have come; `running` does a run's acts one by one, each in the transaction that notes it.
Whatever a rule does, it does for its owner, with their rights and reach at that moment, through the services
that people use (`acting`).
"""
