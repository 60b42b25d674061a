"""Reads of the setup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import func, or_, select

from app.calendars.clocks import calendars_of_queues
from app.calendars.queries import opening_view
from app.calendars.schemas import OpeningView
from app.conditions.binding import bind, names_of
from app.conditions.sentences import sentence
from app.core.context import Context
from app.core.errors import NotFound
from app.core.field_errors import field_texts
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.schemas import TeamRef
from app.identity.scope import scope
from app.models import (
    Operator,
    OperatorSkill,
    RequestStatus,
    RoutingQueue,
    RoutingRule,
    ServiceRequest,
    Skill,
    StoredCalendar,
    Team,
    Unit,
)
from app.routing.fields import SERVICE_REQUESTS
from app.routing.setup.checking import AT_OPENING, can_match, faults_of_condition
from app.routing.setup.configuration import QueueSetup, RuleSetup, queue_setup, rule_setups, tree_of
from app.routing.setup.schemas import (
    CalendarChoice,
    CheckRoutingCondition,
    OfferedStrategy,
    OperatorSkillsView,
    QueueView,
    RoutingConditionCheck,
    RoutingRuleView,
    RoutingSetup,
    SkillLevel,
    SkillView,
)
from app.routing.setup.telling import own_agency
from app.routing.strategies import Strategy, all_strategies

View = TypeVar("View", QueueView, RoutingRuleView, SkillView)
LOOKED_BACK = timedelta(days=30)
_ROUTED_WITHIN = timedelta(days=7)
_COUNTED_TO = 1000


def read_setup(ctx: Context) -> RoutingSetup:
    """All of one's agency. A fixed number of statements."""
    ctx.require(Permission.ROUTING_READ)
    agency_id = own_agency(ctx)
    queues = _queues(ctx, agency_id)
    skills = list(
        ctx.session.scalars(select(Skill).where(Skill.agency_id == agency_id).order_by(Skill.name, Skill.id))
    )
    rules = rule_setups(
        ctx,
        {row.id: setup for row, setup, _ in queues},
        {skill.id for skill in skills},
        agency_id=agency_id,
    )
    people = _people(ctx, agency_id)
    waiting = _waiting(ctx) if queues else {}
    hours = _hours(ctx, [row for row, _, _ in queues])
    return RoutingSetup(
        queues=[
            _queue_view(row, setup, team, waiting.get(row.id, 0), hours.get(row.id))
            for row, setup, team in queues
        ],
        rules=_rule_views(ctx, rules),
        skills=[
            SkillView(
                id=skill.id,
                name=skill.name,
                people=sum(any(one.skill_id == skill.id for one in person.skills) for person in people),
                version=skill.version,
            )
            for skill in skills
        ],
        people=people,
        calendars=_calendars(ctx, agency_id),
        strategies=[_offered(strategy, ctx.locale) for strategy in all_strategies().values()],
        fields=list(AT_OPENING),
    )


def queue_view(ctx: Context, queue_id: int) -> QueueView:
    return _of(read_setup(ctx).queues, queue_id)


def rule_view(ctx: Context, rule_id: int) -> RoutingRuleView:
    return _of(read_setup(ctx).rules, rule_id)


def skill_view(ctx: Context, skill_id: int) -> SkillView:
    return _of(read_setup(ctx).skills, skill_id)


def operator_skills(ctx: Context, operator_id: int) -> OperatorSkillsView:
    """Of somebody whose agency's setup one may read."""
    ctx.require(Permission.ROUTING_READ)
    seen = scope(select(Operator.name), ctx.actor, Operator).where(Operator.id == operator_id)
    name = ctx.session.scalar(seen)
    if name is None:
        raise NotFound
    rows = ctx.session.execute(
        select(OperatorSkill.skill_id, OperatorSkill.level)
        .where(OperatorSkill.operator_id == operator_id)
        .order_by(OperatorSkill.skill_id)
    )
    return OperatorSkillsView(
        operator_id=operator_id,
        name=name,
        skills=[SkillLevel(skill_id=skill, level=level) for skill, level in rows],
    )


