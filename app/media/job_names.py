"""The jobs that media declare: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

COPY_MEDIUM = Job("media.copy", Queue.DEFAULT)
COLLECT_FILES = Job("media.collect_files", Queue.DEFAULT)
