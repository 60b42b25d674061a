"""What the ledger must know of what it carries; replies and publications each bring one of these.

A new kind is a class like theirs and one `register`: the ledger's table stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from app.adapters.types import SendRequest
from app.core.context import Context
from app.core.errors import PlatformErrorKind
from app.core.jobs import Job
from app.core.permissions import Permission
from app.models import OutboundMessage


class Cargo(Protocol):
    """A kind of outbound row. The objects are stateless and serve every row of their kind.

    Rows are asked about together, because they are taken and recorded together: each method costs a fixed
    number of statements.
    """

    name: str
    """The kind's name in the ledger's rows and in figures: `reply`, `publication`."""
    job: Job
    """The job that delivers what is due of it."""
    right: Permission
    """What its author must be allowed when it leaves, not only when it was written."""
    together: int
    """How many are taken on at once, at most: all that they carry is in memory meanwhile."""

    def requests(self, ctx: Context, rows: Sequence[OutboundMessage]) -> Mapping[int, SendRequest]:
        """What the adapter is to send, by the row's id: all of it, so that no call needs a database.

        The ledger adds `prepared`, and `known_ids` where it has to look.
        """
        ...

    def not_allowed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> Mapping[int, PlatformErrorKind]:
        """By id, why rows may not go any more, though they might when they were written."""
        ...

    def authors(self, ctx: Context, rows: Sequence[OutboundMessage]) -> Mapping[int, int | None]:
        """The operator who wrote each, by the row's id.

        What somebody had planned who may not send it any more does not go by itself.
        """
        ...

    def changed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> None:
        """The rows have a new state: raise the version of what each carries and tell those who see it."""
        ...


C = TypeVar("C", bound=Cargo)
_CARGOES: dict[str, Cargo] = {}


def register(cargo: C) -> C:
    """Make a kind known. Raises ValueError for a name that another one has."""
    if _CARGOES.setdefault(cargo.name, cargo) is not cargo:
        raise ValueError(f"the cargo {cargo.name!r} is registered twice")
    return cargo


def cargo_named(name: str) -> Cargo:
    """Raises LookupError for a kind that this version does not know."""
    return _CARGOES[name]


def cargoes() -> dict[str, Cargo]:
    return dict(sorted(_CARGOES.items()))
