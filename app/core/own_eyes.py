"""Whoever looks through somebody else's eyes changes nothing: the one place that refuses it.

Asked wherever something begins that may change anything: by the unit of work, and before it, so that nothing
is read or sent for nothing, by the wrappers of REST and of sockets.
"""

from __future__ import annotations

from app.core.errors import Forbidden
from app.core.permissions import Actor


def require_own_eyes(actor: Actor) -> None:
    """Raises Forbidden (`view_as_reads_only`)."""
    if actor.own is not None:
        raise Forbidden("view_as_reads_only")
