"""From raw posts to table slots: own words, normal form, n-grams and words of a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.nlp.features import Batch, Slots, char_slots, prefix_hashes, span_hashes, word_slots
from app.nlp.normalise import joined_normal_form, own_words
from app.nlp.segment import Segmenter

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Encoded:
    """A batch with its features. `owner`/`slots` list every n-gram, word and word pair with the post it is
    in; `word_owner`/`word_slots` list the single words again. `begins`/`stops` are spans in the joined
    buffer.
    """

    batch: Batch
    reposted: npt.NDArray[np.bool_]
    owner: Rows
    slots: Slots
    begins: Rows
    stops: Rows
    word_owner: Rows
    word_slots: Slots
    word_begins: Rows
    word_stops: Rows


def own_parts(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """What each author wrote himself, and which posts quote a chain.

    A repost without a word of its own is represented by its nearest quoted post: the filter drops such posts
    before, but whoever asks about one gets an answer about its content.
    """
    own, reposted = [], np.zeros(len(texts), dtype=np.bool_)
    for number, text in enumerate(texts):
        if "@" in text and ("//" in text or "回" in text[:8] or "eply" in text[:12]):
            mine, quoted = own_words(text[:20_000])
            reposted[number] = bool(quoted)
            own.append(mine or "//".join(quoted))
        else:
            own.append(text)
    return own, reposted


def encode(texts: Sequence[str], segmenter: Segmenter) -> Encoded:
    """All features of a batch; needs at least one text. Some 3 kB of memory per short post."""
    own, reposted = own_parts(texts)
    joined = joined_normal_form(own)
    batch = Batch.from_joined(joined)
    begins, stops = segmenter.spans(batch)
    hashes = span_hashes(prefix_hashes(batch.codes), begins, stops)
    word_owner = batch.post_of(begins)
    follows = np.append(word_owner[1:] == word_owner[:-1], False)
    singles, pairs = word_slots(hashes, follows)
    firsts = np.flatnonzero(follows[:-1])
    orders = char_slots(batch)
    positions = [at for at, _ in orders]
    return Encoded(
        batch,
        reposted,
        np.concatenate([batch.post_of(at) for at in positions] + [word_owner, word_owner[firsts]]),
        np.concatenate([slots for _, slots in orders] + [singles, pairs]),
        np.concatenate([*positions, begins, begins[firsts]]),
        np.concatenate([at + order for order, at in enumerate(positions, 1)] + [stops, stops[firsts + 1]]),
        word_owner,
        singles,
        begins,
        stops,
    )
