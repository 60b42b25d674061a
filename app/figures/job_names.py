"""The jobs that figures declare."""

from __future__ import annotations

from app.core.jobs import Job, Queue

ANSWER_FIGURES = Job("figures.answer", Queue.QUESTIONS)
KEEP_SUMS = Job("figures.keep_sums", Queue.DEFAULT)
CHECK_SUMS = Job("figures.check_sums", Queue.DEFAULT)
