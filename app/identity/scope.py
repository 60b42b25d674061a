"""How far an actor's data reaches: the one filter through which every row that a person sees is read.

The same rule has two forms. `scope` narrows a select; `rooms_of` and `request_audience` say who hears
an event. `tests/identity/test_scope.py` holds the two together on random actors and requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from app.core.events import Audience
from app.core.grants import Allowed, OpensPast
from app.core.permissions import Actor, Permission, RequestReach, allowed_by
from app.core.seen import (
    ByAccount,
    ByAgency,
    ByConversation,
    ByOwner,
    ByRequest,
    ByRule,
    Unscoped,
    require_seen,
)
from app.identity import past
from app.identity.carriers import attachments_of, notifications_of
from app.identity.reaching import (
    account_condition,
    agency_condition,
    automation_run_condition,
    calendar_condition,
    contact_condition,
    conversation_condition,
    grant_condition,
    long_work_condition,
    one_of,
    one_of_reach,
    request_condition,
    role_condition,
    saved_view_condition,
    whisper_condition,
)
from app.models import (
    Account,
    Base,
    Conversation,
    InboundItem,
    LongWork,
    Message,
    Publication,
    RequestStatus,
    Role,
    SavedView,
    ServiceRequest,
    Sharing,
)

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")

EVERYWHERE = "all"
ANYWHERE = "any"
"""Rooms of what is everybody's who has the right."""
AGED = frozenset({Permission.INBOUND_ITEMS_READ, Permission.PUBLICATIONS_READ, Permission.TOPICS_READ})
"""Rights to read what a grant may open from its beginning on alone: events of such rows say how old they are
(`past_audience`)."""


def scope(statement: S, actor: Actor, *entities: Any) -> S:
    """Narrow a select to what the actor may see of each named entity.

    What each says of itself (`__seen__`) decides; a table that is not read like this raises LookupError.
    """
    for entity in entities:
        statement = statement.where(visible(entity, actor))
    return statement


def visible(entity: Any, actor: Actor) -> ColumnElement[bool]:  # noqa: PLR0911 - one for each word
    """The condition under which a row of `entity` exists for the actor, by what the table says of itself.

    Raises LookupError for a table that is not read through here, with its reason.
    """
    match entity.__seen__:
        case ByAccount(column, needs, moment):
            reached = account_condition(getattr(entity, column), actor, needs)
            if moment is None or not past.is_narrowed(actor):
                return reached
            return and_(reached, _recent(entity, getattr(entity, column), moment, actor))
        case ByOwner(column):
            return one_of(getattr(entity, column), actor.own_account_ids())
        case ByAgency(column):
            return agency_condition(getattr(entity, column), actor)
        case ByConversation(column, account):
            return and_(
                account_condition(getattr(entity, account), actor),
                conversation_condition(getattr(entity, column), getattr(entity, account), actor),
                *(past.notes_since(actor) if entity is Message else ()),
            )
        case ByRequest(column, account):
            return and_(
                account_condition(getattr(entity, account), actor),
                one_of_reach(ServiceRequest.id == getattr(entity, column), actor),
            )
        case ByRule(name):
            return _RULES[name](actor)
        case Unscoped(because):
            raise LookupError(f"{entity.__name__} is not read through scope: {because}")
    raise TypeError(f"{entity.__name__} says nothing that is known of who sees it")


def _recent(entity: Any, account: Any, moment: str, actor: Actor) -> ColumnElement[bool]:
    """Not before the grants that open little of the past; of what came in also what a conversation shows, of
    what is published what is still under way."""
    if entity is Publication:
        return past.publication_since(entity.id, account, actor)
    recent = past.since(account, getattr(entity, moment), actor)
    if entity is not InboundItem:
        return recent
    message = select(1).select_from(Message).where(Message.inbound_item_id == InboundItem.id)
    return or_(recent, message.where(visible(Message, actor)).correlate_except(Message).exists())


_RULES: dict[str, Callable[[Actor], ColumnElement[bool]]] = {
    "request": request_condition,
    "contact": contact_condition,
    "role": role_condition,
    "saved_view": saved_view_condition,
    "long_work": long_work_condition,
    "calendar": calendar_condition,
    "everybody": lambda _actor: true(),
    "attachment": lambda actor: attachments_of(actor, visible),
    "notification": lambda actor: notifications_of(actor, visible),
    "grant": grant_condition,
    "automation_run": automation_run_condition,
    "whisper": whisper_condition,
}


