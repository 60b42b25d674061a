"""The jobs that accounts declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

PROCESS_DELIVERIES = Job("accounts.process_deliveries", Queue.LIVE)
"""Pushes were kept; understanding them is the listener's work, a layer above."""
TRY_REFUSED_AGAIN = Job("accounts.try_refused_again", Queue.DEFAULT)
REFRESH_FACTS = Job("accounts.refresh_facts", Queue.DEFAULT)
FORGET_OLD = Job("accounts.forget_old", Queue.DEFAULT)
