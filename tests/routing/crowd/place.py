"""Where a crowd works: an agency with two teams, another that it lends an account to, queues of every kind.

What is made here is named by numbers alone, so that workers in processes of their own can be told of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.adapters.types import Lane
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import (
    Agency,
    AgencyKind,
    Operator,
    OperatorSkill,
    Presence,
    RoutingQueue,
    RoutingRule,
    RoutingSettings,
    ShiftTemplate,
    Skill,
    Team,
)
from app.routing.setup.configuration import setup_changed
from tests.factories.make import Make
from tests.routing.setup_office import ROUTER, says

INTAKE_MOST, INTAKE_MINUTES = 6, 5
CUSTOMERS = 120
WORDS = ("宽带", "套餐", "投诉", "账单")
CAPACITIES = (2, 3, 4, 6)
HOURS = (("00:00", "08:00"), ("08:00", "16:00"), ("16:00", "00:00"))


@dataclass(frozen=True)
class Place:
    """Numbers of everything that acts name."""

    agencies: tuple[int, int]
    teams: tuple[int, int, int]
    """Two of the agency's own, one of the other's."""
    accounts: tuple[int, ...]
    """Of the agency, and one of the other's own."""
    lent: int
    """Which of the accounts is lent to the other agency from time to time."""
    people: tuple[int, ...]
    """Who serves, of both agencies."""
    ours: tuple[int, ...]
    leads: tuple[int, int]
    admin: int
    queues: tuple[int, ...]
    rules: tuple[int, ...]
    skills: tuple[int, int]
    templates: tuple[int, ...]


def furnish(make: Make) -> Place:
    """Everything committed; nothing has come in yet."""
    theirs, ours = make.agency(AgencyKind.THIRD_PARTY), make.agency()  # whose number is lower owns less
    make.contract(theirs)
    first, second, other = make.team(ours), make.team(ours), make.team(theirs)
    accounts = (make.account(ours, first), make.account(ours, second), make.account(ours, first))
    of_theirs = make.account(theirs, other)
    admin = make.operator(ours, first, second, role=RoleName.ADMINISTRATOR, capacity=0)
    leads = (
        make.operator(ours, first, second, role=RoleName.SUPERVISOR, capacity=0),
        make.operator(theirs, other, role=RoleName.SUPERVISOR, capacity=0),
    )
    in_teams = ((first,), (first,), (first, second), (second,), (second,), (first, second))
    own = [_person(make, ours, at, *teams) for at, teams in enumerate(in_teams)]
    lent = [
        make.operator(theirs, other, role=RoleName.AGENCY_OPERATOR, presence=Presence.ONLINE, capacity=3)
        for _ in range(3)
    ]
    for agency in (ours, theirs):
        make.save(_settings(make, agency.id, by_shifts=agency is theirs))
    make.grant(accounts[1], theirs, other, takes_new=True)
    skills = tuple(_skill(make, ours.id, name, own[at::2]) for at, name in enumerate(WORDS[:2]))
    queues = _queues(make, ours.id, first.id, second.id, [one.id for one in own])
    return Place(
        agencies=(ours.id, theirs.id),
        teams=(first.id, second.id, other.id),
        accounts=(*(one.id for one in accounts), of_theirs.id),
        lent=accounts[1].id,
        people=tuple(one.id for one in (*own, *lent)),
        ours=tuple(one.id for one in own),
        leads=(leads[0].id, leads[1].id),
        admin=admin.id,
        queues=queues,
        rules=_rules(make, ours.id, queues, skills),
        skills=(skills[0], skills[1]),
        templates=tuple(
            make.save(
                ShiftTemplate(
                    created_at=make.now, agency_id=theirs.id, name=f"{start}起", start=start, end=end, tone=1
                )
            ).id
            for start, end in HOURS
        ),
    )


def _person(make: Make, agency: Agency, at: int, *teams: Team) -> Operator:
    return make.operator(
        agency,
        *teams,
        presence=Presence.ONLINE,
        capacity=CAPACITIES[at % len(CAPACITIES)],
        lane_limits={Lane.PRIVATE.value: 2} if at % 3 == 0 else {},
    )


def _settings(make: Make, agency_id: int, *, by_shifts: bool) -> RoutingSettings:
    return RoutingSettings(
        created_at=make.now,
        agency_id=agency_id,
        private_weight=100,
        public_weight=50,
        waiting_weight=20,
        intake_most=INTAKE_MOST,
        intake_minutes=INTAKE_MINUTES,
        accept_minutes=4,
        away_minutes=45,
        vanish_minutes=30,
        alone_minutes=None,
        only_on_shift=by_shifts,
        return_days=2,
        limits={},
    )


def _skill(make: Make, agency_id: int, name: str, people: list[Operator]) -> int:
    skill = make.save(Skill(created_at=make.now, agency_id=agency_id, name=name))
    for at, one in enumerate(people):
        make.save(OperatorSkill(created_at=make.now, operator_id=one.id, skill_id=skill.id, level=1 + at % 5))
    return skill.id


def _queues(make: Make, agency_id: int, first: int, second: int, people: list[int]) -> tuple[int, ...]:
    """A chain of overflow through teams, a pool, one that people pull from, and one of whoever knows them."""

    def queue(at: int, strategy: str, team_id: int | None, **more: Any) -> int:
        return make.save(
            RoutingQueue(
                created_at=make.now,
                agency_id=agency_id,
                name=f"队列{at}",
                position=at,
                strategy=strategy,
                team_id=team_id,
                **{"settings": {}, **more},
            )
        ).id

    weights = {"weights": [{"operator_id": one, "weight": at % 4} for at, one in enumerate(people)]}
    named = {"operator_ids": people[:3]}
    last = queue(0, "least_loaded", None)
    pool = queue(1, "round_robin", None, overflow_queue_id=last, overflow_minutes=30)
    skilled = queue(2, "skill_first", first, ring_minutes=10, overflow_queue_id=pool, overflow_minutes=25)
    pulled = queue(3, "pull", first, overflow_queue_id=skilled, overflow_minutes=15)
    weighted = queue(4, "weighted", second, settings=weights, overflow_queue_id=last, overflow_minutes=20)
    known = queue(5, "last_operator", None, settings={"days": 5, "exclusive": False})
    few = queue(6, "named", second, settings=named, overflow_queue_id=last, overflow_minutes=20)
    return (last, pool, skilled, pulled, weighted, known, few)


def _rules(make: Make, agency_id: int, queues: tuple[int, ...], skills: tuple[int, ...]) -> tuple[int, ...]:
    """One for each word, and one for what nobody has said; people move and rewrite them later."""

    def rule(at: int, condition: dict[str, Any], queue_id: int | None, **more: Any) -> int:
        row = RoutingRule(
            created_at=make.now,
            agency_id=agency_id,
            name=f"规则{at}",
            position=at,
            condition=condition,
            queue_id=queue_id,
            is_on=True,
            **{"skills": [], **more},
        )
        return make.save(row).id

    wanted = [{"skill_id": one, "level": 2} for one in skills]
    found = (
        rule(0, {"all": [says(WORDS[0])]}, queues[2], skills=wanted),
        rule(1, {"all": [says(WORDS[1])]}, queues[3]),
        rule(2, {"all": [says(WORDS[2])]}, queues[4], priority=1),
        rule(3, {"all": [says(WORDS[3])]}, queues[5]),
        rule(4, {"all": [says("没有人这样说")]}, queues[6]),
    )
    with open_context(make.runtime, ROUTER) as ctx:
        setup_changed(ctx)
    return found
