"""Listening rules, what they caught, and how the filter is set per account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, fk
from app.core.seen import ByAccount, ByAgency
from app.models.identity import Team


class Monitor(Entity):
    """A listening rule: which words, topics and authors an agency watches, in what, and who deals with it."""

    __tablename__ = "monitors"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    name: Mapped[str] = mapped_column(String(80))
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """app.listener.matching.rules.MonitorRule as JSON."""
    account_ids: Mapped[list[int]] = mapped_column(default=list)
    """Accounts it listens to; none means every account of the agency."""
    kinds: Mapped[list[str]] = mapped_column(default=list)
    """Kinds of items it looks at (mention, comment, …); none means every kind."""
    schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """When it applies, by the posts' own time; empty means always."""
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """app.listener.chain.settings.FilterSettings as JSON; empty means the account's."""
    is_active: Mapped[bool] = mapped_column(default=True)
    is_competitor: Mapped[bool] = mapped_column(default=False)
    """It watches somebody else's brand: what it catches is counted and never becomes a request by itself."""
    priority: Mapped[int] = mapped_column(default=3)
    """1 first to 4 last: which monitor's settings and team win when several catch an item."""
    team_id: Mapped[int | None] = fk("teams.id")
    """Whose queue its requests join; none means the account's team."""
    created_by_id: Mapped[int | None] = fk("operators.id")
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """Deleted monitors catch nothing and are not listed; what they caught stays countable."""
    version: Mapped[int] = mapped_column(default=1)

    team: Mapped[Team | None] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class MonitorHit(Entity):
    """A monitor caught an item. `created_at` is when it was noticed, `published_at` the post's own time."""

    __tablename__ = "monitor_hits"
    __seen__ = ByAccount(since="created_at")
    __table_args__ = (
        UniqueConstraint("monitor_id", "inbound_item_id"),
        Index("ix_monitor_hits_monitor_id_published_at", "monitor_id", "published_at"),
    )

    monitor_id: Mapped[int] = fk("monitors.id", index=False)
    inbound_item_id: Mapped[int] = fk("inbound_items.id")
    account_id: Mapped[int] = fk("accounts.id", index=False)
    published_at: Mapped[datetime]


class AccountFilter(Entity):
    """The filter chain's settings of one account, where they differ from the defaults."""

    __tablename__ = "account_filters"
    __seen__ = ByAccount()

    account_id: Mapped[int] = fk("accounts.id", index=False, unique=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_by_id: Mapped[int | None] = fk("operators.id")
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class AuthorActivity(Entity):
    """What an author has posted in an account's sight so far: the filter tells marketers by it."""

    __tablename__ = "author_activities"
    __seen__ = ByAccount()
    __table_args__ = (UniqueConstraint("account_id", "author_external_id"),)

    account_id: Mapped[int] = fk("accounts.id", index=False)
    author_external_id: Mapped[str] = mapped_column(String(120))
    items: Mapped[int] = mapped_column(default=0)
    links: Mapped[int] = mapped_column(default=0)
    """Items with a link."""
    repeats: Mapped[int] = mapped_column(default=0)
    """Items that repeated, word for word or nearly, what had been said before."""
    adverts: Mapped[int] = mapped_column(default=0)
