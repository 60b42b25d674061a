"""What people do with grants: the only code that writes them, beside what the clock does (`settling`).

The owner of an account lets another agency work with it. Nobody grants what is not theirs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.calendars.queries import get_calendar
from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import EventName
from app.core.grants import NEEDS_LISTENING, REPLIES, Allowed
from app.core.permissions import Permission
from app.grants.bounds import bind, contract_at, last_moment
from app.grants.events import GRANT, GRANT_ADDED, GRANT_EDITED, GRANT_ENDED
from app.grants.schemas import EditGrant, EndGrant, GrantContent, NewGrant
from app.identity import audit
from app.identity.grant_schemas import GrantChanged
from app.identity.scope import grant_audience, scope
from app.models import Account, AccountKind, AccountStatus, Agency, AgencyKind, Grant, Team
from app.models.unit import is_in_use

MOST_OPEN = 50
"""Of one account, those that hold or will."""
_A_MOMENT = timedelta(minutes=5)
"""So long somebody may take to fill in the form that says "from now"."""


def add_grant(ctx: Context, command: NewGrant) -> Grant:
    """Let an agency work with an account.

    Raises NotFound for an account out of reach, Conflict (`not_account_owner`, `grant_overlaps`,
    `employee_account_not_granted`, `queue_taken`, `no_contract`, `too_many_grants`), Invalid naming what is
    wrong.
    """
    ctx.require(Permission.GRANTS_MANAGE)
    account = _owned(ctx, command.account_id)
    agency = _grantee(ctx, account, command.agency_id)
    now = ctx.now()
    begins_at = command.begins_at or now
    if begins_at < now - _A_MOMENT:
        raise Invalid(fields={"begins_at": "begins_in_the_past"})
    grant = Grant(
        created_at=now,
        account_id=account.id,
        agency_id=agency.id,
        begins_at=max(begins_at, now),
        granted_by_id=ctx.actor.operator_id,
        note="",
    )
    grant.account, grant.agency = account, agency
    with ctx.session.no_autoflush:
        _fill(ctx, grant, command)
        _require_room(ctx, grant)
    ctx.session.add(grant)
    ctx.session.flush()
    tell(ctx, grant, GRANT_ADDED, {"after": detail_of(grant)})
    return grant


def edit_grant(ctx: Context, grant_id: int, command: EditGrant) -> Grant:
    """What a grant says from now on. Raises as `add_grant`, and Conflict(`stale_version`, `grant_over`)."""
    ctx.require(Permission.GRANTS_MANAGE)
    grant = _changeable(ctx, grant_id, command.version)
    before = detail_of(grant)
    if command.begins_at is not None and command.begins_at != grant.begins_at:
        if grant.has_begun or grant.begins_at <= ctx.now():
            raise Invalid(fields={"begins_at": "has_begun"})
        if command.begins_at < ctx.now() - _A_MOMENT:
            raise Invalid(fields={"begins_at": "begins_in_the_past"})
        grant.begins_at = max(command.begins_at, ctx.now())
    with ctx.session.no_autoflush:
        _fill(ctx, grant, command)
    ctx.session.flush()
    after = detail_of(grant)
    if after != before:
        tell(ctx, grant, GRANT_EDITED, {"before": before, "after": after})
    return grant


def end_grant(ctx: Context, grant_id: int, command: EndGrant) -> Grant:
    """From now on: whoever worked by it sees nothing any more. One that has not begun never will."""
    ctx.require(Permission.GRANTS_MANAGE)
    grant = _changeable(ctx, grant_id, command.version)
    _end(ctx, grant)
    return grant


def end_grants_of(ctx: Context, account: Account) -> None:
    """With an account that goes, or begins anew: nobody but its owner has anything of it any more.

    A contract that is prolonged later brings back none of them (`contracts`). Who is to work with an account
    that is connected again is said again.
    """
    may_hold = (
        select(Grant)
        .where(
            Grant.account_id == account.id,
            or_(~Grant.is_over, Grant.ended_by_id.is_(None)),
            or_(Grant.ends_at.is_(None), Grant.ends_at > ctx.now()),
        )
        .options(*WITH_RELATED)
        .order_by(Grant.id)
        .with_for_update(of=Grant)
    )
    for grant in ctx.session.scalars(may_hold):
        _end(ctx, grant)


def _end(ctx: Context, grant: Grant) -> None:
    """It is told of once: what its contract had ended before is only closed for good."""
    before, was_over, now = detail_of(grant), grant.is_over, ctx.now()
    grant.ends_at = now
    grant.holds_until = now if grant.holds_until is None else min(grant.holds_until, now)
    grant.ended_by_id = ctx.actor.operator_id
    grant.is_over = True
    ctx.session.flush()
    if not was_over:
        tell(ctx, grant, GRANT_ENDED, {"before": before, "after": detail_of(grant)})


def find_grant(ctx: Context, grant_id: int, *, locked: bool = False) -> Grant:
    """One that the actor sees, with what views name; raises NotFound."""
    statement = scope(select(Grant), ctx.actor, Grant).where(Grant.id == grant_id).options(*WITH_RELATED)
    if locked:
        statement = statement.with_for_update(of=Grant)
    grant = ctx.session.scalars(statement).one_or_none()
    if grant is None:
        raise NotFound
    return grant


WITH_RELATED = (
    joinedload(Grant.account).joinedload(Account.agency),
    joinedload(Grant.agency),
    joinedload(Grant.team),
    joinedload(Grant.contract),
    joinedload(Grant.granted_by),
)


def _owned(ctx: Context, account_id: int) -> Account:
    """The account, of an agency that the actor speaks for; locked, so that no two grants meet."""
    statement = (
        scope(select(Account), ctx.actor, Account)
        .where(Account.id == account_id, Account.status != AccountStatus.REMOVED)
        .options(joinedload(Account.agency))
        .with_for_update(of=Account, key_share=True)
    )
    account = ctx.session.scalars(statement).one_or_none()
    if account is None:
        raise NotFound
    _require_owner(ctx, account)
    if account.kind is not AccountKind.OFFICIAL:
        raise Conflict("employee_account_not_granted")
    return account


def _require_owner(ctx: Context, account: Account) -> None:
    if not owns(ctx, account):
        raise Conflict("not_account_owner", owner=account.agency.name)


def owns(ctx: Context, account: Account) -> bool:
    """Whether the actor speaks for the agency that an account belongs to."""
    own = ctx.actor.own_account_ids()
    return own is None or account.id in own


def _grantee(ctx: Context, account: Account, agency_id: int) -> Agency:
    agency = ctx.session.scalars(
        scope(select(Agency), ctx.actor, Agency).where(Agency.id == agency_id, Agency.is_active)
    ).one_or_none()
    if agency is None:
        raise Invalid(fields={"agency_id": "no_such_agency"})
    if agency.id == account.agency_id:
        raise Invalid(fields={"agency_id": "grant_to_owner"})
    return agency


def _changeable(ctx: Context, grant_id: int, version: int) -> Grant:
    grant = find_grant(ctx, grant_id)
    _require_owner(ctx, grant.account)
    _owned(ctx, grant.account_id)
    ctx.session.refresh(grant, with_for_update={"of": Grant})
    if grant.version != version:
        raise Conflict("stale_version", version=grant.version)
    if grant.is_over or (grant.holds_until is not None and grant.holds_until <= ctx.now()):
        raise Conflict("grant_over")
    return grant


def _fill(ctx: Context, grant: Grant, content: GrantContent) -> None:
    """Everything that may be changed, checked as a whole."""
    grant.allows = frozenset(_checked_allows(content))
    grant.team = _team(ctx, grant.agency, content.team_id)
    grant.team_id = grant.team.id if grant.team else None
    grant.takes_new = content.takes_new
    if content.takes_new and (grant.team is None or REPLIES.isdisjoint(content.allows)):
        raise Invalid(fields={"takes_new": "queue_needs_team_and_replies"})
    grant.calendar_id = _hours(ctx, grant, content.calendar_id)
    grant.opens_past, grant.opens_notes = content.opens_past, content.opens_notes
    grant.note = content.note
    grant.ends_at = content.ends_at
    if grant.ends_at is not None and grant.ends_at <= max(grant.begins_at, ctx.now()):
        raise Invalid(fields={"ends_at": "ends_before_it_begins"})
    _within_contract(ctx, grant)
    bind(grant)
    grant.has_begun = grant.holds_from <= ctx.now()
    _require_apart(ctx, grant)


def _checked_allows(content: GrantContent) -> set[str]:
    allows = set(content.allows)
    if allows & NEEDS_LISTENING and Allowed.LISTEN not in allows:
        raise Invalid(fields={"allows": "needs_listening"})
    return {one.value for one in allows}


def _team(ctx: Context, agency: Agency, team_id: int | None) -> Team | None:
    if team_id is None:
        return None
    found = ctx.session.scalar(
        select(Team).where(Team.id == team_id, Team.agency_id == agency.id, is_in_use(Team))
    )
    if found is None:
        raise Invalid(fields={"team_id": "team_of_another_agency"})
    return found


def _hours(ctx: Context, grant: Grant, calendar_id: int | None) -> int | None:
    """A calendar that is everybody's, the agency's or the owner's."""
    if calendar_id is None:
        return None
    try:
        calendar = get_calendar(ctx, calendar_id)
    except NotFound:
        raise Invalid(fields={"calendar_id": "no_such_calendar"}) from None
    if calendar.agency_id not in (None, grant.agency_id, grant.account.agency_id):
        raise Invalid(fields={"calendar_id": "no_such_calendar"})
    return calendar.id


