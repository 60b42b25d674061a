"""What is tried, as the engine takes it: people, who serves what, ways and strategies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.core.context import Context
from app.core.db import among
from app.core.permissions import system_actor
from app.identity.dealing import NOTHING, dealing_of
from app.identity.queries import active_operators
from app.models import Account, Presence, ServiceRequest
from app.routing.facts import OperatorFacts
from app.routing.related import relate
from app.routing.roster import Roster
from app.routing.setup.configuration import RuleSetup, Setup, build_setup, rule_setups
from app.routing.setup.ruling import rule_on
from app.routing.strategies import DEFAULT_STRATEGY, STRATEGIES, Strategy, strategy_named
from app.routing.whatif.dealing import Scenario, Way
from app.routing.whatif.past import PastRequest
from app.routing.whatif.schemas import Tried

_AT_ONCE = 500
_READER = system_actor("what-if")


@dataclass(frozen=True)
class Staff:
    """Who serves the accounts of the period, as everybody is set now."""

    people: Mapping[int, OperatorFacts]
    serving: Mapping[int, tuple[int, ...]]
    intake_within: Mapping[int, float]
    setup: Setup


def staff_of(ctx: Context, account_ids: Sequence[int]) -> Staff:
    """A fixed number of statements for each agency that owns one of the accounts."""
    setup = build_setup(ctx)
    chosen = select(Account).where(among(ctx.session, Account.id, account_ids)).order_by(Account.id)
    accounts = list(ctx.session.scalars(chosen))
    roster = Roster(ctx, setup)
    people: dict[int, OperatorFacts] = {}
    serving: dict[int, tuple[int, ...]] = {}
    for account in accounts:
        found = roster.serving(account)
        serving[account.id] = tuple(person.id for person in found)
        people |= {person.id: _at_rest(person) for person in found}
    within: dict[int, float] = {}
    for agency_id in {account.agency_id for account in accounts}:
        for operator in active_operators(ctx.session, agency_id):
            span = dealing_of(operator.agency.routing).intake_within
            if operator.id in people and span is not None:
                within[operator.id] = span.total_seconds()
    return Staff(people, serving, within, setup)


def _at_rest(person: OperatorFacts) -> OperatorFacts:
    return replace(person, presence=Presence.OFFLINE, in_hand=NOTHING, given_lately=0, last_turn=0)


def as_set_now(staff: Staff) -> Scenario:
    return scenario_of(staff, Tried(), lambda request: as_then(staff.setup, request))


def as_then(setup: Setup, request: PastRequest) -> Way:
    """Where it really waited; a queue that is gone waits as none."""
    queue_id = request.queue_id if request.queue_id in setup.queues else None
    return Way(setup.team_in(queue_id, request.team_id), queue_id, request.wanted)


def scenario_of(staff: Staff, tried: Tried, way_of: Callable[[PastRequest], Way]) -> Scenario:
    out = set(tried.left_out)
    people = {
        number: person if tried.capacity is None else replace(person, capacity=tried.capacity)
        for number, person in staff.people.items()
        if number not in out
    }
    serving = {
        account: tuple(number for number in ids if number not in out)
        for account, ids in staff.serving.items()
    }
    stand_ins: dict[int, tuple[int, ...]] = {}
    for wanted in tried.stand_ins:
        colleagues = [one for one in people.values() if one.id > 0 and wanted.team_id in one.team_ids]
        for _ in range(wanted.count if colleagues else 0):
            number = -(len(stand_ins) + 1)
            stand_ins[number] = tuple(one.id for one in colleagues)
            # As able as the first of the team, so that what the team may have they may.
            people[number] = replace(colleagues[0], id=number, name="", team_ids=frozenset({wanted.team_id}))
            for account, ids in serving.items():
                if not set(ids).isdisjoint(stand_ins[number]):
                    serving[account] = (*ids, number)
    return Scenario(
        people=people,
        serving=serving,
        stand_ins=stand_ins,
        way_of=way_of,
        strategy_of=_strategies(staff.setup, tried),
        intake_within=staff.intake_within,
    )


def _strategies(setup: Setup, tried: Tried) -> Callable[[int | None], tuple[Strategy, Any]]:
    found: dict[int | None, tuple[Strategy, Any]] = {None: (STRATEGIES[DEFAULT_STRATEGY], None)}
    found |= {number: (queue.strategy, queue.settings) for number, queue in setup.queues.items()}
    for one in tried.strategies:
        strategy = strategy_named(one.strategy)
        if found.get(one.queue_id, (None,))[0] is not strategy:
            found[one.queue_id] = (strategy, None)
    return lambda queue_id: found.get(queue_id, found[None])


def ways_by_rules(
    ctx: Context, setup: Setup, rule_ids: Sequence[int], requests: Sequence[PastRequest]
) -> dict[int, Way]:
    """Where these rules send each request, by what is known of it now. Statements: a few for each 500."""
    wanted = set(rule_ids)
    by_agency: dict[int, list[RuleSetup]] = {}
    for rule, _ in rule_setups(ctx, setup.queues, setup.skills):
        if rule.id in wanted:
            by_agency.setdefault(rule.agency_id, []).append(rule)
    asked = replace(setup, rules={agency: tuple(rules) for agency, rules in by_agency.items()})
    found: dict[int, Way] = {}
    for at in range(0, len(requests), _AT_ONCE):
        part = requests[at : at + _AT_ONCE]
        found |= _ways_of(ctx, asked, {one.id: one for one in part})
    return found


def _ways_of(ctx: Context, setup: Setup, part: Mapping[int, PastRequest]) -> dict[int, Way]:
    chosen = select(ServiceRequest).where(among(ctx.session, ServiceRequest.id, list(part)))
    rows = list(ctx.session.scalars(chosen))
    relate(ctx.session, rows)
    accounts = {row.account_id: row.account for row in rows}
    found = {}
    for row, ruling in zip(rows, rule_on(ctx, setup, rows, accounts), strict=True):
        request = part[row.id]
        queue_id = None if ruling.queue is None else ruling.queue.id
        found[row.id] = Way(setup.team_in(queue_id, request.team_id), queue_id, ruling.wanted)
    for row in rows:
        ctx.session.expunge(row)
    return found
