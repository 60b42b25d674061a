"""Reads of sessions and operators."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.context import Context
from app.core.permissions import AccountReach, Permission, allowed_by
from app.core.rows import hold
from app.core.tables import Counter
from app.identity.dealing import (
    NOTHING,
    InHand,
    counts_in_hand,
    dealing_of,
    in_hand_of,
    load_of,
    shown,
)
from app.identity.presence import WITH_SETTINGS
from app.identity.reach import serves
from app.identity.role_queries import mandate_of, role_refs
from app.identity.schemas import (
    AgencyList,
    AgencyRef,
    AgencyView,
    AssignableOperatorList,
    AssignableOperatorView,
    CapacityView,
    LookingView,
    OperatorView,
    PersonRef,
    SessionView,
    TeamRef,
)
from app.identity.scope import scope
from app.identity.unit_fields import UNIT
from app.models import (
    Account,
    Agency,
    Grant,
    Operator,
    OperatorSession,
    Team,
)
from app.models.unit import is_in_use

EVENT_COUNTER = "events"
WHO_SERVES = (WITH_SETTINGS, selectinload(Operator.teams), selectinload(Operator.roles))
"""What `why_not_serving` looks at of a person, and how their agency deals work out."""


def session_view(ctx: Context, csrf_token: str) -> SessionView:
    """One statement: every page asks for it first. Whoever looks through somebody else's eyes is told what
    that person would be, in their own language, and that they look; a statement more."""
    number = select(Counter.value).where(Counter.name == EVENT_COUNTER).scalar_subquery()
    found = ctx.session.execute(
        select(Operator, *counts_in_hand(Operator.id), number)
        .where(Operator.id == ctx.actor.operator_id)
        .options(WITH_SETTINGS, joinedload(Operator.teams), joinedload(Operator.roles))
    )
    operator, *counts, newest = found.unique().one()
    in_hand, dealing = InHand(*counts), dealing_of(operator.agency.routing)
    return SessionView(
        authenticated=True,
        csrf_token=csrf_token,
        locale=operator.locale if ctx.actor.own is None else ctx.actor.locale,
        server_time=ctx.now(),
        demo=ctx.runtime.settings.is_demo,
        operator=OperatorView(
            id=operator.id,
            login_name=operator.login_name,
            name=operator.name,
            roles=role_refs(operator),
            agency=AgencyRef(id=operator.agency.id, name=operator.agency.name, kind=operator.agency.kind),
            teams=[TeamRef(id=team.id, name=team.name) for team in operator.teams],
        ),
        permissions=sorted(ctx.actor.permissions),
        capacity=CapacityView(
            open=in_hand.open, load=shown(in_hand.weight(dealing.weights)), maximum=operator.capacity
        ),
        presence=operator.presence,
        presence_since=operator.presence_since,
        presence_reason=operator.presence_reason,
        presence_until=operator.presence_until,
        tells_touches=ctx.actor.own is None
        and (dealing.away_after is not None or dealing.vanish_after is not None),
        password_is_given=operator.password_is_given and ctx.actor.own is None,
        event_seq=newest or 0,
        looking=_looking(ctx),
    )


def _looking(ctx: Context) -> LookingView | None:
    if ctx.actor.own is None:
        return None
    row = ctx.session.execute(
        select(Operator.id, Operator.name, OperatorSession.viewed_until)
        .join(OperatorSession, OperatorSession.operator_id == Operator.id)
        .where(OperatorSession.id == ctx.actor.session_id)
    ).one()
    return LookingView(by=PersonRef(id=row.id, name=row.name), until=row.viewed_until or ctx.now())


def operators_for_account(session: Session, account: Account, at: datetime) -> list[Operator]:
    """Active people who serve requests and reach the account, of its agency and of those that it was granted
    to, in id order."""
    people = active_operators(session, account.agency_id)
    return [person for person in people if why_not_serving(person, account, at) is None]


def operators_for(ctx: Context, account: Account) -> list[Operator]:
    """To whom the actor may hand the account's requests: an agency that was granted it, to its own alone."""
    people = operators_for_account(ctx.session, account, ctx.now())
    if ctx.actor.granted(account.id) is None:
        return people
    return [person for person in people if person.agency_id == ctx.actor.agency_id]


