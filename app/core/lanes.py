"""Where something is said, and so who can read it."""

from __future__ import annotations

from enum import StrEnum


class Lane(StrEnum):
    """Platforms know two lanes; notes to colleagues are the third and never leave the house."""

    PUBLIC = "public"
    PRIVATE = "private"
    INTERNAL = "internal"
