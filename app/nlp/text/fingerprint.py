"""Fingerprints of posts: an exact hash, and a 64-bit simhash for near duplicates.

A simhash is stored in four bands of 16 bits. Two posts that differ in at most three bits share at least one
band, so candidates are found by equality on a band and confirmed by the Hamming distance. Of pairs four to
six bits apart most share a band too; they are near duplicates when they are met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import xxhash

from app.nlp.text.features import Batch, Hashes, mix
from app.nlp.text.normalise import MENTION, URL, joined_normal_form

NEAR_DISTANCE = 6
"""Posts at most this many bits apart are near duplicates; unrelated posts are some 32 bits apart."""
LEAST_CHARS = 8
"""Shorter posts have too few n-grams for a meaningful simhash: for them only equality counts."""

_SIGN = 1 << 63
_ORDER = 3
_BITS = 64
_MOST_VOTES = 255


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`exact` and `simhash` fit a signed 64-bit column; `simhash` is None for a post too short to compare."""

    exact: int
    simhash: int | None

    @property
    def bands(self) -> tuple[int, int, int, int] | None:
        """The simhash's four bands, 0..65535, highest bits first."""
        return None if self.simhash is None else bands(self.simhash)


def fingerprints(texts: Sequence[str]) -> list[Fingerprint]:
    """Fingerprints of a batch, over the normal form without links and @names."""
    bare = _bare_many(texts)
    exact = [exact_hash_of_normal(text) for text in bare]
    long_enough = [number for number, text in enumerate(bare) if len(text) >= LEAST_CHARS]
    hashes: list[int | None] = [None] * len(bare)
    if long_enough:
        for number, value in zip(
            long_enough, simhashes([bare[number] for number in long_enough]), strict=True
        ):
            hashes[number] = value
    return list(map(Fingerprint, exact, hashes))


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of one post."""
    return fingerprints([text])[0]


def exact_hash(text: str) -> int:
    """xxh3 of the normal form as a signed 64-bit number: equal for posts that differ in width, case or
    links.
    """
    return exact_hash_of_normal(_bare(joined_normal_form([text])))


def exact_hash_of_normal(text: str) -> int:
    return _signed(xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass")))


def simhashes(normal_texts: Sequence[str]) -> list[int]:
    """Signed 64-bit simhashes over character trigrams of normalised texts (no line feeds inside)."""
    batch = Batch.from_texts(normal_texts)
    owner, hashes = _trigrams(batch)
    if len(owner) and int(np.bincount(owner).max()) > _MOST_VOTES:
        owner, hashes = _thinned(owner, hashes)
    signed: list[int] = _voted(owner, hashes, batch.size).view(np.int64).tolist()
    return signed


def hamming(left: int, right: int) -> int:
    """How many of the 64 bits differ; takes signed numbers."""
    return ((left ^ right) & ((1 << _BITS) - 1)).bit_count()


def is_near(left: int | None, right: int | None) -> bool:
    """Whether two simhashes are near duplicates; a missing one is near to nothing."""
    return left is not None and right is not None and hamming(left, right) <= NEAR_DISTANCE


def bands(simhash: int) -> tuple[int, int, int, int]:
    """Four numbers 0..65535: any two simhashes at most three bits apart share one of them."""
    value = simhash & ((1 << _BITS) - 1)
    return (value >> 48, value >> 32 & 0xFFFF, value >> 16 & 0xFFFF, value & 0xFFFF)


def _bare_many(texts: Sequence[str]) -> list[str]:
    """Normal forms without links and @names, which most batches have few of."""
    if not texts:
        return []
    joined = joined_normal_form(texts)
    if URL in joined or MENTION in joined:
        joined = joined.replace(URL, "").replace(MENTION, "")
    return [text.strip() for text in joined.split("\n")]


def _bare(normal: str) -> str:
    return normal.replace(URL, "").replace(MENTION, "").strip()


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= _SIGN else value


def _trigrams(batch: Batch) -> tuple[npt.NDArray[np.int64], Hashes]:
    """Owner and hash of every trigram that lies within one post (shorter posts give their whole)."""
    codes = batch.codes.astype(np.uint64)
    if len(codes) < _ORDER:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    hashes = mix(mix(mix(codes[:-2]) + codes[1:-1]) + codes[2:])
    breaks = batch.codes == 10
    inside = ~(breaks[:-2] | breaks[1:-1] | breaks[2:])
    positions = np.flatnonzero(inside)
    return batch.post_of(positions), hashes[positions]


def _voted(owner: npt.NDArray[np.int64], hashes: Hashes, posts: int) -> Hashes:
    """Bitwise majority of the hashes of each post. `owner` ascends.

    Eight bits are counted at once in the bytes of one 64-bit number, which holds up to 255 votes a bit.
    """
    result = np.zeros(posts, dtype=np.uint64)
    present, first = np.unique(owner, return_index=True)
    if not len(present):
        return result
    lanes = _lane_table()[hashes.view(np.uint8).reshape(-1, 8)]
    counts = np.diff(np.append(first, len(owner)))
    votes = np.add.reduceat(lanes, first, axis=0).view(np.uint8).reshape(len(present), 64)
    majority = (2 * votes.astype(np.int64) > counts[:, None]).astype(np.uint8)
    result[present] = np.packbits(majority, axis=1, bitorder="little").view(np.uint64).ravel()
    return result


def _thinned(owner: npt.NDArray[np.int64], hashes: Hashes) -> tuple[npt.NDArray[np.int64], Hashes]:
    """At most 255 trigrams of each post, evenly spread over it."""
    first = np.searchsorted(owner, owner)
    counts = np.bincount(owner)[owner]
    stride = -(-counts // _MOST_VOTES)
    kept = (np.arange(len(owner)) - first) % stride == 0
    return owner[kept], hashes[kept]


@cache
def _lane_table() -> Hashes:
    """For each byte the 64-bit number whose eight bytes are its bits, lowest first."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    return bits.view(np.uint64).ravel()
