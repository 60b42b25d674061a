"""How far a table's rows are seen, said beside the table: `__seen__ = ByAccount()`.

This is the vocabulary; `app/identity/scope.py` makes conditions of it. A mapped table that says nothing, or
names a column that it lacks or a rule that nobody wrote, makes the application fail at start.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.grants import Allowed


@dataclass(frozen=True)
class ByAccount:
    """With its account: by everybody who reaches it, and to whom a grant of it allows `needs`."""

    column: str = "account_id"
    needs: Allowed | None = Allowed.LISTEN
    """None: whatever the grant allows."""
    since: str | None = None
    """The column that says how old it is, for grants that open little of the past."""


@dataclass(frozen=True)
class ByOwner:
    """With its account, by those alone to whose agency it belongs: no grant opens it."""

    column: str = "account_id"


@dataclass(frozen=True)
class ByAgency:
    """By the agency's people, and by whoever reaches every account."""

    column: str = "agency_id"


@dataclass(frozen=True)
class ByConversation:
    """With one of its conversation's requests, within reach of the account."""

    column: str = "conversation_id"
    account: str = "account_id"


@dataclass(frozen=True)
class ByRequest:
    """With its request, within reach of the account."""

    column: str = "service_request_id"
    account: str = "account_id"


@dataclass(frozen=True)
class ByRule:
    """By a rule of its own, which stands under this name in `app/identity/scope.py`."""

    name: str


@dataclass(frozen=True)
class Unscoped:
    """Not read through `scope`, and why: it refuses the table."""

    because: str


Seen = ByAccount | ByOwner | ByAgency | ByConversation | ByRequest | ByRule | Unscoped


def require_seen(table: type) -> None:
    """Raises TypeError for a table that does not say how it is seen. What a parent says does not count."""
    if not isinstance(vars(table).get("__seen__"), Seen):
        raise TypeError(
            f"{table.__module__}.{table.__name__} does not say who sees its rows: give it "
            "`__seen__ = ByAccount()` or another word of app/core/seen.py"
        )