def _within_contract(ctx: Context, grant: Grant) -> None:
    if grant.agency.kind is not AgencyKind.THIRD_PARTY:
        grant.contract, grant.contract_id = None, None
        return
    contract = contract_at(ctx.session, grant.agency_id, grant.begins_at)
    if contract is None:
        raise Conflict("no_contract", agency_name=grant.agency.name)
    ends = last_moment(contract)
    if grant.ends_at is not None and ends is not None and grant.ends_at > ends:
        raise Invalid(fields={"ends_at": "beyond_contract"})
    grant.contract, grant.contract_id = contract, contract.id


def _require_apart(ctx: Context, grant: Grant) -> None:
    """No two of one account and agency at a time, and one queue at a time that new requests join."""
    meets = and_(
        Grant.account_id == grant.account_id,
        ~Grant.is_over,
        or_(Grant.ends_at.is_(None), Grant.ends_at > grant.begins_at),
        *([Grant.begins_at < grant.ends_at] if grant.ends_at is not None else []),
        *([Grant.id != grant.id] if grant.id is not None else []),
    )
    rows = ctx.session.scalars(select(Grant).where(meets).options(joinedload(Grant.agency))).all()
    if any(row.agency_id == grant.agency_id for row in rows):
        raise Conflict("grant_overlaps", agency_name=grant.agency.name)
    taker = next((row for row in rows if row.takes_new), None) if grant.takes_new else None
    if taker is not None:
        raise Conflict("queue_taken", agency_name=taker.agency.name)


