"""The jobs that outbound declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

FORGET_OLD = Job("outbound.forget_old", Queue.DEFAULT)
