"""The jobs that mail declares."""

from __future__ import annotations

from app.core.jobs import Job, Queue

SEND_DUE = Job("mail.send_due", Queue.DEFAULT)
"""A mail server may take its time: nothing that anybody waits for at a screen stands behind it."""
FORGET_OLD = Job("mail.forget_old", Queue.DEFAULT)