def check_declarations(tables: Iterable[type]) -> None:
    """Raises TypeError for a table whose `__seen__` names a column it lacks or a rule that nobody wrote.

    Run when the application starts.
    """
    for table in tables:
        require_seen(table)
        said = table.__seen__  # type: ignore[attr-defined]
        if isinstance(said, ByRule) and said.name not in _RULES:
            raise TypeError(f"{table.__name__}: app/identity/scope.py has no rule {said.name!r}")
        if isinstance(said, ByAccount | ByOwner | ByAgency | ByConversation | ByRequest):
            columns = [value for name, value in vars(said).items() if name != "needs" and value is not None]
            missing = [column for column in columns if not hasattr(table, column)]
            if missing:
                raise TypeError(f"{table.__name__} has no column {missing[0]!r}, by which it says it is seen")


check_declarations(mapper.class_ for mapper in Base.registry.mappers)


def rooms_of(actor: Actor) -> frozenset[str]:
    """Every room whose events the actor may hear."""
    rooms = {f"operator{actor.operator_id}", *(f"team{team}" for team in actor.team_ids)}
    rooms.update(f"{ANYWHERE}.{permission}" for permission in actor.permissions)
    rooms.update(_role_rooms_of(actor))
    rooms.update(_grant_rooms_of(actor))
    listening = actor.account_ids_allowing(Allowed.LISTEN)
    if actor.account_ids is None or listening is None:
        rooms.update(f"{EVERYWHERE}.{permission}" for permission in actor.permissions)
        bases = [EVERYWHERE]
    else:
        narrowed = {one.account_id: one.id for one in actor.grants if one.opens_past is OpensPast.ACTIVE}
        bases = [_base(account_id, narrowed.get(account_id)) for account_id in listening]
        agency = f"agency{actor.agency_id}"
        rooms.add(agency)
        rooms.update(f"{agency}.{permission}" for permission in actor.permissions)
        rooms.update(_account_rooms_of(actor, actor.account_ids))
    if actor.may(Permission.SERVICE_REQUESTS_READ):
        rooms.update(_request_rooms_of(actor, bases))
    return frozenset(rooms)


def _account_rooms_of(actor: Actor, account_ids: Iterable[int]) -> set[str]:
    """Of each account and right; a grant may give less than the role has."""
    granted = {one.account_id: one for one in actor.grants}
    rooms: set[str] = set()
    for number in account_ids:
        grant, rights = granted.get(number), actor.permissions
        if grant is not None:
            rights = frozenset(right for right in rights if allowed_by(grant, right))
        rooms.update(f"a{number}.{right}" for right in rights)
        base = _base(number, grant.id if grant and grant.opens_past is OpensPast.ACTIVE else None)
        rooms.update(f"{base}.past.{right}" for right in AGED & rights)
    return rooms


def _request_rooms_of(actor: Actor, bases: list[str]) -> set[str]:
    if actor.request_reach is RequestReach.ALL:
        return set(bases)
    rooms = {f"{base}.o{actor.operator_id}" for base in bases}
    queue = ".waiting" if actor.request_reach is RequestReach.OWN else ""
    rooms.update(f"{base}.t{team}{queue}" for base in bases for team in actor.request_team_ids)
    return rooms


def _base(account_id: int, grant_id: int | None = None) -> str:
    """Rooms of an account's requests begin with it; a grant that opens little of the past has its own."""
    return f"a{account_id}" if grant_id is None else f"a{account_id}g{grant_id}"


def request_rooms(
    account_id: int, team_id: int | None, assignee_id: int | None, opened_to: Iterable[int] = ()
) -> frozenset[str]:
    """The rooms whose members may see a request that stands like this, `opened_to` those grants among them
    that open little of the past (`past.opened_to`)."""
    rooms = set()
    for base in (EVERYWHERE, _base(account_id), *(_base(account_id, grant) for grant in opened_to)):
        rooms.add(base)
        if assignee_id is not None:
            rooms.add(f"{base}.o{assignee_id}")
        if team_id is not None:
            rooms.add(f"{base}.t{team_id}")
            if assignee_id is None:
                rooms.add(f"{base}.t{team_id}.waiting")
    return frozenset(rooms)


def conversation_rooms(session: Session, conversation_id: int) -> frozenset[str]:
    """The rooms whose members may see a conversation: with one of its requests, or whatever the account has.

    Empty for one that does not exist. One statement.
    """
    rows = session.execute(
        select(Conversation.account_id, *STANDS)
        .join(Account, Account.id == Conversation.account_id)
        .outerjoin(ServiceRequest, ServiceRequest.conversation_id == Conversation.id)
        .where(Conversation.id == conversation_id)
    )
    return frozenset[str]().union(*(rooms_of_row(*row) for row in rows))


STANDS = (
    ServiceRequest.team_id,
    ServiceRequest.assignee_id,
    ServiceRequest.status,
    ServiceRequest.resolved_at,
    Account.open_grants,
)
"""What says who sees a request, beside its account."""


