"""What those who lead change while a crowd works: rules, queues, skills, capacities, people, grants, shifts;
and requests that are put together and taken apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.core.context import Context
from app.core.grants import Allowed
from app.core.office import OFFICE_ZONE
from app.core.unit_of_work import open_context
from app.grants.schemas import EndGrant, NewGrant
from app.grants.services import add_grant, end_grant
from app.identity.people import set_active, set_capacity
from app.identity.people_schemas import SetActive, SetCapacity
from app.identity.presence import set_presence
from app.identity.schemas import SetPresence
from app.models import (
    ACTIVE_STATUSES,
    Direction,
    Grant,
    Message,
    Operator,
    RequestMerge,
    RoutingQueue,
    RoutingRule,
    ServiceRequest,
    Shift,
)
from app.routing.relating import merge_request, split_request, unmerge_request
from app.routing.relation_schemas import MergeRequest, SplitRequest, UnmergeRequest
from app.routing.setup.queues import edit_queue
from app.routing.setup.rules import edit_rule, move_rule, switch_rule
from app.routing.setup.schemas import EditQueue, EditRoutingRule, MoveInOrder, SetSkills, SwitchRoutingRule
from app.routing.setup.skills import set_skills
from app.shifts.planning import plan_shifts, remove_shift
from app.shifts.schemas import PlanShifts
from tests.routing.crowd.acts import Act, Hand
from tests.routing.crowd.place import CAPACITIES, WORDS
from tests.routing.setup_office import ROUTER, says

BOTH: Any = ["claimed_by_other", "two_people"]


def disable(hand: Hand) -> None:
    """Somebody is shut out, or let in again."""
    who = hand.person()
    with open_context(hand.runtime, ROUTER, write=False) as ctx:
        is_in = ctx.session.get_one(Operator, who).is_active
    command = SetActive(active=not is_in)
    hand.as_person(hand.place.admin, lambda ctx: set_active(ctx, who, command))
    if not is_in:
        online = SetPresence.model_validate({"presence": "online"})
        hand.as_person(who, lambda ctx: set_presence(ctx, online))


def lend(hand: Hand) -> None:
    """The account that is lent is taken back; one that is not is lent again."""
    now = hand.make.now
    with open_context(hand.runtime, ROUTER, write=False) as ctx:
        found = select(Grant).where(Grant.account_id == hand.place.lent, ~Grant.is_over)
        standing = ctx.session.scalars(found.order_by(Grant.id)).first()
    if standing is not None:
        ending = EndGrant(version=standing.version)
        hand.as_person(hand.place.admin, lambda ctx: end_grant(ctx, standing.id, ending))
        return
    ends = hand.luck.choice((None, now + timedelta(minutes=hand.luck.randint(5, 60))))
    command = NewGrant.model_validate(
        {
            "account_id": hand.place.lent,
            "agency_id": hand.place.agencies[1],
            "team_id": hand.place.teams[2],
            "allows": [one.value for one in Allowed],
            "takes_new": True,
            "ends_at": ends.isoformat() if ends else None,
        }
    )
    hand.as_person(hand.place.admin, lambda ctx: add_grant(ctx, command))


def edit_rules(hand: Hand) -> None:
    """Switch one, move it, or let it ask for another word and lead elsewhere."""
    number = hand.luck.choice(hand.place.rules)
    with open_context(hand.runtime, ROUTER, write=False) as ctx:
        row = ctx.session.get_one(RoutingRule, number)
    way = hand.luck.randrange(3)
    if way == 0:
        switch = SwitchRoutingRule(is_on=not row.is_on, version=row.version)
        hand.as_person(hand.place.leads[0], lambda ctx: switch_rule(ctx, number, switch))
    elif way == 1:
        order = MoveInOrder(position=hand.luck.randrange(len(hand.place.rules)), version=row.version)
        hand.as_person(hand.place.leads[0], lambda ctx: move_rule(ctx, number, order))
    else:
        skills = [{"skill_id": one, "level": hand.luck.randint(1, 3)} for one in hand.place.skills]
        content = EditRoutingRule.model_validate(
            {
                "name": row.name,
                "condition": {"all": [says(hand.luck.choice(WORDS))]},
                "queue_id": hand.luck.choice(hand.place.queues),
                "skills": skills[: hand.luck.randrange(3)],
                "priority": hand.luck.choice((None, None, 1, 4)),
                "version": row.version,
            }
        )
        hand.as_person(hand.place.leads[0], lambda ctx: edit_rule(ctx, number, content))


def edit_queues(hand: Hand) -> None:
    """The last in the chain hands out in another way, or another's time until it overflows is another."""
    number = hand.luck.choice(hand.place.queues)
    with open_context(hand.runtime, ROUTER, write=False) as ctx:
        row = ctx.session.get_one(RoutingQueue, number)
    strategy = row.strategy
    if number == hand.place.queues[0]:
        strategy = hand.luck.choice(("least_loaded", "round_robin", "skill_first", "last_operator"))
    content = EditQueue.model_validate(
        {
            "name": row.name,
            "team_id": row.team_id,
            "strategy": strategy,
            "settings": row.settings if strategy == row.strategy else {},
            "ring_minutes": row.ring_minutes,
            "overflow_queue_id": row.overflow_queue_id,
            "overflow_minutes": row.overflow_minutes and hand.luck.randint(10, 30),
            "version": row.version,
        }
    )
    hand.as_person(hand.place.leads[0], lambda ctx: edit_queue(ctx, number, content))


