"""Who works here: agencies, teams, operators, their sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAgency, Unscoped

if TYPE_CHECKING:
    from app.models.role import Role


class AgencyKind(StrEnum):
    IN_HOUSE = "in_house"
    THIRD_PARTY = "third_party"


class Presence(StrEnum):
    """What somebody does. Only who is online is given work."""

    ONLINE = "online"
    BUSY = "busy"
    BREAK = "break"
    TRAINING = "training"
    AWAY = "away"
    """Nobody touches anything: the system says so by itself."""
    OFFLINE = "offline"


PRESENT = (Presence.ONLINE, Presence.BUSY)
"""Who works at a screen, and so is taken for away when nobody touches it."""
RESTING = (Presence.BREAK, Presence.TRAINING)
"""Who has said that they are elsewhere, and comes back."""


class Agency(Entity):
    """An organisation whose people serve accounts; the border that data does not cross."""

    __tablename__ = "agencies"
    __seen__ = ByAgency("id")

    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[AgencyKind] = mapped_column(EnumText(AgencyKind))
    is_active: Mapped[bool] = mapped_column(default=True)

    routing: Mapped[RoutingSettings | None] = relationship(lazy="raise_on_sql", viewonly=True)
    """How much its people are given, where it has said so."""


class RoutingSettings(Entity):
    """How work is dealt out among an agency's people. An agency without a row has what a new one begins with
    (`app/identity/dealing.py`). A number that is empty: that is not done."""

    __tablename__ = "routing_settings"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id", unique=True, index=False)
    private_weight: Mapped[int]
    """What a private request takes of a capacity, in hundredths, like the other weights."""
    public_weight: Mapped[int]
    waiting_weight: Mapped[int]
    """What one takes that waits for its customer, or is on hold."""
    intake_most: Mapped[int | None]
    """So many requests a person is given at most in `intake_minutes`."""
    intake_minutes: Mapped[int | None]
    accept_minutes: Mapped[int | None]
    """What was given and not opened for so long goes back to the queue."""
    away_minutes: Mapped[int | None]
    """Who has touched nothing for so long is away."""
    vanish_minutes: Mapped[int | None]
    """Whose browsers have all been gone for so long is offline, and what waits for them goes back."""
    alone_minutes: Mapped[int | None]
    """What has waited for so long with nobody there is told to whoever leads."""
    only_on_shift: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Only who is on shift is given work."""
    return_days: Mapped[int | None]
    """What is taken up again goes back to whoever answered it within so many days."""
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By presence: after so many minutes of it whoever leads is told."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


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
    presence_reason: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """What they said of it."""
    presence_until: Mapped[datetime | None]
    """Until when their agency allows it; None: for as long as they like."""
    presence_told: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whoever leads has been told that it lasts longer than that."""
    presence_before: Mapped[Presence | None] = mapped_column(EnumText(Presence))
    """What they had chosen when the system took them for away or gone: they are that again once they touch
    something. None: they chose the present one themselves."""
    touched_at: Mapped[datetime | None]
    """When a browser of theirs told last that somebody touches it; told where their agency asks for it."""
    seen_at: Mapped[datetime | None]
    """When a browser of theirs was connected last; kept where their agency asks for it."""
    lane_limits: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """By lane: so many requests of it they are working on at most."""

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
