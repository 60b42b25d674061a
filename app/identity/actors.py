"""Who a session is: the actor with rights and reach, for one or for many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from app.core.crypto import token_hash
from app.core.db import UtcDateTime, among
from app.core.permissions import (
    ACCOUNT_REACHES,
    REQUEST_REACHES,
    AccountReach,
    Actor,
    ActorKind,
    Mandate,
    RequestReach,
    known_fields,
    known_rights,
    together,
)
from app.core.runtime import Runtime
from app.identity.reach import granted_within, owned_within, teams_below
from app.models import Account, Operator, OperatorRole, OperatorSession, Role, TeamMember
from app.models.account import read_grants
from app.models.grant import grant_lines

# A session's last use is written at most this often: reading a page must not cost a write each time.
_SEEN_EVERY = timedelta(minutes=1)
_COMMA, _PART, _LINE = ",", ";", "\n"
_KEPT_MANDATES = 4096


@dataclass(frozen=True)
class Found:
    """Live sessions by token, and those of them whose last use was written down more than a minute ago."""

    actors: dict[str, Actor]
    stale: list[int]
    looks: dict[str, Look] = field(default_factory=dict)
    """Those that look through somebody else's eyes, by token."""


@dataclass(frozen=True)
class Look:
    """Through whose eyes a login looks, and until when."""

    session_id: int
    operator_id: int
    until: datetime


def actors_of_tokens(runtime: Runtime, session: Session, addresses: Mapping[str, str]) -> Found:
    """The actors of live sessions; those that ended, idled out, or whose person was disabled are missing.

    One statement with everything an actor consists of, read anew each time: what was taken away counts from
    the next request on, in every process (ADR 11).
    """
    if not addresses:
        return Found({}, [])
    tokens = {token_hash(token): token for token in addresses}
    rows = session.execute(_sessions(), {"hashes": list(tokens), "at": runtime.clock.now()}).all()
    live = [row for row in rows if _is_live(runtime, row)]
    actors = {}
    for row in live:
        token = tokens[row.token_hash]
        actors[token] = _as_actor(row, row.session_id, addresses[token])
    late = runtime.clock.now() - _SEEN_EVERY
    looks = {
        tokens[row.token_hash]: Look(row.session_id, row.viewed_id, row.viewed_until)
        for row in live
        if row.viewed_id is not None
    }
    return Found(actors, [row.session_id for row in live if row.last_seen_at < late], looks)


def actors_of_people(session: Session, ids: Iterable[int], at: datetime) -> dict[int, Actor]:
    """`actors_of` by id: who is shut out is missing. One statement."""
    return {actor.operator_id or 0: actor for actor in actors_of(session, set(ids), at)}


def actor_of(
    session: Session,
    operator: Operator,
    at: datetime,
    *,
    session_id: int | None = None,
    address: str = "",
) -> Actor:
    """The actor that a person is at a moment: grants begin and end. One statement."""
    row = session.execute(_people().where(Operator.id == operator.id), {"at": at}).one()
    return _as_actor(row, session_id, address)


def with_mandate(session: Session, actors: Iterable[Actor], mandate: Mandate, at: datetime) -> list[Actor]:
    """What each of these people would be at a moment with this mandate and no other. One statement, and one
    for those who reach by units."""
    people = {actor.operator_id: actor for actor in actors}
    reach = mandate.account_reach
    ids, grants = owned_within(reach, Operator), granted_within(reach, Operator, at)
    reached = {}
    if ids is not None and grants is not None:
        owned = ids.with_only_columns(_joined(Account.id)).correlate(Operator).scalar_subquery()
        granted = grants.with_only_columns(grant_lines()).correlate(Operator).scalar_subquery()
        which = among(session, Operator.id, sorted(number or 0 for number in people))
        for number, own, lines in session.execute(select(Operator.id, owned, granted).where(which)):
            opened = read_grants(lines or "")
            reached[number] = (_numbers(own) | {one.account_id for one in opened}, opened)
    below = _below(session, people) if mandate.request_reach is RequestReach.UNIT else {}
    made = []
    for number, actor in people.items():
        account_ids, opened = reached[number] if ids is not None else (None, ())
        made.append(
            replace(
                actor,
                permissions=mandate.permissions,
                account_reach=reach,
                request_reach=mandate.request_reach,
                masked=mandate.masked,
                unit_team_ids=below.get(number, frozenset()),
                account_ids=account_ids,
                grants=opened,
            )
        )
    return made


def _below(session: Session, people: Collection[int | None]) -> dict[int | None, frozenset[int]]:
    """The teams in the unit of each of these people and below it."""
    which = among(session, Operator.id, sorted(number or 0 for number in people))
    rows = session.execute(select(Operator.id, _teams_below()).where(which))
    return {number: _numbers(teams) for number, teams in rows}


@cache
def _sessions() -> Select[Any]:
    """Sessions of `hashes` with their people."""
    return (
        _people()
        .add_columns(
            OperatorSession.id.label("session_id"),
            OperatorSession.token_hash,
            OperatorSession.last_seen_at,
            OperatorSession.ended_at,
            OperatorSession.viewed_id,
            OperatorSession.viewed_until,
        )
        .join(OperatorSession, OperatorSession.operator_id == Operator.id)
        .where(OperatorSession.token_hash.in_(bindparam("hashes", expanding=True)))
    )


