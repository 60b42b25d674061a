"""A stand-in for Weibo, WeChat and Mastodon that speaks their documented HTTP protocols.

It is an independent judge: nothing here imports from `app/`, and everything it is asked or told is
recorded so that a test can find out what really arrived.
"""