def active_operators(session: Session, agency_id: int) -> Sequence[Operator]:
    """An agency's, and those of others that were granted an account of it, with what `why_not_serving` looks
    at, in id order."""
    helping = (
        select(Grant.agency_id)
        .join(Account, Account.id == Grant.account_id)
        .where(Account.agency_id == agency_id, ~Grant.is_over)
    )
    return session.scalars(
        select(Operator)
        .where(or_(Operator.agency_id == agency_id, Operator.agency_id.in_(helping)), Operator.is_active)
        .options(*WHO_SERVES)
        .order_by(Operator.id)
    ).all()


def people_by_id(session: Session, ids: Collection[int]) -> dict[int, Operator]:
    """These people, with what `why_not_serving` looks at; one statement. They stay with the session."""
    if not ids:
        return {}
    statement = select(Operator).where(Operator.id.in_(ids))
    loaded = statement.options(
        joinedload(Operator.teams), joinedload(Operator.roles), joinedload(Operator.agency)
    )
    people = session.scalars(loaded).unique().all()
    hold(session, people)
    return {person.id: person for person in people}


def why_not_serving(
    person: Operator, account: Account, at: datetime, right: Permission = Permission.REPLIES_SEND
) -> str | None:
    """The code of why somebody cannot hold an account's requests, or do there what needs another `right`;
    None for who can.

    What `WHO_SERVES` names is loaded. Whoever reaches every account may help another agency out, but is
    given none of its work (`operators_for_account`).
    """
    mandate = mandate_of(person)
    if not person.is_active:
        return "holder_disabled"
    if not person.agency.is_active:
        return "agency_closed"
    if right not in mandate.permissions:
        return "holder_may_not_answer"
    if not serves(mandate.account_reach, person, account, at):
        return "holder_does_not_serve_account"
    if mandate.account_reach is AccountReach.ALL:
        return None
    granted = account.granted_to(person.agency_id, at)
    return None if granted is None or allowed_by(granted, right) else "grant_does_not_allow"


def list_agencies(ctx: Context) -> AgencyList:
    """The agencies within reach, with the teams and active people of each."""
    agencies = ctx.session.scalars(scope(select(Agency), ctx.actor, Agency).order_by(Agency.id))
    teams = ctx.session.scalars(
        scope(select(Team), ctx.actor, Team).where(is_in_use(Team)).order_by(Team.id)
    ).all()
    people = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator).where(Operator.is_active).order_by(Operator.id)
    ).all()
    return AgencyList(
        items=[
            AgencyView(
                id=agency.id,
                name=agency.name,
                kind=agency.kind,
                teams=[TeamRef(id=row.id, name=row.name) for row in teams if row.agency_id == agency.id],
                people=[PersonRef(id=row.id, name=row.name) for row in people if row.agency_id == agency.id],
            )
            for agency in agencies
        ]
    )


def assignable_operators(ctx: Context, account_id: int | None) -> AssignableOperatorList:
    if account_id is None:
        people = list(
            ctx.session.scalars(
                scope(select(Operator), ctx.actor, Operator)
                .where(Operator.is_active)
                .options(WITH_SETTINGS, selectinload(Operator.teams))
                .order_by(Operator.id)
            )
        )
    else:
        account = ctx.session.scalars(
            scope(select(Account), ctx.actor, Account).where(Account.id == account_id)
        ).one_or_none()
        people = operators_for(ctx, account) if account else []
    held = in_hand_of(ctx.session, [person.id for person in people])
    placed = {person.unit_id for person in people if person.unit_id is not None}
    units = UNIT.names(ctx, placed) if placed else {}
    return AssignableOperatorList(
        items=[
            AssignableOperatorView(
                id=person.id,
                name=person.name,
                presence=person.presence,
                open_requests=held.get(person.id, NOTHING).open,
                load=shown(load_of(person, held.get(person.id, NOTHING))),
                capacity=person.capacity,
                teams=[TeamRef(id=team.id, name=team.name) for team in person.teams],
                unit_name=units.get(person.unit_id or 0),
            )
            for person in people
        ]
    )
