"""Jobs of the listener. Each opens its own units of work; platforms and models are called between them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import select

from app.accounts.job_names import PROCESS_DELIVERIES
from app.accounts.platforms import counted_calls, platforms
from app.adapters.base import Rereader
from app.adapters.identity import as_it_came
from app.adapters.types import InboundPost, Reread
from app.core.context import Context
from app.core.errors import PlatformError
from app.core.jobs import DeferredJob
from app.core.metrics import LIVE_STEP_SECONDS, PUSHES_AT_ONCE
from app.core.retention import forget
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.asking import answer_asker
from app.jobs.job import job
from app.jobs.periodic import Periodic, at_once, seconds
from app.listener.ingest.dating import in_order
from app.listener.ingest.deliveries import (
    DELIVERIES_PER_BATCH,
    Understood,
    store_understood,
    understand,
    waiting_deliveries,
)
from app.listener.ingest.polling import Reading, due_streams, lease_stream, record_failure, record_page
from app.listener.ingest.rereading import due_rereads, lease_round, record_reread, record_reread_failure
from app.listener.ingest.storing import store_posts, take_in_changes
from app.listener.job_names import (
    FORGET_OLD,
    JUDGE_ITEMS,
    POLL_STREAM,
    PREVIEW_RULE,
    REREAD_ITEMS,
)
from app.listener.judging.verdicts import (
    ITEMS_PER_JOB,
    lease_items,
    oldest_unjudged,
)
from app.listener.learning.long_work import TRAINING
from app.listener.learning.versions import training_steps
from app.listener.ledger import exporting as _items  # noqa: F401 - a kind of long work that workers do
from app.listener.monitors import exporting as _monitors  # noqa: F401 - another
from app.listener.monitors.backfill import backfill_steps
from app.listener.monitors.long_work import BACKFILL
from app.listener.monitors.preview import preview
from app.listener.monitors.schemas import PreviewCommand
from app.listener.retention import RETENTION
from app.listener.rounds import (
    LISTENER,
    NOBODYS_FAULT,
    decide,
    each_alone_after_a_fault,
    judge_leased,
    look_around,
)
from app.listener.sampling.long_work import TRIAL
from app.listener.sampling.trials import trial_steps
from app.longwork.kinds import KINDS
from app.models import Account, CallbackDelivery, DeliveryStatus

log = structlog.get_logger(__name__)
BATCHES_PER_JOB = 10


@job(PROCESS_DELIVERIES)
def process_kept_deliveries(runtime: Runtime) -> None:
    """Turn kept pushes into items, oldest first, and judge these at once.

    A push waits for no second job, and a batch is what has come meanwhile. After so many batches a new job
    goes on, so that a worker which is told to stop can.
    """
    for _ in range(BATCHES_PER_JOB):
        with open_context(runtime, LISTENER, write=False) as ctx:
            deliveries, accounts = waiting_deliveries(ctx)
        if deliveries:
            began = _note_taken(runtime, deliveries)
            understood = understand(runtime, deliveries, accounts)
            try:
                judged = _take_in(runtime, understood, accounts)
            except NOBODYS_FAULT:
                raise
            except Exception as error:
                log.warning("pushes_not_stored", pushes=len(understood), error=repr(error))
                judged = sum(_take_in_alone(runtime, one, accounts) for one in understood)
            _note_judged(began, judged)
        if len(deliveries) < DELIVERIES_PER_BATCH:
            return
    runtime.queue.enqueue([DeferredJob(PROCESS_DELIVERIES)])


def _take_in(runtime: Runtime, understood: Sequence[Understood], accounts: Mapping[int, Account]) -> int:
    """Store what pushes brought and judge it; how many items are new."""
    with open_context(runtime, LISTENER) as ctx:
        lease = store_understood(ctx, understood, accounts)
        # So few that looking around in this transaction keeps no writer of SQLite's waiting.
        seen = look_around(ctx, lease.items) if lease.items else None
    if seen is not None:
        with each_alone_after_a_fault(runtime, lease.token, lease.items):
            decide(runtime, lease.token, seen, accounts)
    return len(lease.items)


def _take_in_alone(runtime: Runtime, one: Understood, accounts: Mapping[int, Account]) -> int:
    """A push that cannot be stored holds up no other: what it brought is kept as it came, for review."""
    try:
        return _take_in(runtime, [one], accounts)
    except NOBODYS_FAULT:
        raise
    except Exception as error:
        log.exception("push_not_stored", delivery=one.delivery.id)
        kept = tuple(as_it_came(post, error, runtime.clock.now()) for post in one.result.items)
        return _take_in(runtime, [replace(one, result=replace(one.result, items=kept))], accounts)


def _note_taken(runtime: Runtime, deliveries: Sequence[CallbackDelivery]) -> float:
    """Count what a batch has waited; the moment of perf_counter() at which it began."""
    now, taken = runtime.clock.now(), LIVE_STEP_SECONDS.labels("taken")
    for delivery in deliveries:
        taken.observe((now - delivery.created_at).total_seconds())
    PUSHES_AT_ONCE.observe(len(deliveries))
    return time.perf_counter()


def _note_judged(began: float, items: int) -> None:
    seconds, judged = time.perf_counter() - began, LIVE_STEP_SECONDS.labels("judged")
    for _ in range(items):
        judged.observe(seconds)


@job(POLL_STREAM)
def poll_stream(runtime: Runtime, stream_id: int) -> None:
    """Lease, call outside any transaction, then items and cursor together.

    A crash in between repeats the reading; the items' unique keys make the repetition harmless.
    """
    with open_context(runtime, LISTENER) as ctx:
        reading = lease_stream(ctx, stream_id)
    if reading is None:
        return
    stream, account = reading.stream, reading.account
    parts = platforms(runtime)
    try:
        page = parts.adapter(account.platform).poll(
            stream.name, parts.ref(account), stream.cursor or None, reading.budget
        )
    except PlatformError as error:
        with open_context(runtime, LISTENER) as ctx:
            record_failure(ctx, reading, error)
        return
    try:
        with open_context(runtime, LISTENER) as ctx:
            record_page(ctx, reading, page)
    except NOBODYS_FAULT:
        raise
    except Exception as error:
        log.warning("page_not_stored", stream=stream_id, posts=len(page.items), error=repr(error))
        for post in in_order(page.items):
            _store_alone(runtime, reading, post)
        with open_context(runtime, LISTENER) as ctx:
            record_page(ctx, reading, replace(page, items=()))


def _store_alone(runtime: Runtime, reading: Reading, post: InboundPost) -> None:
    """As of pushes: one post must not keep a stream from going on."""

    def store(one: InboundPost) -> None:
        with open_context(runtime, LISTENER) as ctx:
            store_posts(ctx, reading.account.id, [one], stream_id=reading.stream.id)

    try:
        store(post)
    except NOBODYS_FAULT:
        raise
    except Exception as error:
        log.exception("post_not_stored", stream=reading.stream.id, post=post.external_id)
        store(as_it_came(post, error, runtime.clock.now()))


@job(REREAD_ITEMS)
def reread_items(runtime: Runtime, account_id: int) -> None:
    """Lease, ask outside any transaction, then take in what has changed. Repeating it does no harm."""
    with open_context(runtime, LISTENER) as ctx:
        again = lease_round(ctx, account_id)
    if again is None:
        return
    parts = platforms(runtime)
    adapter = parts.adapter(again.account.platform)
    assert isinstance(adapter, Rereader)  # noqa: S101  no other is leased
    with counted_calls() as made:
        try:
            found = adapter.reread(parts.ref(again.account), again.external_ids, again.calls)
        except PlatformError as error:
            with open_context(runtime, LISTENER) as ctx:
                record_reread_failure(ctx, again, error, made.calls)
            return
    try:
        with open_context(runtime, LISTENER) as ctx:
            record_reread(ctx, again, found, made.calls)
    except NOBODYS_FAULT:
        raise
    except Exception as error:
        log.warning("reread_not_stored", account=account_id, posts=len(found.posts), error=repr(error))
        _change_apart(runtime, account_id, found)
        with open_context(runtime, LISTENER) as ctx:
            record_reread(ctx, again, replace(found, posts=(), gone=()), made.calls)


def _change_apart(runtime: Runtime, account_id: int, found: Reread) -> None:
    """One change that cannot be taken in holds up no other, and no round: the next round tells it again."""
    changes: list[tuple[Sequence[InboundPost], Sequence[str]]] = [([post], ()) for post in found.posts]
    changes += [((), [name]) for name in found.gone]
    for posts, gone in changes:
        try:
            with open_context(runtime, LISTENER) as ctx:
                take_in_changes(ctx, account_id, posts, gone)
        except NOBODYS_FAULT:
            raise
        except Exception:
            names = [post.external_id for post in posts] + [*gone]
            log.exception("change_not_stored", account=account_id, posts=names)


@job(JUDGE_ITEMS)
def judge_items(runtime: Runtime) -> None:
    """Judge received items until none is left.

    The model runs outside the transactions. An item whose worker died is free again when its lease ends, and
    a verdict's unique key forbids a second one.
    """
    while judge_batch(runtime) == ITEMS_PER_JOB:
        pass


def judge_batch(runtime: Runtime) -> int:
    with open_context(runtime, LISTENER) as ctx:
        token, items = lease_items(ctx)
    if items:
        judge_leased(runtime, token, items)
    return len(items)


KINDS.does(BACKFILL)(backfill_steps)
KINDS.does(TRAINING)(training_steps)
KINDS.does(TRIAL)(trial_steps)


@job(PREVIEW_RULE)
def preview_rule(runtime: Runtime, question: int) -> None:
    """What a rule would have caught, for whoever tries it."""
    answer_asker(runtime, question, PreviewCommand, preview)


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    """Empty what the rules say is over."""
    forget(runtime, LISTENER, RETENTION)


def _old_rows(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)] if ctx.runtime.settings.raw_days else []


def _due_polls(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(POLL_STREAM, (stream,)) for stream in due_streams(ctx)]


def _due_rereads(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(REREAD_ITEMS, (account,)) for account in due_rereads(ctx)]


def _kept_deliveries(ctx: Context) -> list[DeferredJob]:
    waiting = ctx.session.scalar(
        select(CallbackDelivery.id).where(CallbackDelivery.status == DeliveryStatus.RECEIVED).limit(1)
    )
    return [] if waiting is None else [DeferredJob(PROCESS_DELIVERIES)]


def _unjudged_items(ctx: Context) -> list[DeferredJob]:
    return [] if oldest_unjudged(ctx) is None else [DeferredJob(JUDGE_ITEMS)]


PERIODIC = [
    Periodic("due polls", at_once, _due_polls),
    Periodic("due rereads", seconds(5), _due_rereads),
    Periodic("kept deliveries", seconds(2), _kept_deliveries),
    Periodic("unjudged items", seconds(2), _unjudged_items),
    Periodic("old rows of the listener", seconds(1800), _old_rows),
]

__all__ = [
    "LISTENER",
    "PERIODIC",
    "judge_batch",
    "judge_items",
    "poll_stream",
    "process_kept_deliveries",
    "reread_items",
]
