"""Training matrices: posts as sparse rows over the slots worth keeping. Needs scipy; the stream does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.nlp.text.encode import encode
from app.nlp.text.features import NO_SLOT, Slots
from app.nlp.text.segment import Segmenter
from app.nlp.text.surface import surface_features

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_CHUNK = 2000
_MIN_COUNT = 3
_JUDGED_COUNT = 9
"""A judged post stands for this many when columns are counted: its words are those of the task."""


@dataclass(frozen=True)
class Posts:
    """The features of a corpus as CSR counts (posts, slots): `grams` over `gram_slots`, `words` over
    `word_slots`; `moods` and `mood_words` are what emoticons add to either.
    """

    grams: Any
    moods: Any
    mood_words: Any
    gram_slots: Slots
    words: Any
    word_slots: Slots
    surface: Floats
    emoticons: Ints


def read_posts(texts: Sequence[str], segmenter: Segmenter) -> Posts:
    """Encode a corpus; slots seen fewer than three times are left out."""
    encoded = [encode(texts[at : at + _CHUNK], segmenter) for at in range(0, len(texts), _CHUNK)]
    surface = np.concatenate([surface_features(part.batch, part.reposted) for part in encoded])
    plain = [(part.slots, part.slot_bounds) for part in encoded]
    felt = [(part.moods.grams, part.moods.gram_bounds) for part in encoded]
    gram_slots = _frequent_slots([*plain, *felt])
    words = [(part.word_slots, part.word_bounds) for part in encoded]
    felt_words = [(part.moods.words, part.moods.word_bounds) for part in encoded]
    word_slots = _frequent_slots([*words, *felt_words])
    return Posts(
        grams=_counts(plain, gram_slots),
        moods=_counts(felt, gram_slots),
        mood_words=_counts(felt_words, word_slots),
        gram_slots=gram_slots,
        words=_counts(words, word_slots),
        word_slots=word_slots,
        surface=surface,
        emoticons=np.concatenate([part.moods.counts for part in encoded]),
    )


def _frequent_slots(parts: list[tuple[Slots, Ints]]) -> Slots:
    totals = np.zeros(NO_SLOT + 1, dtype=np.int64)
    for slots, _ in parts:
        totals += np.bincount(slots, minlength=len(totals))
    totals[NO_SLOT] = 0
    return np.flatnonzero(totals >= _MIN_COUNT).astype(np.int32)


def _counts(parts: list[tuple[Slots, Ints]], kept: Slots) -> Any:
    """Counts (posts, slots) of all parts, each given as slots and the bounds of its posts."""
    from scipy import sparse  # noqa: PLC0415 - training only

    number = np.full(NO_SLOT + 1, -1, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    blocks = []
    for slots, bounds in parts:
        columns = number[slots]
        known = np.flatnonzero(columns >= 0)
        ones = np.ones(len(known), dtype=np.float32)
        begins = np.searchsorted(known, bounds)
        block = sparse.csr_matrix((ones, columns[known], begins), shape=(len(begins) - 1, len(kept)))
        block.sum_duplicates()
        blocks.append(block)
    return sparse.vstack(blocks, format="csr")


def idf_of(counts: Any) -> Floats:
    """ln((1 + posts) / (1 + posts with the feature)) + 1 for each column."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    idf: Floats = (np.log((1 + counts.shape[0]) / (1 + seen)) + 1).astype(np.float32)
    return idf


def weighted(counts: Any, idf: Floats) -> Any:
    """Rows of count x idf divided by sqrt(sum of count x idf²): what `Table.sums` and its last column
    compute.
    """
    from scipy import sparse  # noqa: PLC0415 - training only

    squares = counts @ (idf * idf)
    scale = 1 / np.sqrt(np.maximum(squares, 1e-6))
    return (sparse.diags(scale.astype(np.float32)) @ counts @ sparse.diags(idf)).tocsr()


def frequent_columns(counts: Any, judged: slice, limit: int) -> Ints:
    """The `limit` columns that most posts hold, ascending; a `judged` post counts for several.

    Labels have no say. Choosing what tells classes apart looks better in cross-validation and is worse on new
    posts: a rare n-gram that was chosen for one post's label gives that label away when the post is scored.
    """
    if counts.shape[1] <= limit:
        return np.arange(counts.shape[1])
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    seen += (_JUDGED_COUNT - 1) * np.bincount(counts[judged].indices, minlength=counts.shape[1])
    return np.sort(np.argsort(-seen, kind="stable")[:limit])
