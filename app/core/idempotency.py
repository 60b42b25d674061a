"""Idempotency keys: a key stands for one command with its content, given by one actor.

The same command again is answered with what it made; another under the same key is a mistake of the caller's
and refused, because doing nothing would look like success.
"""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

from app.core.errors import Conflict
from app.core.json_text import json_text
from app.core.permissions import Actor

KEY = r"^[A-Za-z0-9_-]{8,64}$"
# What says how a command was given, not what it is to do.
_APART = {"idempotency_key", "confirm"}


class KeyedCommand(Protocol):
    """A pydantic command that carries a key."""

    @property
    def idempotency_key(self) -> str | None: ...

    def model_dump(self, *, mode: str, exclude: set[str]) -> dict[str, Any]: ...


def digest_of(actor: Actor, command: KeyedCommand) -> str:
    """Names the command, its content and who gave it."""
    content = [type(command).__name__, actor.label, command.model_dump(mode="json", exclude=_APART)]
    return hashlib.sha256(json_text(content).encode()).hexdigest()


def require_same(stored: str | None, given: str) -> None:
    """Raises Conflict(`key_used_otherwise`); what was stored before digests were is taken as it is."""
    if stored is not None and stored != given:
        raise Conflict("key_used_otherwise")
