"""A round of judging leased items: look around, ask the model outside any transaction, write the verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from app.core.context import Context
from app.core.metrics import ITEMS_SET_ASIDE
from app.core.permissions import Permission, system_actor
from app.core.runtime import QUEUE_AWAY, Runtime
from app.core.unit_of_work import open_context
from app.jobs.queue import TIME_IS_UP
from app.listener.chain.chain import Chain, ChainItem, judge
from app.listener.judging.gathering import gather_chain_items, memory_of
from app.listener.judging.in_order import BatchMemory
from app.listener.judging.verdicts import items_of, record_verdicts, set_aside
from app.listener.learning.versions import current_classifier
from app.listener.matching.compiled import rule_cache
from app.models import Account, InboundItem
from app.nlp.serving.classifier import Classifier

log = structlog.get_logger(__name__)
LISTENER = system_actor("listener", Permission.LISTENER_INGEST, Permission.ACCOUNTS_SYNC)
NOBODYS_FAULT = (OperationalError, InterfaceError, TIME_IS_UP, *QUEUE_AWAY)
"""The database or the queue is away, a lock was waited for in vain, time is up: the same again will do."""
MOST_MET = 5
"""So often in a row judging may meet what somebody did at the same moment. Then its lease ends, and others
take it again."""


def classifier(runtime: Runtime) -> Classifier:
    """The active language model, loaded at its first use and when another has been promoted."""
    return current_classifier(runtime)


def judge_leased(runtime: Runtime, token: str, items: list[InboundItem], met: int = 0) -> None:
    with each_alone_after_a_fault(runtime, token, items, met):
        # Looking around needs no right to write, which on SQLite only one has at a time.
        with open_context(runtime, LISTENER, write=False) as ctx:
            seen = look_around(ctx, items)
        decide(runtime, token, seen)


@contextmanager
def each_alone_after_a_fault(
    runtime: Runtime, token: str, items: list[InboundItem], met: int = 0
) -> Iterator[None]:
    """One that cannot be judged must not hold up the others: found by halving, it waits for an hour.

    Where people or other workers changed meanwhile what was read (`met` times by now), no item is to blame:
    all are judged once more as things stand then.
    """
    try:
        yield
    except NOBODYS_FAULT:
        raise
    except StaleDataError as error:
        if met == MOST_MET:
            raise
        log.warning("judging_met_a_change", items=len(items), error=repr(error))
        judge_leased(runtime, token, _as_stored(runtime, [item.id for item in items]), met + 1)
    except Exception as error:
        log.warning("batch_not_judged", items=len(items), first=items[0].id, error=repr(error))
        _judge_apart(runtime, token, [item.id for item in items])


def _judge_apart(runtime: Runtime, token: str, ids: list[int]) -> None:
    if len(ids) == 1:
        log.error("item_not_judged", item=ids[0])
        ITEMS_SET_ASIDE.inc()
        with open_context(runtime, LISTENER) as ctx:
            set_aside(ctx, token, ids[0])
        return
    middle = len(ids) // 2
    for half in (ids[:middle], ids[middle:]):
        judge_leased(runtime, token, _as_stored(runtime, half))


def _as_stored(runtime: Runtime, ids: list[int]) -> list[InboundItem]:
    """A round that failed may have written to the items in memory."""
    with open_context(runtime, LISTENER, write=False) as ctx:
        return items_of(ctx, ids)


@dataclass(frozen=True)
class Seen:
    """Items with all that is known from before, and the chain that each runs through."""

    chain_items: list[ChainItem]
    chains: list[Chain]
    memory: BatchMemory


def look_around(ctx: Context, items: list[InboundItem]) -> Seen:
    rules = rule_cache(ctx.runtime).current(ctx.session)
    chain_items = gather_chain_items(ctx, items, rules)
    chains = [rules.chain(chain_item.item, chain_item.monitors) for chain_item in chain_items]
    return Seen(chain_items, chains, memory_of(ctx, chain_items))


def decide(runtime: Runtime, token: str, seen: Seen, accounts: Mapping[int, Account] | None = None) -> None:
    """The model outside any transaction, then its verdicts. `accounts` by id, where they were just read."""
    model = classifier(runtime)
    decisions = judge(seen.chain_items, model, seen.chains, seen.memory)
    with open_context(runtime, LISTENER) as ctx:
        record_verdicts(ctx, token, seen.chain_items, decisions, model.version, accounts)
