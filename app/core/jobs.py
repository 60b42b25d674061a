"""The names of background jobs. Services ask for a job by name; `jobs.py` files say what it does.

A job is a hint to look into the database, never the only record of work: Redis may lose it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Queue(StrEnum):
    INGEST = "ingest"
    OUTBOUND = "outbound"
    DEFAULT = "default"


class JobName(StrEnum):
    ACCOUNTS_TRY_REFUSED_AGAIN = "accounts.try_refused_again"
    LISTENER_PROCESS_DELIVERIES = "listener.process_deliveries"
    LISTENER_POLL_STREAM = "listener.poll_stream"
    LISTENER_JUDGE_ITEMS = "listener.judge_items"
    LISTENER_BACKFILL_MONITOR = "listener.backfill_monitor"
    LISTENER_RETRAIN_MODELS = "listener.retrain_models"
    ROUTING_ASSIGN_WAITING = "routing.assign_waiting"
    WORKBENCH_DELIVER_REPLY = "workbench.deliver_reply"
    PUBLISHING_DELIVER_PUBLICATION = "publishing.deliver_publication"
    TOPICS_WATCH = "topics.watch"
    CUSTOMERS_FETCH_AVATAR = "customers.fetch_avatar"
    IDENTITY_SWEEP_SESSIONS = "identity.sweep_sessions"


QUEUE_OF: dict[JobName, Queue] = {
    JobName.ACCOUNTS_TRY_REFUSED_AGAIN: Queue.DEFAULT,
    JobName.LISTENER_PROCESS_DELIVERIES: Queue.INGEST,
    JobName.LISTENER_POLL_STREAM: Queue.INGEST,
    JobName.LISTENER_JUDGE_ITEMS: Queue.INGEST,
    JobName.LISTENER_BACKFILL_MONITOR: Queue.DEFAULT,
    JobName.LISTENER_RETRAIN_MODELS: Queue.DEFAULT,
    JobName.ROUTING_ASSIGN_WAITING: Queue.INGEST,
    JobName.WORKBENCH_DELIVER_REPLY: Queue.OUTBOUND,
    JobName.PUBLISHING_DELIVER_PUBLICATION: Queue.OUTBOUND,
    JobName.TOPICS_WATCH: Queue.DEFAULT,
    JobName.CUSTOMERS_FETCH_AVATAR: Queue.DEFAULT,
    JobName.IDENTITY_SWEEP_SESSIONS: Queue.DEFAULT,
}


@dataclass(frozen=True)
class DeferredJob:
    """A job to be queued after commit. Equal jobs of one transaction are queued once."""

    name: JobName
    ids: tuple[int, ...] = ()