def _of(views: Sequence[View], number: int) -> View:
    found = next((view for view in views if view.id == number), None)
    if found is None:
        raise NotFound
    return found


def check_condition(ctx: Context, command: CheckRoutingCondition) -> RoutingConditionCheck:
    """Read aloud, with what is wrong with it, whether anything can meet it, and what lately did."""
    ctx.require(Permission.ROUTING_READ)
    names = names_of(ctx, SERVICE_REQUESTS, command.condition)
    faults = faults_of_condition(ctx, command.condition, names)
    opened = None
    if not faults:
        bound = bind(ctx, SERVICE_REQUESTS, command.condition, names=names)
        lately = (
            scope(select(ServiceRequest.id), ctx.actor, ServiceRequest)
            .where(ServiceRequest.opened_at >= ctx.now() - LOOKED_BACK, bound.sql())
            .limit(_COUNTED_TO)
            .subquery()
        )
        opened = ctx.session.scalar(select(func.count()).select_from(lately))
    return RoutingConditionCheck(
        sentence=sentence(SERVICE_REQUESTS, command.condition, names, ctx.locale),
        faults=field_texts(faults, ctx.locale),
        can_match=bool(faults) or can_match(command.condition),
        opened=opened,
        opened_counted_to=_COUNTED_TO,
    )


_QueueRow = tuple[RoutingQueue, QueueSetup, TeamRef | None]


def _queues(ctx: Context, agency_id: int) -> list[_QueueRow]:
    rows = ctx.session.execute(
        select(RoutingQueue, Team.id, Team.name, Unit.closed_at)
        .outerjoin(Team, Team.id == RoutingQueue.team_id)
        .outerjoin(Unit, Unit.team_id == RoutingQueue.team_id)
        .where(RoutingQueue.agency_id == agency_id, RoutingQueue.removed_at.is_(None))
        .order_by(RoutingQueue.position, RoutingQueue.id)
    )
    return [
        (
            row,
            queue_setup(row, () if closed_at is None else (row.team_id,)),
            None if team_id is None else TeamRef(id=team_id, name=name),
        )
        for row, team_id, name, closed_at in rows
    ]


def _calendars(ctx: Context, agency_id: int) -> list[CalendarChoice]:
    own = or_(StoredCalendar.agency_id.is_(None), StoredCalendar.agency_id == agency_id)
    rows = ctx.session.execute(
        select(StoredCalendar.id, StoredCalendar.name)
        .where(own)
        .order_by(StoredCalendar.name, StoredCalendar.id)
    )
    return [CalendarChoice(id=number, name=name) for number, name in rows]


def _hours(ctx: Context, rows: Sequence[RoutingQueue]) -> dict[int, tuple[str, OpeningView]]:
    """By queue, its calendar's name and whether it is open; no statement where none has one."""
    if all(row.calendar_id is None for row in rows):
        return {}
    calendars = calendars_of_queues(ctx)
    return {
        row.id: (calendars[row.id].name, opening_view(calendars[row.id], ctx.now()))
        for row in rows
        if row.id in calendars
    }


def _queue_view(
    row: RoutingQueue,
    setup: QueueSetup,
    team: TeamRef | None,
    waiting: int,
    hours: tuple[str, OpeningView] | None,
) -> QueueView:
    return QueueView(
        id=row.id,
        name=row.name,
        team=team,
        strategy=row.strategy,
        settings=row.settings,
        ring_minutes=row.ring_minutes,
        overflow_queue_id=row.overflow_queue_id,
        overflow_minutes=row.overflow_minutes,
        calendar_id=row.calendar_id,
        calendar=hours[0] if hours else None,
        is_open=hours[1].is_open if hours else None,
        opens_at=hours[1].opens_at if hours and not hours[1].is_open else None,
        nobody_text=row.nobody_text,
        waiting=waiting,
        fault=setup.fault,
        version=row.version,
    )


