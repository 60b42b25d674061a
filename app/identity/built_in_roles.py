"""The roles that every installation begins with, kept in step with the program.

What people have changed of them stays. A version that brings a new right adds it to the roles that it means
to have it, and one that takes a right away takes it from them: told by what the version before had meant
(`Role.offered`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.standard_roles import ROLES, BuiltInRole
from app.models import Role


def keep_built_in_roles(session: Session, now: datetime) -> None:
    """Make those that are missing and bring what is new to the others. The caller commits."""
    found = {role.key: role for role in session.scalars(select(Role).where(Role.key.is_not(None)))}
    for name, meant in ROLES.items():
        role = found.get(name)
        if role is None:
            session.add(_as_row(meant, now))
        else:
            _follow(role, frozenset(right.value for right in meant.mandate.permissions))
    session.flush()


def _as_row(meant: BuiltInRole, now: datetime) -> Role:
    rights = frozenset(right.value for right in meant.mandate.permissions)
    return Role(
        created_at=now,
        key=meant.name,
        name="",
        rights=rights,
        account_reach=meant.mandate.account_reach,
        request_reach=meant.mandate.request_reach,
        masked=frozenset(masked.value for masked in meant.mandate.masked),
        capacity=meant.capacity,
        offered=rights,
    )


def _follow(role: Role, meant: frozenset[str]) -> None:
    if role.offered == meant:
        return
    role.rights = (role.rights | (meant - role.offered)) - (role.offered - meant)
    role.offered = meant
