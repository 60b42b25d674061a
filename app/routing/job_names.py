"""The jobs that routing declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

FETCH_NAME = Job("routing.fetch_name", Queue.DEFAULT)
RETURN_MISHELD = Job("routing.return_misheld", Queue.INGEST)
RECOUNT_DEADLINES = Job("routing.recount_deadlines", Queue.DEFAULT)
RETURN_UNOPENED = Job("routing.return_unopened", Queue.INGEST)
RETURN_OF_VANISHED = Job("routing.return_of_vanished", Queue.INGEST)
WATCH_PEOPLE = Job("routing.watch_people", Queue.DEFAULT)
ASSIGN_WAITING = Job("routing.assign_waiting", Queue.INGEST)
OVERFLOW_QUEUES = Job("routing.overflow_queues", Queue.INGEST)
TELL_OF_LATENESS = Job("routing.tell_of_lateness", Queue.DEFAULT)