def _waiting(ctx: Context) -> dict[int, int]:
    counted = (
        scope(select(ServiceRequest.queue_id, func.count()), ctx.actor, ServiceRequest)
        .where(
            ServiceRequest.queue_id.is_not(None),
            ServiceRequest.assignee_id.is_(None),
            ServiceRequest.status == RequestStatus.NEW,
        )
        .group_by(ServiceRequest.queue_id)
    )
    return {row[0]: row[1] for row in ctx.session.execute(counted) if row[0] is not None}


def _people(ctx: Context, agency_id: int) -> list[OperatorSkillsView]:
    """Everybody active, in id order, with and without skills."""
    rows = ctx.session.execute(
        select(Operator.id, Operator.name, OperatorSkill.skill_id, OperatorSkill.level)
        .outerjoin(OperatorSkill, OperatorSkill.operator_id == Operator.id)
        .where(Operator.agency_id == agency_id, Operator.is_active)
        .order_by(Operator.id, OperatorSkill.skill_id)
    )
    found: dict[int, OperatorSkillsView] = {}
    for operator_id, name, skill_id, level in rows:
        view = found.setdefault(
            operator_id, OperatorSkillsView(operator_id=operator_id, name=name, skills=[])
        )
        if skill_id is not None:
            view.skills.append(SkillLevel(skill_id=skill_id, level=level))
    return list(found.values())


def _rule_views(ctx: Context, rules: Sequence[tuple[RuleSetup, RoutingRule]]) -> list[RoutingRuleView]:
    if not rules:
        return []
    trees = {row.id: tree_of(row) for _, row in rules}
    names = names_of(ctx, SERVICE_REQUESTS, *trees.values())
    counted = (
        scope(select(ServiceRequest.routed_by_id, func.count()), ctx.actor, ServiceRequest)
        .where(
            ServiceRequest.routed_by_id.in_(list(trees)),
            ServiceRequest.opened_at >= ctx.now() - _ROUTED_WITHIN,
        )
        .group_by(ServiceRequest.routed_by_id)
    )
    routed = {row[0]: row[1] for row in ctx.session.execute(counted)}
    return [
        RoutingRuleView(
            id=row.id,
            name=row.name,
            condition=trees[row.id],
            sentence=sentence(SERVICE_REQUESTS, trees[row.id], names, ctx.locale),
            queue_id=row.queue_id,
            skills=[SkillLevel(**one) for one in row.skills],
            priority=row.priority,
            is_on=row.is_on,
            is_broken=setup.bound is None,
            faults=field_texts(setup.faults, ctx.locale),
            routed=routed.get(row.id, 0),
            version=row.version,
        )
        for setup, row in rules
    ]


def _offered(strategy: Strategy, locale: str) -> OfferedStrategy:
    return OfferedStrategy(
        key=strategy.name,
        label=strategy_said(strategy.name, locale),
        hint=_said(strategy, "hint", f"routing.strategy_hint.{strategy.name}", locale),
        settings=strategy.settings.model_json_schema(),
    )


def strategy_said(name: str, locale: str) -> str:
    strategy = all_strategies().get(name)
    key = f"routing.strategy.{name}"
    return _said(strategy, "name", key, locale) if strategy is not None else name


def reason_said(strategy: str, code: str, locale: str) -> str:
    """A reason in words: those that the strategy brings, else ours."""
    kind = all_strategies().get(strategy)
    key = f"routing.reason.{code}"
    if kind is None:
        text = translate(key, locale)
        return code if text == key else text
    own = kind.words.get(locale) or next(iter(kind.words.values()), {})
    if code in own:
        return own[code]
    text = translate(key, locale)
    return code if text == key else text


def _said(strategy: Strategy, code: str, key: str, locale: str) -> str:
    """The words that the strategy brings, else ours."""
    own = strategy.words.get(locale) or next(iter(strategy.words.values()), {})
    if code in own:
        return own[code]
    text = translate(key, locale)
    return strategy.name if text == key else text
