"""The jobs that listener declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

POLL_STREAM = Job("listener.poll_stream", Queue.INGEST)
REREAD_ITEMS = Job("listener.reread_items", Queue.INGEST)
JUDGE_ITEMS = Job("listener.judge_items", Queue.INGEST)
PREVIEW_RULE = Job("listener.preview_rule", Queue.QUESTIONS)
FORGET_OLD = Job("listener.forget_old", Queue.DEFAULT)
