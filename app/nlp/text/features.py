"""Which features a post has: hashed character n-grams and words, for a whole batch in a few numpy passes.

A post's features are slots of a 2^22 table. Character n-grams (1-4) never cross a post's border. Words and
pairs of words are hashed by their characters, so the segmenter only has to say where words end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SLOT_BITS = 22
NO_SLOT = 1 << SLOT_BITS
"""Stands where there is no feature."""
CHAR_ORDERS = 4

_NEWLINE = 10
_SHIFT = np.uint64(64 - SLOT_BITS)
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_WORD_SALT = np.uint64(0xA0761D6478BD642F)
_PAIR_SALT = np.uint64(0xE7037ED1A0B428DB)

Slots = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Batch:
    """The code points of joined posts, one line feed before, between and after them, and where each post
    lies.
    """

    codes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    @property
    def size(self) -> int:
        return len(self.starts)

    @classmethod
    def from_joined(cls, joined: str) -> Batch:
        """`joined` has one line feed between posts; a position in it is one less than in `codes`."""
        return cls.from_codes(
            np.frombuffer(f"\n{joined}\n".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        )

    @classmethod
    def from_codes(cls, codes: npt.NDArray[np.uint32]) -> Batch:
        """`codes` begin and end with a line feed."""
        breaks = np.flatnonzero(codes == _NEWLINE)
        return cls(codes, breaks[:-1] + 1, breaks[1:])

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> Batch:
        """Texts must not hold line feeds."""
        return cls.from_joined("\n".join(texts))

    def joined(self) -> str:
        """The posts as one text, a line each."""
        return self.codes[1:-1].tobytes().decode("utf-32-le")

    @property
    def bounds(self) -> npt.NDArray[np.int64]:
        """(posts + 1,): post i owns the positions from bounds[i] to bounds[i + 1], the line feed before it
        included.
        """
        return np.append(self.starts - 1, self.ends[-1:])

    def post_of(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The number of the post that holds each position; a line feed belongs to the post after it."""
        lengths = self.ends - self.starts + 1
        return np.asarray(np.repeat(np.arange(self.size), lengths)[positions])


def char_slots(batch: Batch) -> npt.NDArray[np.int32]:
    """The slots of the n-grams that start at each position: (positions, orders 1-4), `NO_SLOT` for none.

    From order 2 on, an n-gram may begin or end with the line feed beside its post, so that a word that
    opens or closes a post counts as another feature than the same word inside.
    """
    codes = batch.codes.astype(np.uint64) + np.uint64(1)
    edge = batch.codes == _NEWLINE
    grid = np.full((len(codes), CHAR_ORDERS), NO_SLOT, dtype=np.int32)
    hashes = np.zeros(len(codes), dtype=np.uint64)
    torn = np.zeros(len(codes), dtype=np.bool_)  # a line feed stands inside
    for order in range(1, CHAR_ORDERS + 1):
        tail = len(codes) - order + 1
        if tail <= 0:
            break
        hashes = hashes[:tail] * _BASE + codes[order - 1 :]
        if order > 2:
            torn = torn[:tail] | edge[order - 2 : len(codes) - 1]
        unfit = edge[:tail] & edge[order - 1 :] if order <= 2 else torn
        slots = slots_of(hashes + np.uint64(order))
        slots[unfit] = NO_SLOT
        grid[:tail, order - 1] = slots
    return grid


def mix(hashes: Hashes) -> Hashes:
    """Spread the bits of 64-bit numbers, so that close inputs have unrelated outputs."""
    mixed = hashes * _MIX
    mixed ^= mixed >> np.uint64(32)
    mixed *= _BASE
    return np.asarray(mixed)


def slots_of(hashes: Hashes) -> Slots:
    """Table slots of 64-bit hashes."""
    return (mix(hashes) >> _SHIFT).astype(np.int32)


def prefix_hashes(codes: npt.NDArray[np.uint32]) -> Hashes:
    """H[i] = hash state of the first i characters; `span_hashes` reads any span from it in constant time."""
    powers = _powers(len(codes))
    terms = (codes.astype(np.uint64) + np.uint64(1)) * powers
    return np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)))


def span_hashes(prefix: Hashes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Hashes:
    """A hash of each span's characters, the same wherever in the batch it stands."""
    return np.asarray((prefix[ends] - prefix[starts]) * _inverse_powers(len(prefix))[starts])


def word_slots(hashes: Hashes, follows: npt.NDArray[np.bool_]) -> tuple[Slots, Slots]:
    """Slots of words, and of each pair (word i, word i+1) where `follows[i]` says both are in one post."""
    salted = hashes * _MIX + _WORD_SALT
    first = np.flatnonzero(follows[:-1]) if len(hashes) > 1 else np.zeros(0, np.int64)
    pairs = hashes[first] * _BASE + hashes[first + 1] * _MIX + _PAIR_SALT
    return slots_of(salted), slots_of(pairs)


def slots_of_words(words: Sequence[str]) -> Slots:
    """The table slot of each word (words hold no line feeds)."""
    batch = Batch.from_texts(words)
    hashes = span_hashes(prefix_hashes(batch.codes), batch.starts, batch.ends)
    return word_slots(hashes, np.zeros(len(words), dtype=np.bool_))[0]


_power_cache: dict[str, Hashes] = {}
_ODD = 0x5851F42D4C957F2D
_ODD_INVERSE = pow(_ODD, -1, 1 << 64)


def _powers(length: int) -> Hashes:
    return _cached_powers("up", _ODD, length)


def _inverse_powers(length: int) -> Hashes:
    return _cached_powers("down", _ODD_INVERSE, length)


def _cached_powers(name: str, base: int, length: int) -> Hashes:
    """1, base, base² … modulo 2^64; grown by doubling so that repeated batches pay once."""
    known = _power_cache.get(name)
    if known is None or len(known) < length:
        size = max(1 << 16, 1 << (max(length, 1) - 1).bit_length())
        factors = np.full(size, base, dtype=np.uint64)
        factors[0] = 1
        known = np.multiply.accumulate(factors)
        _power_cache[name] = known
    return known[:length]
