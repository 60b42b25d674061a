"""The jobs that workbench declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

DELIVER_REPLIES = Job("workbench.deliver_replies", Queue.LEAVING)
TELL_NOBODY_IS_THERE = Job("workbench.tell_nobody_is_there", Queue.OUTBOUND)
HOLD_REPLIES = Job("workbench.hold_replies", Queue.OUTBOUND)
