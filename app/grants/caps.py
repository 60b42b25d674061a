"""How much an agency may send a day by its contract: asked by the courier before anything leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from app.calendars.clocks import calendar_by_id
from app.core.bulk import add_up
from app.core.context import Context
from app.core.counters import lock_counters
from app.core.office import OFFICE_ZONE, start_of_day
from app.models import Contract, ContractUsage


class Caps:
    """What the contracts of some agencies still let through today: read once, counted once at the end.

    Two statements, and none where no agency is named. Nobody else counts on the same contracts until the
    transaction ends.
    """

    def __init__(self, ctx: Context, agency_ids: Collection[int]) -> None:
        self._ctx = ctx
        self._day = ctx.now().astimezone(OFFICE_ZONE).date()
        self._contracts = self._capped(agency_ids) if agency_ids else {}
        self._used = self._counted() if self._contracts else {}
        self._taken: Counter[int] = Counter()

    def _capped(self, agency_ids: Collection[int]) -> dict[int, Contract]:
        rows = self._ctx.session.scalars(
            select(Contract).where(
                Contract.agency_id.in_(sorted(agency_ids)),
                Contract.daily_cap.is_not(None),
                Contract.first_day <= self._day,
                or_(Contract.last_day.is_(None), Contract.last_day >= self._day),
            )
        )
        return {row.agency_id: row for row in rows}

    def _counted(self) -> dict[int, int]:
        ids = sorted(row.id for row in self._contracts.values())
        lock_counters(self._ctx.session, [f"contract-{number}" for number in ids], self._ctx.now())
        rows = self._ctx.session.execute(
            select(ContractUsage.contract_id, ContractUsage.count).where(
                and_(ContractUsage.contract_id.in_(ids), ContractUsage.day == self._day)
            )
        )
        return {row[0]: row[1] for row in rows}

    def take(self, agency_id: int) -> datetime | None:
        """Count one that leaves; where the day's are used up, when it may go instead."""
        contract = self._contracts.get(agency_id)
        if contract is None or contract.daily_cap is None:
            return None
        if self._used.get(contract.id, 0) + self._taken[contract.id] >= contract.daily_cap:
            return self._next_day(contract)
        self._taken[contract.id] += 1
        return None

    def _next_day(self, contract: Contract) -> datetime:
        """In the contract's hours: nothing of theirs goes out in the middle of the night."""
        begins = start_of_day(self._ctx.now()) + timedelta(days=1)
        if contract.calendar_id is None:
            return begins
        calendar = calendar_by_id(self._ctx, contract.calendar_id)
        return begins if calendar.is_open(begins) else calendar.next_open(begins)

    def store(self) -> None:
        """Count what was taken."""
        rows = [
            {"created_at": self._ctx.now(), "contract_id": number, "day": self._day, "count": count}
            for number, count in sorted(self._taken.items())
        ]
        add_up(self._ctx.session, ContractUsage, rows, ("contract_id", "day"), ("count",))
