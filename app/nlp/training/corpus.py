"""Training data: files of labelled posts, and what each file's labels teach which head.

A data directory holds `<name>.traindev.jsonl.gz` files, one JSON object a line (`text`, `label`, `split`).
Files that are absent are skipped. No text of them is ever stored in a weights file.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO, cast

from app.core.errors import Invalid
from app.nlp.serving.heads import INTENTS, SERVICE_INTENTS
from app.nlp.text.moods import GLAD, UPSET
from app.nlp.text.normalise import EMOTICON

WEIBO_SETS = ("weibo2018", "brand1790", "smp_virus", "smp_usual", "clue_emotion", "mood8")
REVIEW_SETS = ("shop10", "htl", "waimai")

POLARITY_WEIGHTS = {"weibo2018": 2.0, "shop10": 0.5, "htl": 0.5, "waimai": 0.5}
"""How much a post of a set counts for the two-class sentiment, 1 where nothing is said: general Weibo posts
judged by hand are what the stream looks like, product reviews are not.
"""

_POSITIVE = frozenset({"happy", "happiness", "like"})
_ANGRY = frozenset({"angry", "anger", "disgust"})
_SAD = frozenset({"sad", "sadness"})
_UNCLEAR = frozenset({"surprise", "neutral", "none"})
_SHARES = {"shop10": 3, "cold": 2, "spamusers": 2, "afqmc": 2, "ced": 8, "htl": 3, "waimai": 3}
"""Only every n-th post (by hash) of the largest files is used: more of the same adds time and nothing else.

"""


@dataclass(frozen=True)
class Example:
    """A post and the yes/no answers it teaches, by head."""

    text: str
    source: str
    answers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Labelled:
    """A post with the judgements a listening desk makes; see `INTENTS`.

    `sampled` is False for posts that were picked because a model was unsure: they teach, but their class
    shares are not those of a stream. `weight` multiplies a row's loss (an operator's correction weighs 3).
    Posts of one `group` are variants of one sentence: no figure may be taken from one by what learnt another.
    """

    text: str
    intent: str
    sentiment: int
    urgency: int
    source: str = ""
    split: str = "train"
    weight: float = 1.0
    sampled: bool = True
    group: str = ""

    @property
    def needs_service(self) -> bool:
        return self.intent in SERVICE_INTENTS


def load_examples(folder: Path, split: str = "train") -> list[Example]:
    """The posts of all known files for the auxiliary heads, in file order."""
    taught = [example for name in _TEACHERS for example in _examples_of(folder, name, split)]
    return taught + [
        example for name in ("ced", "spamusers") for example in _emoticon_examples(folder, name, split)
    ]


def load_labelled(path: Path, split: str | None = None) -> list[Labelled]:
    """A file of judged posts (.jsonl or .jsonl.gz); raises Invalid naming the first bad line."""
    rows = []
    for number, row in enumerate(read_rows(path), start=1):
        labelled = _labelled(row, path.name, number)
        if split is None or labelled.split == split:
            rows.append(labelled)
    return rows


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file; raises Invalid for a line that is none."""
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise Invalid("bad_label_file", file=path.name, line=number) from error
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise Invalid("bad_label_file", file=path.name, line=number)
            yield row


