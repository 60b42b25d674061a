"""The jobs that identity declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

KEEP_AUDIT_HEAD = Job("identity.keep_audit_head", Queue.DEFAULT)
SWEEP_SESSIONS = Job("identity.sweep_sessions", Queue.DEFAULT)
FORGET_OLD = Job("identity.forget_old", Queue.DEFAULT)
