"""What conditions may ask about acts in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.conditions.catalogue import CATALOGUE, FieldOf, FieldType
from app.core.i18n import LOCALES, catalogue
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.reference_kinds import ACCOUNT, OPERATOR
from app.models import AuditLog

_A = AuditLog
_T = FieldType
_ACTS, _KINDS = "audit.act", "audit.kind"


def _named(group: str) -> tuple[str, ...]:
    """Everything that has words of its own there; a test holds the acts to those that are declared."""
    prefix = f"{group}."
    return tuple(sorted(key.removeprefix(prefix) for key in catalogue(LOCALES[0]) if key.startswith(prefix)))


def _own(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    name = name or key
    return FieldOf(key, type_, getattr(_A, name), lambda row: getattr(row, name), **more)


def _load(session: Session, ids: Sequence[int]) -> dict[int, AuditLog]:
    return rows_by_id(session, AuditLog, set(ids))


FIELDS = (
    _own("at", _T.TIME, "created_at"),
    _own("operator", _T.REFERENCE, "operator_id", kind=OPERATOR, optional=True),
    _own("actor", _T.TEXT),
    _own("action", _T.CHOICE, choices=_named(_ACTS), words=_ACTS),
    _own("object_type", _T.CHOICE, choices=_named(_KINDS), words=_KINDS, optional=True),
    _own("object_id", _T.TEXT, optional=True),
    _own("account", _T.REFERENCE, "account_id", kind=ACCOUNT, optional=True),
    _own("address", _T.TEXT),
    _own("number", _T.NUMBER),
)

ACTS = CATALOGUE.declare(
    "audit_entry", AuditLog, Permission.AUDIT_READ, _load, lambda row: f"{row.actor} {row.action}", FIELDS
)
