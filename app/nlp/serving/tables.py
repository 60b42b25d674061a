"""Score tables: for each known slot one row of weights, summed over a post's features.

In memory a table is float32 rows and a bit for each of the 2^22 slots; on disk it is 8-bit levels with
one scale per column: a weight is the scale times the level squared, with the level's sign. Training goes
through the same rounding, so what is measured is what is shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from app.nlp.text.features import NO_SLOT, Slots

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_WORD_BITS, _IN_WORD = 6, 63


@dataclass(frozen=True)
class Table:
    """`slots` (rows,) ascending; `levels` (rows, columns) int8; `scales` (columns,)."""

    slots: Slots
    levels: npt.NDArray[np.int8]
    scales: Floats

    @classmethod
    def from_weights(cls, slots: Slots, weights: npt.NDArray[np.floating]) -> Table:
        """Round weights to 255 steps per column. A step grows with the weight: most weights are small, and
        the few large ones, such as those of emoticons, must not be cut.
        """
        peaks = np.abs(weights).max(axis=0, initial=0)
        scales = (np.where(peaks > 0, peaks, 1) / (127 * 127)).astype(np.float32)
        levels = np.rint(np.sign(weights) * np.sqrt(np.abs(weights) / scales))
        return cls(slots, np.clip(levels, -127, 127).astype(np.int8), scales)

    @classmethod
    def ready_made(cls, slots: Slots, levels: npt.NDArray[np.int8], scales: Floats, weights: Floats) -> Table:
        """One whose `weights` have been worked out before and are only looked at."""
        table = cls(slots, levels, scales)
        vars(table).update(weights=weights)
        return table

    @cached_property
    def weights(self) -> Floats:
        """(rows + 1, columns): row 0 is zero, for slots that are not known."""
        dense = np.zeros((len(self.levels) + 1, len(self.scales)), dtype=np.float32)
        levels = self.levels.astype(np.float32)
        np.multiply(levels * np.abs(levels), self.scales, out=dense[1:])
        return dense

    @cached_property
    def marks(self) -> npt.NDArray[np.uint64]:
        """A bit for each of the 2^22 slots, and none for `NO_SLOT`: set where the table knows it."""
        marks = np.zeros((NO_SLOT >> _WORD_BITS) + 1, dtype=np.uint64)
        bit = np.uint64(1) << (self.slots & _IN_WORD).astype(np.uint64)
        np.bitwise_or.at(marks, self.slots >> _WORD_BITS, bit)
        return marks

    @cached_property
    def before(self) -> Ints:
        """How many slots the table knows before each word of `marks`."""
        counts = np.bitwise_count(self.marks).astype(np.int32)
        return np.cumsum(counts, dtype=np.int32) - counts

    def known(self, slots: Slots) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
        """Which of the slots the table knows, and the rows of `weights` of those.

        The number of a row is the number of marks up to its own. Half a megabyte stays in the processor's
        cache, where an index of all slots does not.
        """
        word = slots >> _WORD_BITS
        # The slot's own mark comes to the top, those before it in its word stay below.
        shifted = self.marks[word] << (np.uint64(_IN_WORD) - (slots & _IN_WORD).astype(np.uint64))
        places = np.flatnonzero(shifted.view(np.int64) < 0)
        return places, self.before[word[places]] + np.bitwise_count(shifted[places])

    def rows(self, slots: Slots) -> Ints:
        """The row of `weights` for each slot, 0 where the table does not know it."""
        rows = np.zeros(len(slots), dtype=np.int64)
        places, known = self.known(slots)
        rows[places] = known
        return rows

    def sums(self, slots: Slots, bounds: Ints) -> Floats:
        """Sum of the rows of each post's slots: (posts, columns). Post i owns `slots[bounds[i] :
        bounds[i + 1]]`.
        """
        places, rows = self.known(slots)
        return summed_rows(self.weights, rows, np.searchsorted(places, bounds))


def summed_rows(weights: Floats, rows: npt.NDArray[Any], bounds: Ints) -> Floats:
    """Sums of `weights[rows[bounds[i] : bounds[i + 1]]]`: (posts, columns).

    A sparse product adds row after row in the processor's cache; taking the rows out first costs five times
    as much.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - 12 MB that only who judges needs

    shape = (len(bounds) - 1, len(weights))
    ones = np.ones(len(rows), dtype=np.float32)
    counts = csr_array((ones, rows.astype(np.int32, copy=False), bounds.astype(np.int32)), shape=shape)
    return np.asarray(counts @ weights)
