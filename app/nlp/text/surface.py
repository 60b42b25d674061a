"""Thirty countable facts of a post's form that n-grams of its words do not show well."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.nlp.text.denials import NAMES as DENIALS
from app.nlp.text.denials import denials
from app.nlp.text.features import Batch
from app.nlp.text.normalise import MENTION, NUMBER, URL

_CLASSES: tuple[tuple[str, str], ...] = (
    ("question", "?"),
    ("exclamation", "!"),
    ("bracket", "["),
    ("topic", "#"),
    ("url", URL),
    ("mention", MENTION),
    ("number", NUMBER),
    ("digit", "0123456789"),
    ("latin", "abcdefghijklmnopqrstuvwxyz"),
    ("stop", ",.。、;"),
    ("ellipsis", "…~"),
    ("title", "【】《》"),
    ("colon", ":"),
    ("me", "我俺咱"),
    ("you", "你您"),
    ("asking", "吗么呢嘛咋啥"),
    ("please", "请求帮"),
    ("negation", "不没无别未"),
    ("forward", "转"),
    ("price", "元块钱¥%"),
)
NAMES = (
    "length",
    *(name for name, _ in _CLASSES),
    "pictograph",
    "short",
    "long",
    "reposted",
    "empty",
    *DENIALS,
)


def surface_features(batch: Batch, reposted: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """One row per post in the order of `NAMES`: counts damped by log(1+n), shares and flags.

    `reposted` says which posts had a quoted chain cut off.
    """
    lengths = (batch.ends - batch.starts).astype(np.float32)
    counts = _class_counts(batch)
    columns = np.concatenate(
        (
            np.log1p(lengths)[:, None],
            np.log1p(counts),
            (lengths < 8)[:, None],
            (lengths > 120)[:, None],
            reposted[:, None],
            (lengths == 0)[:, None],
            denials(batch.joined(), batch.size),
        ),
        axis=1,
    )
    return columns.astype(np.float32)


def with_emoticons(facts: npt.NDArray[np.float32], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The facts of texts that were read without their emoticons, told how many these were."""
    told = facts.copy()
    told[:, NAMES.index("pictograph")] = np.log1p(counts)
    return told


def _class_counts(batch: Batch) -> npt.NDArray[np.float32]:
    """Occurrences of each character class per post; the last column counts characters beyond the BMP."""
    classes = _class_table()[np.minimum(batch.codes, 0xFFFF)]
    classes[batch.codes > 0xFFFF] = len(_CLASSES) + 1
    hits = np.flatnonzero(classes)
    width = len(_CLASSES) + 2
    owner = np.searchsorted(batch.ends, hits, side="left")
    counts = np.bincount(owner * width + classes[hits], minlength=batch.size * width)
    return counts.reshape(batch.size, width)[:, 1:].astype(np.float32)


_table_cache: list[npt.NDArray[np.int64]] = []


def _class_table() -> npt.NDArray[np.int64]:
    if not _table_cache:
        table = np.zeros(0x10000, dtype=np.int64)
        for number, (_, characters) in enumerate(_CLASSES, start=1):
            table[[ord(c) for c in characters]] = number
        _table_cache.append(table)
    return _table_cache[0]
