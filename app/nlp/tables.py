"""Score tables: for each known slot one row of weights, summed over a post's features.

In memory a table is float32 rows behind a direct index of all 2^22 slots; on disk it is 8-bit integers with
one scale per column. Training goes through the same rounding, so what is measured is what is shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from app.nlp.features import SLOT_BITS, Slots

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """`slots` (rows,) ascending; `levels` (rows, columns) int8; `scales` (columns,)."""

    slots: Slots
    levels: npt.NDArray[np.int8]
    scales: Floats

    @classmethod
    def from_weights(cls, slots: Slots, weights: npt.NDArray[np.floating]) -> Table:
        """Round weights to 255 steps per column; the largest 0.05 % of a column are cut to keep the steps
        fine.
        """
        peaks = np.quantile(np.abs(weights), 0.9995, axis=0)
        scales = (np.where(peaks > 0, peaks, 1) / 127).astype(np.float32)
        levels = np.clip(np.rint(weights / scales), -127, 127).astype(np.int8)
        return cls(slots, levels, scales)

    @cached_property
    def weights(self) -> Floats:
        """(rows + 1, columns): row 0 is zero, for slots that are not known."""
        dense = np.zeros((len(self.levels) + 1, len(self.scales)), dtype=np.float32)
        np.multiply(self.levels, self.scales, out=dense[1:])
        return dense

    @cached_property
    def row_of_slot(self) -> npt.NDArray[Any]:
        """The row of `weights` for every slot, 0 for the unknown ones; two bytes each where they suffice."""
        narrow = len(self.slots) < 1 << 16
        rows = np.zeros(1 << SLOT_BITS, dtype=np.uint16 if narrow else np.int32)
        rows[self.slots] = np.arange(1, len(self.slots) + 1)
        return rows

    def sums(self, owner: Ints, slots: Slots, posts: int) -> Floats:
        """Sum of the rows of each post's slots: (posts, columns). `owner` need not be sorted."""
        rows = self.row_of_slot[slots]
        known = rows > 0
        return grouped_sums(self.weights, rows[known].astype(np.int64), owner[known], posts)


def grouped_sums(weights: Floats, rows: Ints, owner: Ints, posts: int) -> Floats:
    """Sum `weights[rows]` by owner.

    The rows of a post are laid out as one padded line and summed by a matrix product, which is several times
    faster than `np.add.reduceat`; posts of similar length share a block so that padding stays small.
    """
    totals = np.zeros((posts, weights.shape[1]), dtype=np.float32)
    if not len(rows):
        return totals
    short = (
        owner.astype(np.uint16) if posts < 1 << 16 else owner
    )  # two bytes are sorted by radix, not by comparing
    order = np.argsort(short, kind="stable")
    rows = rows[order]
    lengths = np.bincount(owner, minlength=posts)
    starts = np.cumsum(lengths) - lengths
    by_length = np.argsort(lengths, kind="stable")
    for block in _blocks(lengths[by_length]):
        chosen = by_length[block]
        widest = int(lengths[chosen[-1]])
        if not widest:
            continue
        grid = starts[chosen][:, None] + np.arange(widest)
        inside = np.arange(widest) < lengths[chosen][:, None]
        lines = np.where(inside, rows[np.minimum(grid, len(rows) - 1)], 0)
        gathered = weights.take(lines.ravel(), axis=0, mode="clip").reshape(len(chosen), widest, -1)
        totals[chosen] = np.ones(widest, np.float32) @ gathered
    return totals


def _blocks(lengths: Ints) -> list[slice]:
    """Cut ascending lengths to blocks of at most 64 posts or 20,000 cells."""
    blocks, begin = [], 0
    while begin < len(lengths):
        end = min(begin + 64, len(lengths))
        while end - begin > 1 and int(lengths[end - 1]) * (end - begin) > 40_000:
            end = begin + (end - begin) // 2
        blocks.append(slice(begin, end))
        begin = end
    return blocks
