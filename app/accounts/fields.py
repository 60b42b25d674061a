"""What conditions may ask about connected accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.adapters import registry
from app.conditions.catalogue import CATALOGUE, FieldOf, FieldType
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.reference_kinds import AGENCY, OPERATOR, TEAM
from app.identity.unit_fields import UNIT, UnitsOfTeam, units_of_teams
from app.models import Account, AccountKind, AccountStatus

_A = Account
_T = FieldType
STATUSES = tuple(status.value for status in AccountStatus if status is not AccountStatus.REMOVED)


@dataclass(frozen=True)
class AccountFacts:
    account: Account
    units: frozenset[int]


def _load(session: Session, ids: Sequence[int]) -> dict[int, AccountFacts]:
    tree = units_of_teams(session)
    rows = rows_by_id(session, Account, set(ids))
    return {
        number: AccountFacts(row, tree.get(row.team_id or 0, frozenset())) for number, row in rows.items()
    }


def _own(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    name = name or key
    return FieldOf(key, type_, getattr(_A, name), lambda facts: getattr(facts.account, name), **more)


FIELDS = (
    _own("name", _T.TEXT),
    _own("external_id", _T.TEXT),
    _own(
        "platform",
        _T.CHOICE,
        choices=tuple(registry.all_adapters()),
        words="condition.choice.platform",
    ),
    _own("server", _T.TEXT),
    _own(
        "kind",
        _T.CHOICE,
        choices=tuple(kind.value for kind in AccountKind),
        words="condition.choice.account_kind",
    ),
    _own("status", _T.CHOICE, choices=STATUSES, words="condition.choice.account_status"),
    _own("status_since", _T.TIME),
    _own("agency", _T.REFERENCE, "agency_id", kind=AGENCY),
    FieldOf("unit", _T.SET, UnitsOfTeam(_A.team_id), lambda facts: facts.units, optional=True, kind=UNIT),
    _own("team", _T.REFERENCE, "team_id", kind=TEAM, optional=True),
    _own("owner", _T.REFERENCE, "owner_operator_id", kind=OPERATOR, optional=True),
    _own("token_left", _T.DURATION, "token_expires_at", optional=True, ahead=True),
    _own("last_poll_at", _T.TIME, optional=True),
    _own("last_push_at", _T.TIME, optional=True),
    _own("error_streak", _T.NUMBER),
    _own("unreachable_since", _T.TIME, optional=True),
    _own("connected_at", _T.TIME, "created_at"),
)

ACCOUNTS = CATALOGUE.declare(
    "account", Account, Permission.ACCOUNTS_READ, _load, lambda facts: facts.account.name, FIELDS
)
