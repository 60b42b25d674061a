"""Who works here: agencies, teams, operators, their sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAgency, Unscoped

if TYPE_CHECKING:
    from app.models.role import Role


class AgencyKind(StrEnum):
    IN_HOUSE = "in_house"
    THIRD_PARTY = "third_party"


class Presence(StrEnum):
    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


class Agency(Entity):
    """An organisation whose people serve accounts; the border that data does not cross."""

    __tablename__ = "agencies"
    __seen__ = ByAgency("id")

    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[AgencyKind] = mapped_column(EnumText(AgencyKind))
    is_active: Mapped[bool] = mapped_column(default=True)


class Team(Entity):
    __tablename__ = "teams"
    __seen__ = ByAgency()
    __table_args__ = (UniqueConstraint("agency_id", "name"),)

    agency_id: Mapped[int] = fk("agencies.id")
    name: Mapped[str] = mapped_column(String(80))


class Operator(Entity):
    """A person who logs in. `presence` decides whether work is handed out to them."""

    __tablename__ = "operators"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    unit_id: Mapped[int | None] = fk("units.id")
    """Where in their agency they belong; None: directly in it."""
    leads_unit: Mapped[bool] = mapped_column(default=False, server_default=false())
    """They lead the unit that they belong to. It says who to turn to and gives no right."""
    login_name: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_is_given: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Somebody else knows the password: it was made for them, and they have not chosen their own since."""
    is_active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(10), default="zh-CN")
    capacity: Mapped[int]
    presence: Mapped[Presence] = mapped_column(EnumText(Presence), default=Presence.OFFLINE)
    presence_since: Mapped[datetime]

    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    teams: Mapped[list[Team]] = relationship(
        secondary="team_members", lazy="raise_on_sql", order_by="Team.id"
    )
    roles: Mapped[list[Role]] = relationship(
        secondary="operator_roles", lazy="raise_on_sql", order_by="Role.id", viewonly=True
    )


class TeamMember(Entity):
    __tablename__ = "team_members"
    __seen__ = Unscoped("joins teams and people, which are scoped each")
    __table_args__ = (UniqueConstraint("team_id", "operator_id"),)

    team_id: Mapped[int] = fk("teams.id")
    operator_id: Mapped[int] = fk("operators.id")


class OperatorSession(Entity):
    """One login. The browser holds the token, we hold its hash; ending the row ends the login everywhere."""

    __tablename__ = "operator_sessions"
    __seen__ = Unscoped("a login, found by its token or by its own person")

    operator_id: Mapped[int] = fk("operators.id")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(64), default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    viewed_id: Mapped[int | None] = fk("operators.id")
    """Through whose eyes this login looks, until `viewed_until`; None: through its own person's."""
    viewed_until: Mapped[datetime | None]


class LoginAttempt(Entity):
    """A failed login, counted to slow down guessing whichever process is asked."""

    __tablename__ = "login_attempts"
    __seen__ = Unscoped("counted before anybody is logged in")
    __table_args__ = (Index("ix_login_attempts_key_created_at", "key", "created_at"),)

    key: Mapped[str] = mapped_column(String(120))
