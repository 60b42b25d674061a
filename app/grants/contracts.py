"""What people do with contracts: the only code that writes them. The grants within one follow it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from app.calendars.queries import get_calendar
from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import EventName
from app.core.permissions import Permission
from app.grants.bounds import bind
from app.grants.events import CONTRACT, CONTRACT_ADDED, CONTRACT_EDITED, GRANT_EDITED
from app.grants.schemas import ContractContent, EditContract, NewContract
from app.grants.services import WITH_RELATED, detail_of, tell
from app.identity import audit
from app.identity.grant_schemas import ContractChanged
from app.identity.scope import grant_audience, scope
from app.models import Agency, AgencyKind, Contract, Grant


def add_contract(ctx: Context, command: NewContract) -> Contract:
    """With an agency that works for others.

    Raises Invalid (`no_such_agency`, `contract_not_for_own`, `period_backwards`), Conflict
    (`not_contract_party`, `contract_overlaps`).
    """
    ctx.require(Permission.GRANTS_MANAGE)
    agency = _agency(ctx, command.agency_id)
    contract = Contract(created_at=ctx.now(), agency_id=agency.id)
    contract.agency = agency
    with ctx.session.no_autoflush:
        _fill(ctx, contract, command)
    ctx.session.add(contract)
    ctx.session.flush()
    _tell(ctx, contract, CONTRACT_ADDED, {"after": _detail(contract)})
    return contract


def edit_contract(ctx: Context, contract_id: int, command: EditContract) -> Contract:
    """What it says from now on; grants end with it, or hold again where it is prolonged.

    Raises Conflict(`stale_version`) beside what `add_contract` raises.
    """
    ctx.require(Permission.GRANTS_MANAGE)
    contract = find_contract(ctx, contract_id)
    _require_other(ctx, contract.agency)
    ctx.session.refresh(contract, with_for_update={"of": Contract})
    if contract.version != command.version:
        raise Conflict("stale_version", version=contract.version)
    before = _detail(contract)
    with ctx.session.no_autoflush:
        _fill(ctx, contract, command)
    ctx.session.flush()
    after = _detail(contract)
    if after != before:
        _tell(ctx, contract, CONTRACT_EDITED, {"before": before, "after": after})
        _bind_grants(ctx, contract, hours_moved=before["calendar_id"] != after["calendar_id"])
    return contract


def find_contract(ctx: Context, contract_id: int) -> Contract:
    contract = ctx.session.scalars(
        scope(select(Contract), ctx.actor, Contract)
        .where(Contract.id == contract_id)
        .options(joinedload(Contract.agency))
    ).one_or_none()
    if contract is None:
        raise NotFound
    return contract


def _agency(ctx: Context, agency_id: int) -> Agency:
    statement = scope(select(Agency), ctx.actor, Agency).where(Agency.id == agency_id)
    agency = ctx.session.scalars(statement.with_for_update()).one_or_none()
    if agency is None:
        raise Invalid(fields={"agency_id": "no_such_agency"})
    if agency.kind is not AgencyKind.THIRD_PARTY:
        raise Invalid(fields={"agency_id": "contract_not_for_own"})
    _require_other(ctx, agency)
    return agency


def _require_other(ctx: Context, agency: Agency) -> None:
    """Whoever works by a contract does not write it."""
    if agency.id == ctx.actor.agency_id:
        raise Conflict("not_contract_party")


def _fill(ctx: Context, contract: Contract, content: ContractContent) -> None:
    if content.last_day is not None and content.last_day < content.first_day:
        raise Invalid(fields={"last_day": "period_backwards"})
    if content.calendar_id is not None:
        try:
            calendar = get_calendar(ctx, content.calendar_id)
        except NotFound:
            raise Invalid(fields={"calendar_id": "no_such_calendar"}) from None
        # Its own too, as people agree; never a third one's.
        if calendar.agency_id not in (None, contract.agency_id, ctx.actor.agency_id):
            raise Invalid(fields={"calendar_id": "no_such_calendar"})
    contract.first_day, contract.last_day = content.first_day, content.last_day
    contract.calendar_id, contract.daily_cap = content.calendar_id, content.daily_cap
    contract.note = content.note
    meets = and_(
        Contract.agency_id == contract.agency_id,
        or_(Contract.last_day.is_(None), Contract.last_day >= content.first_day),
        *([Contract.first_day <= content.last_day] if content.last_day is not None else []),
        *([Contract.id != contract.id] if contract.id is not None else []),
    )
    if ctx.session.scalar(select(Contract.id).where(meets).limit(1)) is not None:
        raise Conflict("contract_overlaps", agency_name=contract.agency.name)


def _bind_grants(ctx: Context, contract: Contract, *, hours_moved: bool) -> None:
    """Grants of a contract whose days or hours are others: those that people ended stay ended."""
    rows = ctx.session.scalars(
        select(Grant)
        .where(Grant.contract_id == contract.id, Grant.ended_by_id.is_(None))
        .options(*WITH_RELATED)
        .order_by(Grant.id)
        .with_for_update(of=Grant)
    ).all()
    now = ctx.now()
    for grant in rows:
        before, held = detail_of(grant), (grant.holds_from, grant.holds_until)
        bind(grant)
        if held == (grant.holds_from, grant.holds_until) and not hours_moved:
            continue
        grant.has_begun = grant.holds_from <= now
        grant.is_over = grant.holds_until is not None and grant.holds_until <= now
        ctx.session.flush()
        tell(ctx, grant, GRANT_EDITED, {"before": before, "after": detail_of(grant)})


def _detail(contract: Contract) -> dict[str, Any]:
    return {
        "agency": contract.agency.name,
        "first_day": contract.first_day.isoformat(),
        "last_day": contract.last_day.isoformat() if contract.last_day else None,
        "calendar_id": contract.calendar_id,
        "daily_cap": contract.daily_cap,
        "note": contract.note,
    }


def _tell(ctx: Context, contract: Contract, name: EventName, detail: dict[str, Any]) -> None:
    told = ContractChanged(contract_id=contract.id, agency_id=contract.agency_id)
    ctx.emit(name, told, grant_audience(contract.agency_id), about=CONTRACT.of(contract))
    audit.record(ctx, name, CONTRACT.of(contract), detail=detail)
