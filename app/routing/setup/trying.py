"""The test box: which way a request would go now, and why. It asks the same functions as the router."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from app.conditions.binding import Names, names_of
from app.conditions.sentences import leaf_sentence
from app.core.context import Context
from app.core.errors import Invalid, NotFound
from app.core.permissions import AccountReach, Permission
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.identity.unit_fields import units_of_teams
from app.models import (
    DONE_STATUSES,
    Account,
    Contact,
    ContactIdentity,
    Conversation,
    Direction,
    Lane,
    Message,
    ServiceRequest,
    SpecialList,
    Team,
)
from app.routing.decide import CAME_BACK, Choice, Considered
from app.routing.facts import RequestFacts
from app.routing.fields import SERVICE_REQUESTS
from app.routing.lifecycle import Opening, imagined
from app.routing.policies import PriorityInput
from app.routing.queries import get_request
from app.routing.roster import Roster
from app.routing.schemas import CandidateView
from app.routing.setup.configuration import RuleSetup, Setup, build_setup
from app.routing.setup.queries import reason_said, strategy_said
from app.routing.setup.ruling import Ruling, asked_rules, ruling_of
from app.routing.setup.schemas import (
    RoutingTrial,
    SkillLevel,
    TriedCandidate,
    TriedRule,
    TriedText,
    TryRouting,
)
from app.routing.special_facts import answers_in
from app.routing.special_lists import OPENS_NONE, VIP_LEVEL, withheld_by, withheld_now

_UNASKED = Ruling(None, ())
_NEVER = -1
"""The id of what nobody has sent."""


def try_routing(ctx: Context, command: TryRouting) -> RoutingTrial:
    """Raises Invalid unless one of a request and a text is given, NotFound for what is out of reach."""
    ctx.require(Permission.ROUTING_READ)
    if (command.service_request_id is None) is (command.text is None):
        raise Invalid(fields={"text": "missing"})
    if command.text is not None:
        request = _of_text(ctx, command.text)
        lists = [] if command.text.special_list is None else [command.text.special_list]
        withheld = withheld_by(lists, request.lane)
    else:
        ctx.require(Permission.SERVICE_REQUESTS_READ)
        request = get_request(ctx, command.service_request_id or 0)
        withheld = withheld_now(ctx, [request]).get(request.id)
    account = request.account
    setup = build_setup(ctx)
    rules = asked_rules(setup, account, ctx)
    request.units_of_teams = units_of_teams(ctx.session)
    names = names_of(ctx, SERVICE_REQUESTS, *(rule.bound.tree for rule in rules if rule.bound is not None))
    answered = answers_in(ctx, [request.conversation_id] if request.conversation_id != _NEVER else [])
    roster = Roster(ctx, setup)
    roster.serving(account)  # read before the clock runs
    began = perf_counter()
    answer = answered.get(request.conversation_id)
    known = None if answer is None else (answer[0], ctx.now() - answer[1])
    ruling, choice = _UNASKED, _returning(setup, roster, request, known) if withheld is None else None
    if choice is None:
        ruling = ruling_of(rules, request) if withheld is None else _UNASKED
        facts = RequestFacts(
            request.id,
            account.id,
            setup.team_in(ruling.queue.id if ruling.queue is not None else None, request.team_id),
            queue_id=ruling.queue.id if ruling.queue is not None else None,
            wanted=ruling.wanted,
            answered_by=known,
            lane=request.lane,
            withheld=withheld,
        )
        choice = roster.imagine(account, facts)
    took = perf_counter() - began
    asked = withheld is None and choice.reason != CAME_BACK
    return _trial(ctx, request, rules, ruling, choice, names, took, asked=asked)


def _returning(
    setup: Setup,
    roster: Roster,
    request: ServiceRequest,
    known: tuple[int, timedelta] | None,
) -> Choice | None:
    """Whoever answered it, where it is resolved and would be taken up again."""
    if request.status not in DONE_STATUSES or known is None:
        return None
    facts = RequestFacts(
        request.id,
        request.account_id,
        setup.team_in(request.queue_id, request.team_id),
        queue_id=request.queue_id,
        lane=request.lane,
        answered_by=known,
        comes_back=True,
    )
    return roster.returning(request.account, facts)


def _team_of(ruling: Ruling, request: ServiceRequest) -> int | None:
    """Who sees it wait."""
    return (ruling.queue.team_id if ruling.queue is not None else None) or request.team_id


def _of_text(ctx: Context, tried: TriedText) -> ServiceRequest:
    """A request that nobody has sent, as it would be opened; it belongs to no session."""
    ctx.require(Permission.SERVICE_REQUESTS_READ, account_id=tried.account_id)
    account = ctx.session.scalars(
        scope(select(Account), ctx.actor, Account).where(Account.id == tried.account_id)
    ).one_or_none()
    if account is None:
        raise NotFound
    now = ctx.now()
    level = tried.level or (VIP_LEVEL if tried.special_list is SpecialList.VIP else None)
    identity = ContactIdentity(
        name="", is_verified=False, followers_count=tried.followers, account_id=account.id
    )
    set_committed_value(identity, "contact", Contact(level=level))
    conversation = Conversation(id=_NEVER, account_id=account.id)
    set_committed_value(conversation, "contact_identity", identity)
    weighed = PriorityInput(
        type=tried.type,
        sentiment=tried.sentiment,
        urgency=0,
        followers=tried.followers,
        is_verified=False,
        level=level,
        earlier_requests=0,
    )
    lane = Lane(tried.lane)
    message = Message(
        number=1, direction=Direction.INBOUND, lane=lane, text=tried.text, media=[], occurred_at=now
    )
    opening = Opening(account, conversation, account.queue_at(now), lane, weighed, now)
    request = imagined(opening, message, tried.sentiment, now)
    set_committed_value(request, "account", account)
    set_committed_value(request, "conversation", conversation)
    return request


def _trial(
    ctx: Context,
    request: ServiceRequest,
    rules: list[RuleSetup],
    ruling: Ruling,
    choice: Choice,
    names: Names,
    took: float,
    *,
    asked: bool,
) -> RoutingTrial:
    team_id = _team_of(ruling, request)
    team = ctx.session.scalar(select(Team.name).where(Team.id == team_id)) if team_id is not None else None
    chosen, withheld = choice.chosen, choice.request.withheld
    return RoutingTrial(
        withheld=None if withheld is None else reason_said(choice.strategy, withheld, ctx.locale),
        opens_none=withheld in OPENS_NONE,
        rules=_way(ctx, request, rules, ruling, names, over=not asked),
        queue_id=ruling.queue.id if ruling.queue is not None else None,
        queue=ruling.queue.name if ruling.queue is not None else None,
        team=team,
        wanted=[SkillLevel(skill_id=skill, level=level) for skill, level in ruling.wanted],
        priority_before=request.priority,
        priority=ruling.priority or request.priority,
        strategy=strategy_said(choice.strategy, ctx.locale),
        reason=reason_said(choice.strategy, choice.reason, ctx.locale),
        chosen=None if chosen is None else PersonRef(id=chosen.id, name=chosen.name),
        candidates=[_candidate(ctx, choice, one) for one in _in_order(choice)],
        milliseconds=round(took * 1000, 2),
    )


def _way(
    ctx: Context,
    request: ServiceRequest,
    rules: list[RuleSetup],
    ruling: Ruling,
    names: Names,
    *,
    over: bool,
) -> list[TriedRule]:
    """`over`: something that comes before the rules has decided, and none of them is asked."""
    found = []
    for rule in rules:
        own = rule.agency_id == ctx.actor.agency_id or ctx.actor.account_reach is AccountReach.ALL
        decided: list[str] = []
        if rule.bound is None:
            verdict = "not_asked" if over else "broken"
        elif over:
            verdict = "not_asked"
        else:
            explained = rule.bound.explain(request)
            verdict = "holds" if explained.holds else "fails"
            decided = [
                leaf_sentence(SERVICE_REQUESTS, one.leaf, names, ctx.locale) for one in explained.decided
            ]
        over = over or rule is ruling.rule
        found.append(
            TriedRule(
                id=rule.id,
                name=rule.name if own else "",
                verdict=verdict,  # type: ignore[arg-type]
                decided=decided if own else [],
            )
        )
    return found


def _in_order(choice: Choice) -> list[Considered]:
    """The ranked ones first, then who could have it and is not wanted, then who is left out."""
    return sorted(
        choice.considered,
        key=lambda one: (one.rank is None, one.rank or 0, one.excluded is not None, one.operator.id),
    )


def _candidate(ctx: Context, choice: Choice, one: Considered) -> TriedCandidate:
    shown = CandidateView(**one.record())
    said = None if one.reason is None else reason_said(choice.strategy, one.reason, ctx.locale)
    return TriedCandidate(**shown.model_dump(), said=said)
