"""The courier: carries away what is due, in groups, whatever it is.

A group is taken in one transaction, so that each attempt is on record before its call. The calls are made
side by side, each by a hand of its own that is free when the row is taken: no lease runs while its row waits.
What came of them is written down as it comes; those that end while another commit runs share the next one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.exc import OperationalError

from app.core.group_commit import GroupCommit
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.hands import hands_of
from app.outbound.cargo import Cargo
from app.outbound.ledger import due, note_prepared, take
from app.outbound.results import record
from app.outbound.steps import Outcome, Step, Task, perform, prepare

log = structlog.get_logger(__name__)
COURIER = system_actor("courier", Permission.OUTBOUND_DELIVER, Permission.ACCOUNTS_SYNC)
ROUND_SECONDS = 5.0
"""A job that finds ever more asks for another after this long, so that other jobs get their turn."""
BUSY_SECONDS = 0.5
GATHER_SECONDS = 0.1
"""A row alone is taken at once. Where others went a moment ago more will come: so long one waits for them."""
RECORD_SECONDS = 0.005
"""So long a result waits for others to be written down with."""
Ended = tuple[Task, Outcome]


@dataclass
class Round:
    """When this process last took something of a kind, by the monotonic clock."""

    ended_at: float = float("-inf")

    def gather(self) -> None:
        """Wait for more where there has been something just now."""
        if time.monotonic() - self.ended_at < BUSY_SECONDS:
            time.sleep(GATHER_SECONDS)


def deliver_due(runtime: Runtime, cargo: Cargo) -> None:
    """Carry away what is due of one kind, group by group, until nothing is left that can go."""
    rounds: Round = runtime.part(f"round-{cargo.name}", lambda _: Round())
    rounds.gather()
    until = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < until:
        most = hands_of(runtime).free(cargo.together)
        if not most:
            return
        with open_context(runtime, COURIER, write=False) as ctx:
            waiting = due(ctx, cargo, limit=most)
        taken = deliver(runtime, cargo, waiting)
        if taken:
            rounds.ended_at = time.monotonic()
        if not taken or len(waiting) < most:
            return  # who writes more rings again
    runtime.queue.enqueue([DeferredJob(cargo.job)])


def deliver(runtime: Runtime, cargo: Cargo, outbound_ids: Sequence[int]) -> int:
    """One step of the delivery of each row that is due; how many were taken.

    Take, call, record: the first and the last in a transaction of their own, the call in none. Whoever names
    no more rows than hands are free has them called for at once.
    """
    if not outbound_ids:
        return 0
    tasks = _taken(runtime, cargo, outbound_ids)
    hands = hands_of(runtime)
    for task in tasks:
        hands.hand_over(partial(_carry, runtime, cargo, task))
    return len(tasks)


def _taken(runtime: Runtime, cargo: Cargo, outbound_ids: Sequence[int]) -> list[Task]:
    """All in one transaction; where that fails each in one: a row that cannot be taken holds no other up.

    While the database is away or busy it raises: the scheduler asks again.
    """
    try:
        with open_context(runtime, COURIER) as ctx:
            return take(ctx, cargo, outbound_ids)
    except OperationalError:
        raise
    except Exception as error:
        if len(outbound_ids) == 1:
            log.error("row_not_taken", outbound=outbound_ids[0], exc_info=error)
            return []
        log.warning("rows_not_taken_together", rows=len(outbound_ids), error=repr(error))
    return [task for one in outbound_ids for task in _taken(runtime, cargo, [one])]


def _carry(runtime: Runtime, cargo: Cargo, task: Task) -> None:
    ready: Task | None = task
    if task.step is Step.PREPARE:
        ready = _prepared(runtime, cargo, task)
    if ready is None:
        return
    outcome = perform(runtime, ready)
    if outcome is None:
        log.warning("delivery_lease_over", outbound=ready.outbound_id)
        return
    _records_of(runtime, cargo)((ready, outcome))


def _prepared(runtime: Runtime, cargo: Cargo, task: Task) -> Task | None:
    """The task with everything made ready for the act; None when that failed, or took too long."""
    made = prepare(runtime, task)
    if isinstance(made, Outcome):
        _records_of(runtime, cargo)((task, made))
        return None
    with open_context(runtime, COURIER) as ctx:
        return note_prepared(ctx, task, dict(made))


def _records_of(runtime: Runtime, cargo: Cargo) -> GroupCommit[Ended, None]:
    """What writes results of this kind down in this process."""
    work = partial(_record_together, runtime, cargo)
    return runtime.part(
        f"records-{cargo.name}",
        lambda _: GroupCommit(work, most=cargo.together, gather_seconds=RECORD_SECONDS),
    )


def _record_together(runtime: Runtime, cargo: Cargo, ended: Sequence[Ended]) -> Sequence[Exception | None]:
    """One transaction for all; where that fails, one for each, so that none is lost for the sake of another.

    What a first transaction did write after all is not written again: its lease is over then.
    """
    try:
        _record(runtime, cargo, ended)
    except Exception as error:
        if len(ended) == 1:
            return [error]
        log.warning("results_not_recorded_together", rows=len(ended), error=repr(error))
        return [failure for one in ended for failure in _record_together(runtime, cargo, [one])]
    return [None] * len(ended)


def _record(runtime: Runtime, cargo: Cargo, ended: Sequence[Ended]) -> None:
    with open_context(runtime, COURIER) as ctx:
        record(ctx, cargo, ended)
