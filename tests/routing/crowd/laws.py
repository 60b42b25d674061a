"""What must hold of what a crowd has left behind, read from the rows alone.

The rows are in the order of their numbers, which is that in which they were written, not that in which their
transactions ended. What is said here of two rows holds in either order.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.context import Context
from app.identity.dealing import ONE, Weights
from app.models import (
    MANUAL,
    Account,
    AssignmentDecision,
    ChangeKind,
    InboundItem,
    Lane,
    Presence,
    RequestChange,
    RequestStatus,
    ServiceRequest,
    Verdict,
    VerdictOutcome,
    WaitingItem,
)
from app.ops.layout import ROOT
from app.routing.roster import Roster
from app.routing.setup.configuration import setup_for
from tests.routing.crowd.place import INTAKE_MINUTES, INTAKE_MOST
from tests.support.request_changes import unrecorded

WEIGHTS = Weights()
MOST_TOLD = 20


@dataclass(frozen=True)
class Decided:
    """Of a decision what the laws ask: its row is kilobytes long."""

    id: int
    change_id: int | None
    request: int
    by_router: bool
    chosen: int | None
    reason: str
    codes: frozenset[str]
    of_chosen: tuple[dict[str, Any], ...]
    """How the candidates say that whoever was chosen stood."""
    at: datetime

    @classmethod
    def of(cls, row: AssignmentDecision) -> Decided:
        codes = {one["excluded"] for one in row.candidates} | set(row.others)
        chosen = row.chosen_operator_id
        return cls(
            row.id,
            row.change_id,
            row.service_request_id,
            row.strategy != MANUAL,
            chosen,
            row.reason,
            frozenset(codes - {None}),
            tuple(one for one in row.candidates if one["operator_id"] == chosen),
            row.created_at,
        )

    @property
    def gives(self) -> bool:
        return self.by_router and self.chosen is not None


def broken(ctx: Context, *, paced: bool = True) -> list[str]:
    """Every law that does not hold, with where; empty when all do. `paced`: people are given so many in so
    many minutes at most."""
    decisions = list(_decided(ctx))
    changes = list(
        ctx.session.execute(
            select(
                RequestChange.id,
                RequestChange.service_request_id,
                RequestChange.kind,
                RequestChange.before,
                RequestChange.after,
            ).order_by(RequestChange.id)
        )
    )
    lanes = dict(ctx.session.execute(select(ServiceRequest.id, ServiceRequest.lane)).all())
    found = [
        *_lost(ctx),
        *unrecorded(ctx.session),
        *_out_of_place(ctx),
        *_unexplained(decisions, changes),
        *_given_wrongly(decisions, changes, lanes),
        *(_too_fast(decisions) if paced else ()),
        *_too_much(decisions, changes, lanes),
    ]
    return found[:MOST_TOLD]


def _decided(ctx: Context) -> Iterable[Decided]:
    last = 0
    while True:
        rows = select(AssignmentDecision).where(AssignmentDecision.id > last)
        page = ctx.session.scalars(rows.order_by(AssignmentDecision.id).limit(2000)).all()
        if not page:
            return
        last = page[-1].id
        yield from map(Decided.of, page)
        ctx.session.expunge_all()


def _lost(ctx: Context) -> Iterable[str]:
    """What came in and asks for something is in a request, once; nothing is left to be judged."""
    waiting = ctx.session.scalar(select(func.count()).select_from(WaitingItem))
    if waiting:
        yield f"{waiting} items are still to be judged"
    rows = ctx.session.execute(
        select(InboundItem.id, Verdict.outcome, Verdict.service_request_id, ServiceRequest.id)
        .outerjoin(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .outerjoin(ServiceRequest, ServiceRequest.id == Verdict.service_request_id)
    )
    for item, outcome, named, there in rows:
        if outcome is None or (outcome is VerdictOutcome.KEPT and (named is None or there is None)):
            yield f"item {item} is lost: {outcome}, request {named}"


def _out_of_place(ctx: Context) -> Iterable[str]:
    """A request waits, or somebody holds it, or it waits for its customer, or it is done: never between."""
    rows = {row.id: row for row in ctx.session.scalars(select(ServiceRequest))}
    for row in rows.values():
        if row.status is RequestStatus.NEW and row.assignee_id is not None:
            yield f"request {row.id} waits, and {row.assignee_id} holds it"
        if row.status is RequestStatus.OPEN and row.assignee_id is None:
            yield f"request {row.id} is open, and nobody holds it"
        if row.offered_at is not None and (row.assignee_id is None or row.status is not RequestStatus.OPEN):
            yield f"request {row.id} is offered to {row.assignee_id} while it is {row.status}"
        if row.merged_into_id is not None:
            if row.status is not RequestStatus.CLOSED:
                yield f"request {row.id} was merged and is {row.status}"
            if _end_of(rows, row) is None:
                yield f"request {row.id} was merged into a circle"


def _end_of(rows: dict[int, ServiceRequest], row: ServiceRequest) -> ServiceRequest | None:
    for _ in range(100):
        if row.merged_into_id is None:
            return row
        row = rows[row.merged_into_id]
    return None


def _words(kind: str) -> set[str]:
    """Codes that the screens have words for, in both languages."""
    if kind == "reason":
        places = [ROOT / "app" / "locales" / f"{tongue}.json" for tongue in ("zh-CN", "en")]
        known = [json.loads(place.read_text(encoding="utf-8")) for place in places]
        start = "routing.reason."
        return set.intersection(*({k[len(start) :] for k in words if k.startswith(start)} for words in known))
    folder = ROOT / "frontend" / "src" / "features" / "workbench" / "locales"
    read = [json.loads((folder / f"{tongue}.json").read_text(encoding="utf-8")) for tongue in ("zh-CN", "en")]
    return set.intersection(*(set(words["excluded"]) for words in read))


def _unexplained(decisions: list[Decided], changes: list[Any]) -> Iterable[str]:
    """Whoever holds a request, and whoever holds it no more, has a decision that names it, in known words."""
    by_change = {row.change_id: row for row in decisions}
    reasons, excluded = _words("reason"), _words("excluded")
    for change in changes:
        holder, stood = (side.get("assignee_id") for side in (change.after, change.before or {}))
        if "assignee_id" not in change.after or holder == stood:
            continue
        row = by_change.get(change.id)
        if row is None:
            yield f"request {change.service_request_id}: {change.kind} from {stood} to {holder} by nobody"
        elif (row.chosen, row.request) != (holder, change.service_request_id):
            yield f"decision {row.id} says {row.chosen}, its change {holder}"
    for row in decisions:
        if row.reason not in reasons:
            yield f"decision {row.id} gives {row.reason} as its reason, which no screen knows"
        if row.codes - excluded:
            yield f"decision {row.id} excludes by {row.codes - excluded}, which no screen knows"
        if row.change_id is None:
            yield f"decision {row.id} led to no change"


def _given_wrongly(decisions: list[Decided], changes: list[Any], lanes: Mapping[int, Lane]) -> Iterable[str]:
    """The router gives what nobody has, to somebody who is there, is not shut out, and has room."""
    held = {
        change.id: (change.before or {}).get("assignee_id")
        for change in changes
        if change.kind is ChangeKind.ASSIGNED
    }
    for row in decisions:
        if not row.gives:
            continue
        if held.get(row.change_id) is not None:
            yield f"decision {row.id} gave what {held[row.change_id]} held"
        stood = row.of_chosen[0] if len(row.of_chosen) == 1 else None
        if stood is None or stood["excluded"] or stood["presence"] != Presence.ONLINE.value:
            yield f"decision {row.id} chose {row.of_chosen}"
            continue
        weight = round(stood["load"] * ONE) + WEIGHTS.of(lanes[row.request])
        if weight > stood["capacity"] * ONE:
            yield f"decision {row.id} gives more than {row.chosen} may hold: {weight}"


def _too_fast(decisions: list[Decided]) -> Iterable[str]:
    given: dict[int | None, list[datetime]] = defaultdict(list)
    for row in decisions:
        if row.gives:
            given[row.chosen].append(row.at)
    for who, moments in given.items():
        moments.sort()
        for first, last in zip(moments, moments[INTAKE_MOST:], strict=False):
            if (last - first).total_seconds() < INTAKE_MINUTES * 60:
                yield f"{who} was given more than {INTAKE_MOST} in {INTAKE_MINUTES} minutes by {last}"
                break


def _too_much(decisions: list[Decided], changes: list[Any], lanes: Mapping[int, Lane]) -> Iterable[str]:
    """What the router has given somebody and nothing has happened to since is theirs for certain while it
    gives them more. What they took themselves, were handed, or were written to again about may lie above it:
    people may exceed a capacity, the router not."""
    by_change = {row.change_id: row for row in decisions if row.gives}
    sure: dict[int | None, set[int]] = defaultdict(set)
    whose: dict[int, int | None] = {}
    for change in changes:
        request = change.service_request_id
        sure[whose.pop(request, None)].discard(request)
        row = by_change.get(change.id)
        if row is None:
            continue
        sure[row.chosen].add(request)
        whose[request] = row.chosen
        weight, most = sum(WEIGHTS.of(lanes[one]) for one in sure[row.chosen]), row.of_chosen[0]["capacity"]
        if weight > most * ONE:
            yield f"decision {row.id}: {row.chosen} holds {weight} of {most * ONE} by the router alone"


def unserved(ctx: Context, left_to_people: Iterable[int]) -> list[str]:
    """With everybody there, free and skilled, nothing waits that is not left to people."""
    kept = set(left_to_people)
    rows = [
        row
        for row in ctx.session.scalars(
            select(ServiceRequest).where(ServiceRequest.status == RequestStatus.NEW)
        )
        if row.queue_id not in kept
    ][:MOST_TOLD]
    accounts = {row.id: row for row in ctx.session.scalars(select(Account))}
    roster = Roster(ctx, setup_for(ctx, list(accounts.values())))
    return [
        f"request {row.id} of account {row.account_id} waits in {row.queue_id}, team {row.team_id}: "
        f"{Counter(one.excluded for one in roster.imagine(accounts[row.account_id], facts).considered)}"
        for row, facts in zip(rows, roster.waiting_facts(rows), strict=True)
    ]
