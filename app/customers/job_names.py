"""The jobs that customers declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

FETCH_AVATAR = Job("customers.fetch_avatar", Queue.DEFAULT)
FORGET_FORMER_NAMES = Job("customers.forget_former_names", Queue.DEFAULT)
