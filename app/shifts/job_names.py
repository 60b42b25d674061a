"""The jobs that shifts declare: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

REMIND_OF_SHIFTS = Job("shifts.remind", Queue.DEFAULT)