@cache
def _people() -> Select[Any]:
    """What an actor is made of at the moment `at`: the ids of their teams and of the accounts that they reach
    among it, and what their agency was granted."""
    teams = select(_joined(TeamMember.team_id)).where(TeamMember.operator_id == Operator.id)
    return select(
        Operator.id.label("operator_id"),
        Operator.login_name,
        _roles().label("roles"),
        Operator.agency_id,
        Operator.locale,
        Operator.is_active,
        teams.correlate(Operator).scalar_subquery().label("team_ids"),
        _unit_teams(),
        *_reached(),
    ).select_from(Operator)


def _of_the_person(what: Any) -> Any:
    """A value made of the roles of the person outside."""
    made = select(what).select_from(Role).join(OperatorRole, OperatorRole.role_id == Role.id)
    return made.where(OperatorRole.operator_id == Operator.id).correlate(Operator).scalar_subquery()


def _roles() -> Any:
    """One line for each role: id, reaches, masked fields, rights."""
    line: ColumnElement[str] = cast(Role.id, Text)
    for column in (Role.account_reach, Role.request_reach, Role.masked, Role.rights):
        line = line + literal(_PART) + type_coerce(column, Text)
    return _of_the_person(func.aggregate_strings(line, _LINE))


def _widest(column: Any, reaches: Sequence[StrEnum]) -> Any:
    """The place of the widest of a person's reaches, the narrowest being 0."""
    return _of_the_person(func.max(case({reach: at for at, reach in enumerate(reaches)}, value=column)))


def _unit_teams() -> ColumnElement[Any]:
    """The ids of the teams in a person's unit and below it, where that is how far they reach."""
    place = _widest(Role.request_reach, REQUEST_REACHES)
    reaches_so = place == REQUEST_REACHES.index(RequestReach.UNIT)
    return case((reaches_so, _teams_below()), else_=null()).label("unit_team_ids")


def _teams_below() -> Any:
    teams = teams_below(Operator)
    (team_id,) = teams.selected_columns
    return teams.with_only_columns(_joined(team_id)).scalar_subquery()


def _reached() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The ids of the accounts of a person's agency, and their grants, by their widest reach; whoever reaches
    every account has neither."""
    widest = _widest(Role.account_reach, ACCOUNT_REACHES)
    at = bindparam("at", type_=UtcDateTime())
    owned, granted = {}, {}
    for place, reach in enumerate(ACCOUNT_REACHES):
        ids, grants = owned_within(reach, Operator), granted_within(reach, Operator, at)
        if ids is not None and grants is not None:
            owned[place] = ids.with_only_columns(_joined(Account.id)).correlate(Operator).scalar_subquery()
            granted[place] = grants.with_only_columns(grant_lines()).correlate(Operator).scalar_subquery()
    return (
        case(owned, value=widest, else_=null()).label("account_ids"),
        case(granted, value=widest, else_=null()).label("grants"),
    )


@lru_cache(_KEPT_MANDATES)
def _mandate(lines: str) -> tuple[frozenset[int], Mandate]:
    """The ids of roles and what they allow together, by how `_roles` tells them. Read once for each text."""
    ids, mandates = set(), []
    for line in lines.split(_LINE):
        number, accounts, requests, masked, rights = line.split(_PART)
        ids.add(int(number))
        mandates.append(
            Mandate(
                known_rights(rights.split()),
                AccountReach(accounts),
                RequestReach(requests),
                known_fields(masked.split()),
            )
        )
    return frozenset(ids), together(mandates)


def _joined(column: Any) -> ColumnElement[str]:
    return func.aggregate_strings(cast(column, Text), _COMMA)


def _numbers(joined: str | None) -> frozenset[int]:
    return frozenset(map(int, joined.split(_COMMA))) if joined else frozenset()


def _is_live(runtime: Runtime, row: Any) -> bool:
    idle = timedelta(minutes=runtime.settings.session_idle_minutes)
    return row.ended_at is None and row.is_active and runtime.clock.now() - row.last_seen_at <= idle


def _as_actor(row: Any, session_id: int | None, address: str) -> Actor:
    role_ids, mandate = _mandate(row.roles) if row.roles else (frozenset(), Mandate())
    everywhere = mandate.account_reach is AccountReach.ALL
    grants = read_grants(row.grants or "")
    reached = _numbers(row.account_ids) | {one.account_id for one in grants}
    return Actor(
        kind=ActorKind.OPERATOR,
        label=row.login_name,
        permissions=mandate.permissions,
        account_ids=None if everywhere else reached,
        request_reach=mandate.request_reach,
        account_reach=mandate.account_reach,
        masked=mandate.masked,
        role_ids=role_ids,
        operator_id=row.operator_id,
        agency_id=row.agency_id,
        session_id=session_id,
        team_ids=_numbers(row.team_ids),
        unit_team_ids=_numbers(row.unit_team_ids),
        grants=grants,
        locale=row.locale,
        address=address,
    )


def touch_sessions(session: Session, ids: Sequence[int], runtime: Runtime) -> None:
    """Note that the sessions are in use."""
    session.execute(
        update(OperatorSession)
        .where(among(session, OperatorSession.id, ids))
        .values(last_seen_at=runtime.clock.now())
        .execution_options(synchronize_session=False)
    )


def actors_of(session: Session, ids: Collection[int] | None, at: datetime) -> list[Actor]:
    """The actors of these people, or of everybody, who may log in, at a moment; one statement. By ids."""
    wanted = _people().where(Operator.is_active).order_by(Operator.id)
    if ids is not None:
        wanted = wanted.where(among(session, Operator.id, sorted(ids)))
    return [_as_actor(row, None, "") for row in session.execute(wanted, {"at": at})]
