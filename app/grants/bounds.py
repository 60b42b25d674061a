"""From when and until when a grant holds: as people said, within its contract."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.office import OFFICE_ZONE
from app.models import Contract, Grant


def first_moment(contract: Contract) -> datetime:
    return _midnight(contract.first_day)


def last_moment(contract: Contract) -> datetime | None:
    """When the office's last day is over; None: until further notice."""
    return _midnight(contract.last_day + timedelta(days=1)) if contract.last_day is not None else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=OFFICE_ZONE)


def bind(grant: Grant) -> None:
    """Say when a grant holds, whose contract is loaded. One that lies outside its contract never does."""
    grant.holds_from, grant.holds_until = grant.begins_at, grant.ends_at
    if grant.contract is None:
        return
    grant.holds_from = max(grant.begins_at, first_moment(grant.contract))
    ends = last_moment(grant.contract)
    if ends is not None and (grant.ends_at is None or ends < grant.ends_at):
        grant.holds_until = ends


def contract_at(session: Session, agency_id: int, at: datetime) -> Contract | None:
    """The agency's contract on that day of the office."""
    day = at.astimezone(OFFICE_ZONE).date()
    return session.scalar(
        select(Contract).where(
            Contract.agency_id == agency_id,
            Contract.first_day <= day,
            or_(Contract.last_day.is_(None), Contract.last_day >= day),
        )
    )
