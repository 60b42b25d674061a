"""Connected platform accounts, what they listen to, and what platforms pushed at us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.grants import Granted, OpensPast, known_allowed
from app.core.seen import ByAccount, ByOwner, Unscoped
from app.models.identity import Agency


class AccountKind(StrEnum):
    OFFICIAL = "official"
    EMPLOYEE = "employee"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    REAUTHORISE = "reauthorise"
    MISCONFIGURED = "misconfigured"
    BLOCKED = "blocked"
    REMOVED = "removed"


PART_BREAK, LINE_BREAK = ";", "\n"
_HANDLE_SETTINGS = ("username", "acct", "screen_name")


class Account(Entity):
    """A brand's (or an employee's) account on a platform. It belongs to one agency; others work with it by
    grants (`app/models/grant.py`).

    When another agency takes it over, the old row is removed and keeps its history; the new one begins empty.
    """

    __tablename__ = "accounts"
    __seen__ = ByAccount("id", needs=None)
    __table_args__ = (
        Index(
            "uq_accounts_in_use",
            "platform",
            "server",
            "external_id",
            unique=True,
            sqlite_where=text("status != 'removed'"),
            postgresql_where=text("status != 'removed'"),
        ),
    )

    agency_id: Mapped[int] = fk("agencies.id")
    platform: Mapped[str] = mapped_column(String(30))
    server: Mapped[str] = mapped_column(String(255), default="", server_default="")
    """Who gives out its ids, where a platform is many servers (Mastodon): each knows another by that id."""
    external_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[AccountKind] = mapped_column(EnumText(AccountKind), default=AccountKind.OFFICIAL)
    owner_operator_id: Mapped[int | None] = fk("operators.id")
    """For an employee's account: the only operator (besides supervisors) who sees it."""
    team_id: Mapped[int | None] = fk("teams.id")
    """The team whose queue new requests join."""
    base_urls: Mapped[dict[str, Any]] = mapped_column(default=dict)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    credentials: Mapped[bytes] = mapped_column(LargeBinary)
    """Fernet-encrypted JSON; opened only by app.accounts."""
    callback_key: Mapped[str] = mapped_column(String(64), unique=True)
    """The unguessable last part of the callback address given to the platform."""
    status: Mapped[AccountStatus] = mapped_column(EnumText(AccountStatus), default=AccountStatus.ACTIVE)
    status_detail: Mapped[str | None] = mapped_column(String(300))
    status_since: Mapped[datetime]
    token_expires_at: Mapped[datetime | None]
    last_poll_at: Mapped[datetime | None]
    last_push_at: Mapped[datetime | None]
    lag_since: Mapped[datetime | None]
    """Set while a gap is still being read: the moment up to which everything is in."""
    error_streak: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    """No call to the platform for this account before this moment (rate limit or back-off)."""
    unreachable_since: Mapped[datetime | None]
    """Since when the platform's server has not answered."""
    push_fault: Mapped[str | None] = mapped_column(String(60))
    """Why what the platform pushes cannot be read; calls to it work all the same."""
    refused_features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the platform says this account may not do: feature → {"count": refusals, "at": the last one}."""
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    if TYPE_CHECKING:
        open_grants: Mapped[str | None]
        """Of other agencies, what holds or will: a text, made beside the table of grants."""
        routing_stamp: Mapped[int | None]
        """Which state of queues and rules stands; made beside their tables. None: nobody ever set any up."""

    def grants_at(self, at: datetime) -> list[Granted]:
        """Those that hold at a moment, in the order in which they were made."""
        return [granted for granted in read_grants(self.open_grants or "") if granted.holds(at)]

    def granted_to(self, agency_id: int, at: datetime) -> Granted | None:
        """What an agency was granted that holds at a moment: one grant at most."""
        return next((one for one in self.grants_at(at) if one.agency_id == agency_id), None)

    def queue_at(self, at: datetime) -> int | None:
        """The team whose queue a new request joins: of an agency that takes them on, else of its own."""
        taking = (granted.team_id for granted in self.grants_at(at) if granted.takes_new)
        return next(taking, self.team_id)

    @property
    def can_be_called(self) -> bool:
        """Whether streams are read and answers sent: what is wrong with its pushes hinders neither."""
        if self.status is AccountStatus.MISCONFIGURED:
            return self.push_fault is not None
        return self.status is AccountStatus.ACTIVE

    @property
    def called(self) -> frozenset[str]:
        """What texts call it after an `@`: its name and its handle without the server, in lower case."""
        handles = (str(self.settings.get(setting) or "").partition("@")[0] for setting in _HANDLE_SETTINGS)
        return frozenset(name.lower() for name in (self.name, *handles) if name)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


@lru_cache(4096)
def read_grants(lines: str) -> tuple[Granted, ...]:
    """Grants of a text that `grant_lines` made, in the order of their ids. Read once for each text."""
    return tuple(sorted((_granted(line.split(PART_BREAK)) for line in lines.splitlines()), key=_by_id))


def _granted(parts: Iterable[str]) -> Granted:
    number, account, agency, team, begins, ends, allows, takes_new, calendar, past, notes = parts
    return Granted(
        id=int(number),
        account_id=int(account),
        agency_id=int(agency),
        team_id=int(team) if team else None,
        holds_from=_moment(begins),
        holds_until=_moment(ends) if ends else None,
        allows=known_allowed(allows.split()),
        takes_new=bool(takes_new),
        calendar_id=int(calendar) if calendar else None,
        opens_past=OpensPast(past),
        opens_notes=bool(notes),
    )


def _by_id(granted: Granted) -> int:
    return granted.id


def _moment(stored: str) -> datetime:
    """As a database writes it: PostgreSQL with its zone, SQLite in UTC without one."""
    found = datetime.fromisoformat(stored)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class Stream(Entity):
    """What is read of an account, how often, and from where on."""

    __tablename__ = "streams"
    __seen__ = ByAccount(needs=None)
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    account_id: Mapped[int] = fk("accounts.id")
    name: Mapped[str] = mapped_column(String(40))
    """A stream of the adapter: mentions, comments, …"""
    is_active: Mapped[bool] = mapped_column(default=True)
    every_seconds: Mapped[int] = mapped_column(default=60)
    cursor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Opaque to us; moves only in the transaction that stores what it brought."""
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))


