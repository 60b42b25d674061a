"""What the ledger must know of what it carries; replies and publications each bring one of these."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement

from app.adapters.types import SendRequest
from app.core.context import Context
from app.core.jobs import JobName
from app.models import OutboundMessage


class Cargo(Protocol):
    """A kind of outbound row. The objects are stateless and serve every row of their kind."""

    name: str
    """For figures: `reply`, `publication`."""
    job: JobName
    """The job that takes one step of its delivery."""

    def mine(self) -> ColumnElement[bool]:
        """Which rows of the ledger are of this kind."""
        ...

    def request(self, ctx: Context, outbound: OutboundMessage) -> SendRequest:
        """What the adapter is to send: everything it needs, so that the call can be made without a database.

        The ledger adds `known_ids` and `prepared`.
        """
        ...

    def is_too_late(self, ctx: Context, outbound: OutboundMessage) -> bool:
        """Whether the platform no longer allows it, though it did when it was written."""
        ...

    def changed(self, ctx: Context, outbound: OutboundMessage) -> None:
        """The row has a new state: raise the version of what it carries and tell those who see it."""
        ...
