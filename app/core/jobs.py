"""Background jobs as what asks for them sees them: a name and a queue. `jobs.py` files say what they do.

A job is a hint to look into the database, never the only record of work: Redis may lose it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Queue(StrEnum):
    INGEST = "ingest"
    OUTBOUND = "outbound"
    DEFAULT = "default"
    QUESTIONS = "questions"
    """What somebody waits for at a screen: never behind what takes its time."""
    LIVE = "live"
    """The way from a push to a screen."""
    LEAVING = "leaving"
    """What goes to platforms."""


LIVE = {Queue.LIVE: Queue.INGEST, Queue.LEAVING: Queue.OUTBOUND}
"""Queues whose jobs are taken at once, by a thread of that worker (app.jobs.live)."""


@dataclass(frozen=True)
class Job:
    """Declared once, in a feature's `job_names.py`: `feature.verb`, and the worker that takes it."""

    name: str
    queue: Queue

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class DeferredJob:
    """A job to be queued after commit. Equal jobs of one transaction are queued once."""

    job: Job
    ids: tuple[int, ...] = ()
