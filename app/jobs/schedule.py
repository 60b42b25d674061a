"""What the scheduler looks for, and how often: one list.

Each entry reads the database and names the jobs that are due. Entries with a short period turn time into
work (polls, replies whose undo time is over); the sweeping ones find what a lost hint left behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.refusals import with_old_refusals
from app.config import Settings
from app.core.context import Context
from app.core.jobs import DeferredJob, JobName
from app.listener.backfill import waiting_backfills
from app.listener.judging import oldest_unjudged
from app.listener.polling import due_streams
from app.models import CallbackDelivery, DeliveryStatus, RequestStatus, ServiceRequest
from app.outbound.ledger import due
from app.publishing.cargo import PUBLICATIONS
from app.workbench.cargo import REPLIES


@dataclass(frozen=True)
class Periodic:
    name: str
    every: Callable[[Settings], float]
    due: Callable[[Context], list[DeferredJob]]


def _due_polls(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(JobName.LISTENER_POLL_STREAM, (stream,)) for stream in due_streams(ctx)]


def _due_replies(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(REPLIES.job, (outbound,)) for outbound in due(ctx, REPLIES)]


def _due_publications(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(PUBLICATIONS.job, (outbound,)) for outbound in due(ctx, PUBLICATIONS)]


def _kept_deliveries(ctx: Context) -> list[DeferredJob]:
    waiting = ctx.session.scalar(
        select(CallbackDelivery.id).where(CallbackDelivery.status == DeliveryStatus.RECEIVED).limit(1)
    )
    return [] if waiting is None else [DeferredJob(JobName.LISTENER_PROCESS_DELIVERIES)]


def _unjudged_items(ctx: Context) -> list[DeferredJob]:
    return [] if oldest_unjudged(ctx) is None else [DeferredJob(JobName.LISTENER_JUDGE_ITEMS)]


def _unfinished_backfills(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(JobName.LISTENER_BACKFILL_MONITOR, (run,)) for run in waiting_backfills(ctx)]


def _unassigned_requests(ctx: Context) -> list[DeferredJob]:
    waiting = ctx.session.scalar(
        select(ServiceRequest.id)
        .where(ServiceRequest.status == RequestStatus.NEW, ServiceRequest.assignee_id.is_(None))
        .limit(1)
    )
    return [] if waiting is None else [DeferredJob(JobName.ROUTING_ASSIGN_WAITING)]


def _bursts(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(JobName.TOPICS_WATCH)]


def _old_refusals(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(JobName.ACCOUNTS_TRY_REFUSED_AGAIN)] if with_old_refusals(ctx) else []


def _idle_sessions(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(JobName.IDENTITY_SWEEP_SESSIONS)]


def _at_once(_settings: Settings) -> float:
    return 0.2


def _sweep(settings: Settings) -> float:
    return settings.sweep_seconds


PERIODIC = [
    Periodic("due polls", _at_once, _due_polls),
    Periodic("due replies", _at_once, _due_replies),
    Periodic("due publications", _at_once, _due_publications),
    Periodic("kept deliveries", lambda _settings: 2.0, _kept_deliveries),
    Periodic("unjudged items", lambda _settings: 2.0, _unjudged_items),
    Periodic("unfinished backfills", _sweep, _unfinished_backfills),
    Periodic("unassigned requests", _sweep, _unassigned_requests),
    Periodic("bursts", lambda _settings: 30.0, _bursts),
    Periodic("old refusals", lambda _settings: 600.0, _old_refusals),
    Periodic("idle sessions", lambda _settings: 300.0, _idle_sessions),
]
