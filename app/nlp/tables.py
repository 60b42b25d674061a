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
from scipy.sparse import csr_array

from app.nlp.features import NO_SLOT, Slots

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
        """The row of `weights` for every slot, 0 for the unknown ones and for `NO_SLOT`; two bytes each where
        they suffice.
        """
        narrow = len(self.slots) < 1 << 16
        rows = np.zeros(NO_SLOT + 1, dtype=np.uint16 if narrow else np.int32)
        rows[self.slots] = np.arange(1, len(self.slots) + 1)
        return rows

    def sums(self, slots: Slots, bounds: Ints) -> Floats:
        """Sum of the rows of each post's slots: (posts, columns). Post i owns `slots[bounds[i] :
        bounds[i + 1]]`.
        """
        rows = self.row_of_slot[slots]
        known = np.flatnonzero(rows)
        return summed_rows(self.weights, rows[known], np.searchsorted(known, bounds))


def summed_rows(weights: Floats, rows: npt.NDArray[Any], bounds: Ints) -> Floats:
    """Sums of `weights[rows[bounds[i] : bounds[i + 1]]]`: (posts, columns).

    A sparse product adds row after row in the processor's cache; taking the rows out first costs five times
    as much.
    """
    shape = (len(bounds) - 1, len(weights))
    ones = np.ones(len(rows), dtype=np.float32)
    counts = csr_array((ones, rows.astype(np.int32, copy=False), bounds.astype(np.int32)), shape=shape)
    return np.asarray(counts @ weights)
