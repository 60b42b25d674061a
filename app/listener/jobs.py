"""Jobs of the listener. Each opens its own units of work; platforms and models are called between them."""

from __future__ import annotations

from app.accounts.platforms import platforms
from app.core.errors import PlatformError
from app.core.jobs import DeferredJob, JobName
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.listener.backfill import backfill_chunk
from app.listener.deliveries import (
    DELIVERIES_PER_BATCH,
    store_understood,
    understand,
    waiting_deliveries,
)
from app.listener.filters import judge
from app.listener.gathering import chains_of, gather_subjects
from app.listener.judging import ITEMS_PER_JOB, lease_items, record_verdicts
from app.listener.learning import (
    current_classifier,
    material,
    record_training,
    train_candidate,
    training_lock,
)
from app.listener.polling import lease_stream, record_failure, record_page
from app.nlp.classifier import Classifier

LISTENER = system_actor("listener", Permission.LISTENER_INGEST, Permission.ACCOUNTS_SYNC)
# Pushes and verdicts share a queue: after so many batches the other kind comes first.
BATCHES_PER_JOB = 10


def classifier(runtime: Runtime) -> Classifier:
    """The active language model, loaded at its first use and when another has been promoted."""
    return current_classifier(runtime)


@job(JobName.LISTENER_PROCESS_DELIVERIES)
def process_kept_deliveries(runtime: Runtime) -> None:
    """Turn kept pushes into items, oldest first, and let judging have its turn now and then."""
    for _ in range(BATCHES_PER_JOB):
        with open_context(runtime, LISTENER, write=False) as ctx:
            deliveries, accounts = waiting_deliveries(ctx)
        if deliveries:
            understood = understand(runtime, deliveries, accounts)
            with open_context(runtime, LISTENER) as ctx:
                store_understood(ctx, understood)
        if len(deliveries) < DELIVERIES_PER_BATCH:
            return
    runtime.queue.enqueue([DeferredJob(JobName.LISTENER_PROCESS_DELIVERIES)])


@job(JobName.LISTENER_POLL_STREAM)
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
    with open_context(runtime, LISTENER) as ctx:
        record_page(ctx, reading, page)


@job(JobName.LISTENER_JUDGE_ITEMS)
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
    if not items:
        return 0
    # They are ours now; looking around needs no right to write, which on SQLite only one has at a time.
    with open_context(runtime, LISTENER, write=False) as ctx:
        subjects = gather_subjects(ctx, items)
        chains = chains_of(ctx, subjects)
    model = classifier(runtime)
    decisions = judge(subjects, model, chains)
    with open_context(runtime, LISTENER) as ctx:
        record_verdicts(ctx, token, subjects, decisions, model.version)
    return len(items)


@job(JobName.LISTENER_BACKFILL_MONITOR)
def backfill_monitor(runtime: Runtime, backfill_id: int) -> None:
    """Chunk by chunk, each its own transaction, so that fresh items are judged in between."""
    model = classifier(runtime)
    more = True
    while more:
        with open_context(runtime, LISTENER) as ctx:
            more = backfill_chunk(ctx, backfill_id, model)


@job(JobName.LISTENER_RETRAIN_MODELS)
def retrain_models(runtime: Runtime) -> None:
    """Learn from what people corrected; the new model judges only if it is not worse on the pinned labels."""
    with training_lock(runtime) as taken:
        if not taken:
            return
        with open_context(runtime, LISTENER, write=False) as ctx:
            learnt, pinned, label_ids = material(ctx)
        if not learnt:
            return
        version = train_candidate(runtime, learnt, pinned)
        with open_context(runtime, LISTENER) as ctx:
            record_training(ctx, version, label_ids)
