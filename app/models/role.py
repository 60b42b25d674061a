"""What people may do: roles, and who has which."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.permissions import (
    AccountReach,
    Mandate,
    RequestReach,
    RoleName,
    known_fields,
    known_rights,
)
from app.core.seen import ByRule, Unscoped
from app.core.words import Words
from app.models.identity import Agency


class Role(Entity):
    """A bundle of rights with how far its data reaches. A person may have several (`Mandate`)."""

    __tablename__ = "roles"
    __seen__ = ByRule("role")
    __table_args__ = (UniqueConstraint("agency_id", "name"),)

    key: Mapped[RoleName | None] = mapped_column(EnumText(RoleName), unique=True)
    """Of one that the program brings, which browsers have words for."""
    name: Mapped[str] = mapped_column(String(60), default="")
    """As people call it; empty for one with a key."""
    agency_id: Mapped[int | None] = fk("agencies.id")
    """Whose people may have it; None: everybody's."""
    rights: Mapped[frozenset[str]] = mapped_column(Words)
    account_reach: Mapped[AccountReach] = mapped_column(EnumText(AccountReach))
    request_reach: Mapped[RequestReach] = mapped_column(EnumText(RequestReach))
    masked: Mapped[frozenset[str]] = mapped_column(Words)
    """Fields of personal data (`MaskedField`) that it keeps masked."""
    capacity: Mapped[int] = mapped_column(default=0)
    """How many requests somebody new is given at most, until somebody says otherwise."""
    offered: Mapped[frozenset[str]] = mapped_column(Words, default=frozenset)
    """The rights that the program meant it to have when it was last upgraded: what is new since is added."""
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def label(self) -> str:
        """How logs and commands call it."""
        return self.key.value if self.key is not None else self.name

    @property
    def mandate(self) -> Mandate:
        """What it allows; words that this version of the program does not know allow nothing."""
        return Mandate(
            known_rights(self.rights), self.account_reach, self.request_reach, known_fields(self.masked)
        )


class OperatorRole(Entity):
    __tablename__ = "operator_roles"
    __seen__ = Unscoped("joins people and roles, which are scoped each")
    __table_args__ = (UniqueConstraint("operator_id", "role_id"),)

    operator_id: Mapped[int] = fk("operators.id", index=False)
    role_id: Mapped[int] = fk("roles.id")
