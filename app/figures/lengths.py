"""How many rows took how long, as one value: what a sum keeps of lengths that are ranked.

Ranking months of a busy desk means to look at hundreds of thousands of lengths. A row of a table for each is
most of the work; a value for each day, account and team is read in a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from app.figures.rounding import step_of, steps

_PAIR = np.dtype("<u2")
_MOST = 65_535
_CELLS = 4_000_000
"""So large a table of groups and steps is made at once: 32 MB."""
Whole = npt.NDArray[np.int64]


def pack(found: Iterable[tuple[int, int]]) -> bytes:
    """Pairs of a cut length in seconds and how many rows took it, in any order.

    Two bytes for the step and two for the number; a larger number is written in parts.
    """
    pairs: list[int] = []
    for length, count in sorted(found):
        step = step_of(length)
        for begun in range(0, count, _MOST):
            pairs += (step, min(_MOST, count - begun))
    return np.array(pairs, _PAIR).tobytes()


class Ranking:
    """Lengths by groups, gathered from packed values and from single counts, and then ranked."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._of_packed: list[tuple[int, int]] = []
        self._counts: list[tuple[int, int, int]] = []

    def add_packed(self, group: int, lengths: bytes) -> None:
        self._packed.append(lengths)
        self._of_packed.append((group, len(lengths) // (2 * _PAIR.itemsize)))

    def add(self, group: int, length: int, count: int) -> None:
        """So many rows of a group took so long (cut, in seconds)."""
        self._counts.append((group, step_of(length), count))

    def ranks(self, percents: Sequence[int]) -> tuple[list[Any], dict[int, list[Any]]]:
        """Of all, and of each group that has a row: how many rows, then the length at each percent's rank."""
        groups, taken, counts = self._columns()
        if not len(groups):
            return [0, *[None] * len(percents)], {}
        size = int(taken.max()) + 1
        at_once = max(1, _CELLS // size)
        whole = np.zeros((1, size))
        by_group: dict[int, list[Any]] = {}
        for first in range(0, int(groups.max()) + 1, at_once):
            chosen = (groups >= first) & (groups < first + at_once)
            cells = (groups[chosen] - first) * size + taken[chosen]
            table = np.bincount(cells, counts[chosen])
            table = np.pad(table, (0, -len(table) % size)).reshape(-1, size)
            whole += table.sum(axis=0)
            by_group |= {first + at: found for at, found in _ranked(table, percents) if found[0]}
        return next(_ranked(whole, percents))[1], by_group

    def _columns(self) -> tuple[Whole, Whole, Whole]:
        pairs = np.frombuffer(b"".join(self._packed), _PAIR).reshape(-1, 2).astype(np.int64)
        sizes = np.array(self._of_packed, np.int64).reshape(-1, 2)
        single = np.array(self._counts, np.int64).reshape(-1, 3)
        groups = np.concatenate([np.repeat(sizes[:, 0], sizes[:, 1]), single[:, 0]])
        taken = np.concatenate([pairs[:, 0], single[:, 1]])
        return groups, taken, np.concatenate([pairs[:, 1], single[:, 2]])


def _ranked(table: Any, percents: Sequence[int]) -> Iterator[tuple[int, list[Any]]]:
    """Of a table of how many rows took each step, a line a group: the lines' numbers, sizes and lengths."""
    upto = table.cumsum(axis=1)
    sizes = upto[:, -1]
    columns = [sizes]
    for percent in percents:
        rank = np.ceil(sizes * percent / 100)
        columns.append(steps()[np.minimum((upto < rank[:, None]).sum(axis=1), table.shape[1] - 1)])
    return enumerate([int(value) for value in row] for row in zip(*columns, strict=True))
