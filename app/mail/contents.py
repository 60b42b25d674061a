"""What e-mails are for, and who knows the words of each: a feature declares its own purpose.

A letter is made at the moment when it is sent, of what its reader sees then, and made anew for every attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.core.context import Context
from app.core.permissions import Actor
from app.mail.letters import Letter
from app.models import Mail


@dataclass(frozen=True)
class Later:
    """Not now."""

    until: datetime


@dataclass(frozen=True)
class Nothing:
    """Nothing is left to say; `reason` is a code."""

    reason: str


Compose = Callable[[Context, Mail, Actor], Letter | Later | Nothing]
"""Called with the person as whom the letter is read."""


@dataclass(frozen=True)
class Purpose:
    key: str
    compose: Compose
    to_unconfirmed: bool = False
    """Also to an address that nobody has shown to be theirs."""
    to_stopped: bool = False
    """Also to one where nothing is sent any more: to try whether it lives."""
    is_tried_once: bool = False
    """Somebody waits for what comes of it: nothing is tried again later."""
    may_wait: Callable[[Context, Mail], bool] | None = None
    """Asked before one that has been tried waits again; no: another tells what it would have told."""


_PURPOSES: dict[str, Purpose] = {}


def declare(purpose: Purpose) -> Purpose:
    if purpose.key in _PURPOSES:
        raise ValueError(f"the purpose {purpose.key!r} is declared twice")
    _PURPOSES[purpose.key] = purpose
    return purpose


def known(key: str) -> Purpose | None:
    """None for one that an older or a newer program has declared."""
    return _PURPOSES.get(key)