def rooms_of_row(
    account_id: int,
    team_id: int | None,
    assignee_id: int | None,
    status: RequestStatus | None,
    resolved_at: datetime | None,
    open_grants: str | None,
) -> frozenset[str]:
    """The rooms of a request that was read as its account and `STANDS`; without a status there is none."""
    opened = past.opened_to(open_grants, status, resolved_at) if status is not None else ()
    return request_rooms(account_id, team_id, assignee_id, opened)


def request_audience(
    request: ServiceRequest, *, before: tuple[int | None, int | None] | None = None
) -> Audience:
    """Who hears of a change to `request`, whose account is loaded; `before` is its (team, assignee) when the
    change moves it."""
    opened = past.opened_to(request.account.open_grants, request.status, request.resolved_at)
    rooms = request_rooms(request.account_id, request.team_id, request.assignee_id, opened)
    if before is None:
        return Audience(rooms)
    return Audience(rooms, withdraw=request_rooms(request.account_id, *before, opened) - rooms)


def account_audience(account_id: int, permission: Permission) -> Audience:
    """Everybody who reaches the account and has the right: for what is of the present."""
    return Audience(frozenset({f"{EVERYWHERE}.{permission}", f"a{account_id}.{permission}"}))


def past_audience(account: Account, permission: Permission, moment: datetime) -> Audience:
    """Of those the ones to whom what is as old as this is open; `permission` is one of `AGED`."""
    if permission not in AGED:
        raise LookupError(f"nobody has rooms of the past for {permission}")
    opened = past.opened_from(account.open_grants, moment)
    rooms = {f"{_base(account.id, grant)}.past.{permission}" for grant in (None, *opened)}
    return Audience(frozenset({f"{EVERYWHERE}.{permission}", *rooms}))


def agency_readers(agency_id: int | None, permission: Permission) -> Audience:
    """Everybody of the agency who has the right; without an agency, of all of them."""
    if agency_id is None:
        return Audience(frozenset({f"{ANYWHERE}.{permission}"}))
    return Audience(frozenset({f"{EVERYWHERE}.{permission}", f"agency{agency_id}.{permission}"}))


def saved_view_audience(view: SavedView, *, before: tuple[Sharing, int | None] | None = None) -> Audience:
    """Who hears of a change to a saved view; `before` is its (sharing, team) before the change."""
    rooms = _saved_view_rooms(view, view.sharing, view.team_id)
    lost = frozenset[str]() if before is None else _saved_view_rooms(view, *before) - rooms
    return Audience(rooms, withdraw=lost)


def _saved_view_rooms(view: SavedView, sharing: Sharing, team_id: int | None) -> frozenset[str]:
    rooms = {f"operator{view.owner_id}"}
    if sharing is Sharing.TEAM:
        rooms.add(f"team{team_id}")
    if sharing is Sharing.AGENCY:
        rooms |= {f"agency{view.agency_id}", f"{EVERYWHERE}.{Permission.SESSION_USE}"}
    return frozenset(rooms)


def _role_rooms_of(actor: Actor) -> set[str]:
    rooms = {f"role{role}" for role in actor.role_ids}
    if actor.may(Permission.PEOPLE_READ):
        rooms |= {"roles", "roles.all" if actor.account_ids is None else f"roles.agency{actor.agency_id}"}
    return rooms


def _grant_rooms_of(actor: Actor) -> set[str]:
    if not actor.may(Permission.GRANTS_READ):
        return set()
    return {"grants.all" if actor.account_ids is None else f"grants.agency{actor.agency_id}"}


def grant_audience(*agency_ids: int) -> Audience:
    """Who looks after grants and contracts, of all or of one of these: the account's owner, the agency."""
    return Audience(frozenset({"grants.all", *(f"grants.agency{number}" for number in agency_ids)}))


def role_audience(role: Role) -> Audience:
    """Whoever has the role, and whoever looks after people to whom it can be given."""
    readers = {"roles"} if role.agency_id is None else {"roles.all", f"roles.agency{role.agency_id}"}
    return Audience(frozenset({f"role{role.id}", *readers}))


def long_work_audience(work: LongWork) -> Audience:
    """Its owner, and who manages long work."""
    owner = set() if work.owner_id is None else {f"operator{work.owner_id}"}
    return Audience(frozenset({*owner, f"{EVERYWHERE}.{Permission.LONG_WORK_MANAGE}"}))


def agency_audience(agency_id: int) -> Audience:
    return Audience(frozenset({f"agency{agency_id}", f"{EVERYWHERE}.{Permission.OPERATORS_READ}"}))
