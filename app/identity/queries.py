"""Reads of sessions and operators."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from app.core.context import Context
from app.core.crypto import token_hash
from app.core.numbers import current_number
from app.core.permissions import ROLES, Actor, ActorKind, Permission
from app.core.runtime import Runtime
from app.identity.schemas import (
    AgencyList,
    AgencyRef,
    AgencyView,
    AssignableOperatorList,
    AssignableOperatorView,
    CapacityView,
    OperatorView,
    PersonRef,
    SessionView,
    TeamRef,
)
from app.identity.scope import accounts_within, scope
from app.models import WORKING_STATUSES, Account, Agency, Operator, OperatorSession, ServiceRequest, Team

EVENT_COUNTER = "events"
# A session's last use is written at most this often: reading a page must not cost a write each time.
_SEEN_EVERY = timedelta(minutes=1)


def actor_of_token(runtime: Runtime, session: Session, token: str, address: str) -> Actor | None:
    """The actor of a live session; None when it ended, idled out, or the person was disabled."""
    found = session.execute(
        select(OperatorSession, Operator)
        .join(Operator, Operator.id == OperatorSession.operator_id)
        .where(OperatorSession.token_hash == token_hash(token))
        .options(selectinload(Operator.teams))
    ).one_or_none()
    if found is None:
        return None
    row, operator = found
    idle = timedelta(minutes=runtime.settings.session_idle_minutes)
    if row.ended_at is not None or not operator.is_active or runtime.clock.now() - row.last_seen_at > idle:
        return None
    return actor_of(session, operator, session_id=row.id, address=address)


def actor_of(
    session: Session, operator: Operator, *, session_id: int | None = None, address: str = ""
) -> Actor:
    role = ROLES[operator.role]
    reached = accounts_within(role, operator)
    return Actor(
        kind=ActorKind.OPERATOR,
        label=operator.login_name,
        permissions=role.permissions,
        account_ids=None if reached is None else frozenset(session.scalars(reached)),
        request_reach=role.request_reach,
        operator_id=operator.id,
        agency_id=operator.agency_id,
        session_id=session_id,
        team_ids=frozenset(team.id for team in operator.teams),
        locale=operator.locale,
        address=address,
    )


def touch_session(session: Session, actor: Actor, runtime: Runtime) -> None:
    """Note that the session is in use, if that was not noted within the last minute."""
    now = runtime.clock.now()
    session.execute(
        update(OperatorSession)
        .where(OperatorSession.id == actor.session_id, OperatorSession.last_seen_at < now - _SEEN_EVERY)
        .values(last_seen_at=now)
    )


def session_is_stale(session: Session, actor: Actor, runtime: Runtime) -> bool:
    seen = session.scalar(select(OperatorSession.last_seen_at).where(OperatorSession.id == actor.session_id))
    return seen is not None and runtime.clock.now() - seen > _SEEN_EVERY


def session_view(ctx: Context, csrf_token: str) -> SessionView:
    operator = ctx.session.scalars(
        select(Operator)
        .where(Operator.id == ctx.actor.operator_id)
        .options(selectinload(Operator.agency), selectinload(Operator.teams))
    ).one()
    return SessionView(
        authenticated=True,
        csrf_token=csrf_token,
        locale=operator.locale,
        server_time=ctx.now(),
        demo=ctx.runtime.settings.is_demo,
        operator=OperatorView(
            id=operator.id,
            login_name=operator.login_name,
            name=operator.name,
            role=operator.role,
            agency=AgencyRef(id=operator.agency.id, name=operator.agency.name, kind=operator.agency.kind),
            teams=[TeamRef(id=team.id, name=team.name) for team in operator.teams],
        ),
        permissions=sorted(ctx.actor.permissions),
        capacity=CapacityView(open=open_requests(ctx.session, operator.id), maximum=operator.capacity),
        presence=operator.presence,
        presence_since=operator.presence_since,
        event_seq=current_number(ctx.session, EVENT_COUNTER),
    )


def open_requests(session: Session, operator_id: int) -> int:
    return session.scalars(
        select(func.count()).where(
            ServiceRequest.assignee_id == operator_id, ServiceRequest.status.in_(WORKING_STATUSES)
        )
    ).one()


def open_requests_by_operator(session: Session, operator_ids: list[int]) -> dict[int, int]:
    """How many unresolved requests each operator has; absent means none."""
    rows = session.execute(
        select(ServiceRequest.assignee_id, func.count())
        .where(ServiceRequest.assignee_id.in_(operator_ids), ServiceRequest.status.in_(WORKING_STATUSES))
        .group_by(ServiceRequest.assignee_id)
    )
    return {operator_id: count for operator_id, count in rows if operator_id is not None}


def operators_for_account(session: Session, account: Account) -> list[Operator]:
    """Active people of the account's agency who serve requests and reach the account, in id order."""
    people = session.scalars(
        select(Operator)
        .where(Operator.agency_id == account.agency_id, Operator.is_active)
        .options(selectinload(Operator.teams))
        .order_by(Operator.id)
    ).all()
    return [
        person
        for person in people
        if Permission.REPLIES_SEND in ROLES[person.role].permissions and _reaches(session, person, account.id)
    ]


def _reaches(session: Session, operator: Operator, account_id: int) -> bool:
    reached = accounts_within(ROLES[operator.role], operator)
    if reached is None:
        return True
    return session.scalar(reached.where(Account.id == account_id)) is not None


def list_agencies(ctx: Context) -> AgencyList:
    """The agencies within reach, with the teams and active people of each."""
    agencies = ctx.session.scalars(scope(select(Agency), ctx.actor, Agency).order_by(Agency.id))
    teams = ctx.session.scalars(scope(select(Team), ctx.actor, Team).order_by(Team.id)).all()
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
                .options(selectinload(Operator.teams))
                .order_by(Operator.id)
            )
        )
    else:
        account = ctx.session.scalars(
            scope(select(Account), ctx.actor, Account).where(Account.id == account_id)
        ).one_or_none()
        people = operators_for_account(ctx.session, account) if account else []
    load = open_requests_by_operator(ctx.session, [person.id for person in people])
    return AssignableOperatorList(
        items=[
            AssignableOperatorView(
                id=person.id,
                name=person.name,
                presence=person.presence,
                open_requests=load.get(person.id, 0),
                capacity=person.capacity,
                team_names=[team.name for team in person.teams],
            )
            for person in people
        ]
    )
