"""What a metric came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.figures.asking_rows import Keys


@dataclass(frozen=True)
class Number:
    value: float | None = None
    count: int = 0
    part: int | None = None


@dataclass
class Counted:
    """What a metric came to in a span: in all, and by keys; what is not there had no row."""

    total: Number
    cells: dict[Keys, Number] = field(default_factory=dict)
