"""Who does work that mostly waits: threads where a process has them, else whoever asks, one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.core.runtime import Runtime

_PART = "hands"


class Hands(Protocol):
    def free(self, most: int) -> int:
        """How many can be given work at once, up to `most`; waits until there is one. 0 at the end."""
        ...

    def hand_over(self, work: Callable[[], None]) -> None:
        """Give work to one of them; it is done at once, or beside what the caller does next."""
        ...


class OwnHands:
    """For whoever has no others."""

    def free(self, most: int) -> int:
        return most

    def hand_over(self, work: Callable[[], None]) -> None:
        work()


def hands_of(runtime: Runtime) -> Hands:
    return runtime.part(_PART, lambda _: OwnHands())


def lend_hands(runtime: Runtime, hands: Hands) -> None:
    """What waits is theirs in this process from now on."""
    runtime.parts[_PART] = hands
