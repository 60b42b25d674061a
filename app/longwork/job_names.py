"""The jobs that long work declares."""

from __future__ import annotations

from app.core.jobs import Job, Queue

GO_ON = Job("longwork.go_on", Queue.DEFAULT)
FORGET_OLD = Job("longwork.forget_old", Queue.DEFAULT)
