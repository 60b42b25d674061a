"""The jobs that grants declare."""

from __future__ import annotations

from app.core.jobs import Job, Queue

SETTLE = Job("grants.settle", Queue.INGEST)