def _require_room(ctx: Context, grant: Grant) -> None:
    count = select(func.count()).where(Grant.account_id == grant.account_id, ~Grant.is_over)
    if (ctx.session.scalar(count) or 0) >= MOST_OPEN:
        raise Conflict("too_many_grants", most=MOST_OPEN)


def detail_of(grant: Grant) -> dict[str, Any]:
    """What the audit log keeps of it."""
    return {
        "agency": grant.agency.name,
        "team_id": grant.team_id,
        "begins_at": _iso(grant.begins_at),
        "ends_at": _iso(grant.ends_at),
        "holds_until": _iso(grant.holds_until),
        "allows": sorted(grant.allows),
        "takes_new": grant.takes_new,
        "calendar_id": grant.calendar_id,
        "opens_past": grant.opens_past.value,
        "opens_notes": grant.opens_notes,
        "note": grant.note,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def tell(ctx: Context, grant: Grant, name: EventName, detail: dict[str, Any]) -> None:
    """Tell of a grant whose account is loaded; sockets, queues and planned replies follow by it."""
    about = GRANT.of(grant)
    told = GrantChanged(grant_id=grant.id, account_id=grant.account_id, agency_id=grant.agency_id)
    ctx.session.expire(grant.account, ["open_grants"])
    ctx.emit(name, told, grant_audience(grant.account.agency_id, grant.agency_id), about=about)
    audit.record(ctx, name, about, detail=detail)