class DeliveryStatus(StrEnum):
    RECEIVED = "received"
    PROCESSED = "processed"
    REJECTED = "rejected"


class CallbackDelivery(Entity):
    """A push exactly as the platform sent it, kept before anybody tries to understand it."""

    __tablename__ = "callback_deliveries"
    __seen__ = ByOwner()
    __table_args__ = (
        UniqueConstraint("account_id", "digest"),
        Index("uq_callback_deliveries_signature", "signature", "account_id", unique=True),
        Index("ix_callback_deliveries_status_id", "status", "id"),
    )

    account_id: Mapped[int] = fk("accounts.id")
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the body and what signs it: a platform's repeat of one push is the same row."""
    signature: Mapped[str | None] = mapped_column(String(64))
    """What the platform signed it with; one signature counts for one body."""
    query: Mapped[dict[str, Any]]
    content_type: Mapped[str] = mapped_column(String(120), default="")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[DeliveryStatus] = mapped_column(EnumText(DeliveryStatus))
    reason: Mapped[str | None] = mapped_column(Text)
    processed_at: Mapped[datetime | None]


class CallUsage(Entity):
    """How many calls of one quota an account made in one slice of time."""

    __tablename__ = "call_usage"
    __seen__ = Unscoped(
        "counts of calls for the outbound courier and the adapters; shown only as sums of an account in reach"
    )
    __table_args__ = (UniqueConstraint("account_id", "quota", "slice_start"),)

    account_id: Mapped[int] = fk("accounts.id")
    quota: Mapped[str] = mapped_column(String(40))
    slice_start: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=0)


class OAuthState(Entity):
    """A connection that was begun in a browser: the platform must bring this state back, once."""

    __tablename__ = "oauth_states"
    __seen__ = Unscoped("one sign-in at a platform, found by its secret alone")

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = fk("accounts.id")
    """The account that is authorised anew; None while one is being connected."""
    connection: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What a new account will be made of, with the app's keys: Fernet-encrypted JSON."""
    operator_id: Mapped[int] = fk("operators.id")
    expires_at: Mapped[datetime]


class PlatformToken(Entity):
    """A short-lived access token shared by all processes (WeChat: one per app, refreshed once)."""

    __tablename__ = "platform_tokens"
    __seen__ = Unscoped("credentials of the installation, found by platform; never shown")

    key: Mapped[str] = mapped_column(String(200), unique=True)
    token: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
