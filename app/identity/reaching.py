"""What of each kind of row an actor reaches; `app/identity/scope.py` says which table is of which kind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from app.core.grants import Allowed
from app.core.permissions import Actor, Permission, RequestReach
from app.identity import past
from app.models import (
    Account,
    AutomationRun,
    Contact,
    ContactIdentity,
    Grant,
    LongWork,
    Role,
    SavedView,
    ServiceRequest,
    Sharing,
    StoredCalendar,
    Whisper,
)


def account_condition(
    column: Any, actor: Actor, needs: Allowed | None = Allowed.LISTEN
) -> ColumnElement[bool]:
    return one_of(column, actor.account_ids_allowing(needs))


def one_of(column: Any, account_ids: frozenset[int] | None) -> ColumnElement[bool]:
    if account_ids is None:
        return true()
    if not account_ids:
        return false()
    return column.in_(sorted(account_ids))  # type: ignore[no-any-return]


def request_condition(actor: Actor) -> ColumnElement[bool]:
    within = account_condition(ServiceRequest.account_id, actor)
    if past.is_narrowed(actor):
        within = and_(within, past.request_since(actor))
    if actor.request_reach is RequestReach.ALL:
        return within
    of_teams: ColumnElement[bool] = ServiceRequest.team_id.in_(sorted(actor.request_team_ids))
    if actor.request_reach is RequestReach.OWN:
        of_teams = and_(ServiceRequest.assignee_id.is_(None), of_teams)
    # `IS TRUE` keeps indexes out of it: a team's requests are a large part of all, whatever is asked of them.
    return and_(within, or_(ServiceRequest.assignee_id == actor.operator_id, of_teams).is_(True))


def conversation_condition(column: Any, account: Any, actor: Actor) -> ColumnElement[bool]:
    if actor.request_reach is RequestReach.ALL:
        if not past.is_narrowed(actor):
            return true()
        return or_(
            past.outside(account, actor), one_of_reach(ServiceRequest.conversation_id == column, actor)
        )
    return one_of_reach(ServiceRequest.conversation_id == column, actor)


def one_of_reach(belongs: ColumnElement[bool], actor: Actor) -> ColumnElement[bool]:
    """Whether a request within reach belongs to the row outside.

    Asked row by row: with `IN (…)` SQLite gathers all requests of a team to judge one conversation.
    """
    request = select(1).select_from(ServiceRequest).where(belongs, request_condition(actor))
    return request.correlate_except(ServiceRequest).exists()


def an_identity(belongs: ColumnElement[bool], actor: Actor) -> ColumnElement[bool]:
    known = account_condition(ContactIdentity.account_id, actor, Allowed.FANS)
    identity = select(1).select_from(ContactIdentity).where(belongs, known)
    return identity.correlate_except(ContactIdentity).exists()


def agency_condition(column: Any, actor: Actor) -> ColumnElement[bool]:
    if actor.account_ids is None:
        return true()
    return column == actor.agency_id  # type: ignore[no-any-return]


def saved_view_condition(actor: Actor) -> ColumnElement[bool]:
    """One's own; those of one's teams; those of one's agency."""
    of_teams = and_(SavedView.sharing == Sharing.TEAM, SavedView.team_id.in_(sorted(actor.team_ids)))
    of_agency = and_(SavedView.sharing == Sharing.AGENCY, agency_condition(SavedView.agency_id, actor))
    return or_(SavedView.owner_id == actor.operator_id, of_teams, of_agency)


def long_work_condition(actor: Actor) -> ColumnElement[bool]:
    """One's own; for who manages it and reaches everything, all."""
    if actor.account_ids is None and actor.may(Permission.LONG_WORK_MANAGE):
        return true()
    return LongWork.owner_id == actor.operator_id if actor.operator_id is not None else false()


def automation_run_condition(actor: Actor) -> ColumnElement[bool]:
    upon = one_of_reach(ServiceRequest.id == AutomationRun.service_request_id, actor)
    return and_(agency_condition(AutomationRun.agency_id, actor), upon)


def whisper_condition(actor: Actor) -> ColumnElement[bool]:
    """Who said it, who had the request then, and, of requests within reach, whoever may watch."""
    own = or_(Whisper.author_id == actor.operator_id, Whisper.holder_id == actor.operator_id)
    within = account_condition(Whisper.account_id, actor)
    if not actor.may(Permission.SERVICE_REQUESTS_WATCH):
        return and_(within, own)
    return and_(within, or_(own, one_of_reach(ServiceRequest.id == Whisper.service_request_id, actor)))


def contact_condition(actor: Actor) -> ColumnElement[bool]:
    return an_identity(ContactIdentity.contact_id == Contact.id, actor)


def grant_condition(actor: Actor) -> ColumnElement[bool]:
    """What one's agency was granted, and what was granted of its accounts."""
    if actor.account_ids is None:
        return true()
    own = select(Account.id).where(Account.agency_id == actor.agency_id)
    return or_(Grant.agency_id == actor.agency_id, Grant.account_id.in_(own))


def role_condition(actor: Actor) -> ColumnElement[bool]:
    """Everybody's, and those of one's agency."""
    return or_(Role.agency_id.is_(None), agency_condition(Role.agency_id, actor))


def calendar_condition(actor: Actor) -> ColumnElement[bool]:
    """One's agency's, and what is everybody's."""
    return or_(StoredCalendar.agency_id.is_(None), agency_condition(StoredCalendar.agency_id, actor))
