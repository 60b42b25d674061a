"""The jobs that files declare: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

FORGET_UNUSED = Job("files.forget_unused", Queue.DEFAULT)