def edit_people(hand: Hand) -> None:
    """Another capacity, or other skills."""
    who = hand.luck.choice(hand.place.ours)
    if hand.luck.random() < 0.5:
        capacity = SetCapacity(capacity=hand.luck.choice(CAPACITIES))
        hand.as_person(hand.place.leads[0], lambda ctx: set_capacity(ctx, who, capacity))
        return
    levels = [{"skill_id": one, "level": hand.luck.randint(1, 5)} for one in hand.place.skills]
    command = SetSkills.model_validate({"skills": levels[: hand.luck.randint(1, 2)]})
    hand.as_person(hand.place.leads[0], lambda ctx: set_skills(ctx, who, command))


def plan(hand: Hand) -> None:
    """A shift of today for one of the other agency's people, or one of theirs less."""
    theirs = [one for one in hand.place.people if one not in hand.place.ours]
    who = hand.luck.choice(theirs)
    if hand.luck.random() < 0.3:
        with open_context(hand.runtime, ROUTER, write=False) as ctx:
            found = select(Shift.id).where(Shift.operator_id == who, Shift.removed_at.is_(None))
            number = ctx.session.scalars(found.order_by(Shift.id.desc())).first()
        if number is not None:
            hand.as_person(hand.place.leads[1], lambda ctx: remove_shift(ctx, number))
        return
    today = hand.make.now.astimezone(OFFICE_ZONE).date()
    command = PlanShifts(
        template_id=hand.luck.choice(hand.place.templates),
        operator_ids=[who],
        days=[today],
        skip_taken=True,
    )
    hand.as_person(hand.place.leads[1], lambda ctx: plan_shifts(ctx, command))


def merge(hand: Hand) -> None:
    """Two active ones become one, or what was put together lately is taken apart."""
    if hand.luck.random() < 0.4 and _unmerge(hand):
        return
    into = hand.find(ServiceRequest.status.in_(ACTIVE_STATUSES), ServiceRequest.merged_into_id.is_(None))
    if into is None:
        return
    other = hand.find(
        ServiceRequest.status.in_(ACTIVE_STATUSES),
        ServiceRequest.account_id == into.account_id,
        ServiceRequest.id != into.id,
    )
    if other is not None:
        command = MergeRequest(into_id=into.id, version=other.version, confirm=BOTH)
        hand.as_person(hand.place.leads[0], lambda ctx: merge_request(ctx, other.id, command))


def _unmerge(hand: Hand) -> bool:
    with open_context(hand.runtime, ROUTER, write=False) as ctx:
        found = select(RequestMerge.merged_id).where(RequestMerge.undone_at.is_(None))
        number = ctx.session.scalars(found.order_by(RequestMerge.id.desc())).first()
        if number is None:
            return False
        version = ctx.session.get_one(ServiceRequest, number).version
    command = UnmergeRequest(version=version)

    def act(ctx: Context) -> None:
        unmerge_request(ctx, number, command)

    hand.as_person(hand.place.leads[0], act)
    return True


def split(hand: Hand) -> None:
    request = hand.find(ServiceRequest.status.in_(ACTIVE_STATUSES), ServiceRequest.message_count > 1)
    if request is None:
        return
    with open_context(hand.runtime, ROUTER, write=False) as ctx:
        said = select(Message.id).where(
            Message.service_request_id == request.id, Message.direction == Direction.INBOUND
        )
        ids = ctx.session.scalars(said.order_by(Message.id)).all()
    if len(ids) > 1:
        command = SplitRequest(message_ids=[ids[-1]], version=request.version, confirm=["claimed_by_other"])
        hand.as_person(hand.place.leads[0], lambda ctx: split_request(ctx, request.id, command))


LED: dict[str, tuple[int, Act]] = {
    "disable": (1, disable),
    "grant": (1, lend),
    "rule edit": (2, edit_rules),
    "queue edit": (1, edit_queues),
    "capacity or skills": (1, edit_people),
    "shift": (1, plan),
    "merge": (2, merge),
    "split": (1, split),
}