def open_text(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8"))
    return path.open(encoding="utf-8")


def polar_label(name: str, row: dict[str, Any]) -> int | None:
    """1 positive, 0 negative, None neither, for one row of a two-class sentiment set."""
    label = str(row["label"])
    if name in ("smp_virus", "smp_usual"):
        return {"1": 1, "-1": 0}.get(str(row.get("three")))
    if name in ("clue_emotion", "mood8"):
        if label in _UNCLEAR:
            return None
        return int(label in _POSITIVE)
    return {"1": 1, "0": 0}.get(label)


def text_hash(text: str) -> int:
    """A number that depends on the text alone, for splits and shares that survive reordering."""
    return int.from_bytes(
        hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[:8], "big"
    )


def data_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.traindev.jsonl.gz"


def _labelled(row: dict[str, Any], file: str, number: int) -> Labelled:
    intent, sentiment, urgency = row.get("intent"), row.get("sentiment", 0), row.get("urgency", 0)
    if intent not in INTENTS or sentiment not in (-1, 0, 1) or urgency not in (0, 1, 2):
        raise Invalid("bad_label_file", file=file, line=number)
    return Labelled(
        row["text"],
        intent,
        sentiment,
        urgency,
        str(row.get("source", "")),
        str(row.get("split", "train")),
        float(row.get("weight", 1.0)),
        row.get("round", 1) == 1,
    )


def _examples_of(folder: Path, name: str, split: str) -> Iterator[Example]:
    path = data_file(folder, name)
    if not path.exists():
        return
    share = _SHARES.get(name, 1)
    for row in read_rows(path):
        if row.get("split", "train") == split and (share == 1 or text_hash(row["text"]) // 10 % share == 0):
            yield Example(row["text"], name, _TEACHERS[name](name, row))


def _emoticon_examples(folder: Path, name: str, split: str) -> Iterator[Example]:
    """Posts whose emoticons say how their author felt, without the emoticons: labels that cost nobody
    anything.
    """
    path = data_file(folder, name)
    if not path.exists():
        return
    for row in read_rows(path):
        text = row["text"]
        if row.get("split", "train") != split or "[" not in text or text_hash(text) // 10 % 2:
            continue
        found = set(EMOTICON.findall(text))
        glad, upset = bool(found & GLAD), bool(found & UPSET)
        if glad != upset:
            yield Example(EMOTICON.sub("", text), f"{name}:emoticons", {"emoticon": int(glad)})


def _weibo(name: str, row: dict[str, Any]) -> dict[str, int]:
    label = str(row["label"])
    answers = dict.fromkeys(("question", "review", "car", "stream", "negative_review", "shop_chat"), 0)
    polar = polar_label(name, row)
    if polar is not None:
        answers["polarity"] = polar
    if name in ("smp_virus", "smp_usual", "mood8"):
        answers["polar"] = int(label not in _UNCLEAR)
    if name not in ("weibo2018", "brand1790"):
        answers |= {
            "happy": int(label in _POSITIVE),
            "angry": int(label in _ANGRY),
            "sad": int(label in _SAD),
        }
    return answers


def _review(_name: str, row: dict[str, Any]) -> dict[str, int]:
    good = int(row["label"])
    answers = {"polarity": good, "review_polarity": good, "negative_review": 1 - good}
    return answers | {"review": 1, "question": 0, "car": 0}


def _car(_name: str, row: dict[str, Any]) -> dict[str, int]:
    label = str(row["label"])
    answers = {"review": 0, "car": 1, "negative_review": int(label == "-1")}
    if label in ("1", "-1"):
        answers["car_polarity"] = int(label == "1")
    if label != "mixed":
        answers["polar"] = int(label != "0")
    return answers


def _constant(**answers: int) -> Any:
    return lambda _name, _row: dict(answers)


def _own_label(head: str, **answers: int) -> Any:
    return lambda _name, row: {head: int(row["label"]), **answers}


_TEACHERS: dict[str, Any] = {
    **dict.fromkeys(WEIBO_SETS, _weibo),
    **dict.fromkeys(REVIEW_SETS, _review),
    "car": _car,
    "flood": _own_label("plea"),
    "cold": _own_label("offensive", negative_review=0, review=0),
    "spamusers": _own_label("spam_account"),
    "afqmc": _constant(question=1, review=0),
    "jddc": _constant(question=1, review=0, shop_chat=1, negative_review=0),
    "ced": _constant(question=0, review=0, plea=0, shop_chat=0, stream=1, negative_review=0),
}


def sources(examples: Iterable[Example]) -> dict[str, int]:
    """How many posts each source gave, for the manifest."""
    counts: dict[str, int] = {}
    for example in examples:
        counts[example.source] = counts.get(example.source, 0) + 1
    return counts
