"""The jobs that topics declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

WATCH = Job("topics.watch", Queue.DEFAULT)
