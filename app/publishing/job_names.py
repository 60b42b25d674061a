"""The jobs that publishing declares: name and queue, so that who asks for one need not load its work."""

from __future__ import annotations

from app.core.jobs import Job, Queue

DELIVER_PUBLICATIONS = Job("publishing.deliver_publications", Queue.LEAVING)
