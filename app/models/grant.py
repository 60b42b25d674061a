"""Who else works with an account: contracts with agencies, and what each agency was granted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Date,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    text,
    type_coerce,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from app.core.db import Entity, EnumText, fk
from app.core.grants import Allowed, OpensPast, known_allowed
from app.core.seen import ByAgency, ByRule, Unscoped
from app.core.words import Words
from app.models.account import LINE_BREAK, PART_BREAK, Account
from app.models.identity import Agency, Operator, Team

_OPEN = text("NOT is_over")


class Contract(Entity):
    """With an agency that works for others: for which days, in which hours, how much it may send a day."""

    __tablename__ = "contracts"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    """Its people still work on that day; None: until further notice."""
    calendar_id: Mapped[int | None] = fk("calendars.id")
    """Its people act in these hours; None: in any."""
    daily_cap: Mapped[int | None]
    """So many replies and publications of its people leave on one day of the office; None: any number."""
    note: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ContractUsage(Entity):
    """What left on one day in the name of a contract's agency."""

    __tablename__ = "contract_usage"
    __seen__ = Unscoped("counts for the outbound courier; shown only as a sum of a contract in reach")
    __table_args__ = (UniqueConstraint("contract_id", "day"),)

    contract_id: Mapped[int] = fk("contracts.id", index=False)
    day: Mapped[date] = mapped_column(Date)
    """As the office counts it."""
    count: Mapped[int] = mapped_column(default=0)


class Grant(Entity):
    """That an agency works with an account of another, from one moment to another, within what it allows."""

    __tablename__ = "grants"
    __seen__ = ByRule("grant")
    __table_args__ = (
        # Those that may hold are few; what is over stays for the record.
        Index("ix_grants_open_by_account", "account_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_grants_open_by_agency", "agency_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_grants_account_agency", "account_id", "agency_id"),
    )

    account_id: Mapped[int] = fk("accounts.id", index=False)
    agency_id: Mapped[int] = fk("agencies.id")
    contract_id: Mapped[int | None] = fk("contracts.id")
    """Of an agency that works for others: the grant holds no longer than it."""
    team_id: Mapped[int | None] = fk("teams.id")
    """The agency's team that serves the account; without one, those alone see it who reach their agency."""
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """As people say; None: until further notice."""
    holds_from: Mapped[datetime]
    holds_until: Mapped[datetime | None]
    """The same within the contract. Written with every change of either; everybody asks these."""
    allows: Mapped[frozenset[str]] = mapped_column(Words)
    """`Allowed` words."""
    takes_new: Mapped[bool] = mapped_column(default=False)
    """New requests join the queue of its team while it holds."""
    calendar_id: Mapped[int | None] = fk("calendars.id")
    """Acts are for its hours; None: for those of the contract."""
    opens_past: Mapped[OpensPast] = mapped_column(EnumText(OpensPast), default=OpensPast.ACTIVE)
    opens_notes: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(500), default="")
    granted_by_id: Mapped[int | None] = fk("operators.id", index=False)
    ended_by_id: Mapped[int | None] = fk("operators.id", index=False)
    """Who ended it before its time."""
    has_begun: Mapped[bool] = mapped_column(default=False)
    """Its beginning has been told."""
    is_over: Mapped[bool] = mapped_column(default=False)
    """Its end has been told, and with that it is none of those any more that may hold."""
    version: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    team: Mapped[Team | None] = relationship(lazy="raise_on_sql")
    contract: Mapped[Contract | None] = relationship(lazy="raise_on_sql")
    granted_by: Mapped[Operator | None] = relationship(lazy="raise_on_sql", foreign_keys=[granted_by_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def allowed(self) -> frozenset[Allowed]:
        return known_allowed(self.allows)


def holds(at: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
    """The condition under which a grant is in force at a moment."""
    begun = and_(~Grant.is_over, Grant.holds_from <= at)
    return and_(begun, func.coalesce(Grant.holds_until > at, literal(True)))


def grant_lines() -> ColumnElement[str]:
    """Grants as one text, which `read_grants` reads: of many rows in one column of somebody else's row."""
    return func.aggregate_strings(_line(), LINE_BREAK)


def _line() -> ColumnElement[str]:
    hours = func.coalesce(Grant.calendar_id, _hours_of_contract())
    parts: list[ColumnElement[str]] = [
        cast(Grant.id, SqlText),
        cast(Grant.account_id, SqlText),
        cast(Grant.agency_id, SqlText),
        func.coalesce(cast(Grant.team_id, SqlText), ""),
        cast(Grant.holds_from, SqlText),
        func.coalesce(cast(Grant.holds_until, SqlText), ""),
        type_coerce(Grant.allows, SqlText),
        case((Grant.takes_new, "1"), else_=""),
        func.coalesce(cast(hours, SqlText), ""),
        type_coerce(Grant.opens_past, SqlText),
        case((Grant.opens_notes, "1"), else_=""),
    ]
    line = parts[0]
    for part in parts[1:]:
        line = line + literal(PART_BREAK) + part
    return line


def _hours_of_contract() -> ColumnElement[int | None]:
    return (
        select(Contract.calendar_id)
        .where(Contract.id == Grant.contract_id)
        .correlate(Grant)
        .scalar_subquery()
    )


# Beside the table, because what is read with every account must not cost a statement of its own.
Account.open_grants = column_property(
    select(grant_lines())
    .where(Grant.account_id == Account.id, ~Grant.is_over)
    .correlate(Account)
    .scalar_subquery()
)
