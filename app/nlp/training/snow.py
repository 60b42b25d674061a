"""SnowNLP's sentiment classifier, trained on Weibo posts cut by jieba, and compiled to a table of log-odds.

The class is snownlp's own (`snownlp.sentiment.Sentiment`) with `handle` replaced, so its file can be loaded
by anybody who has snownlp. The stream never imports the package (2.8 s, 430 MB): a post's score is a sum of
log-odds, read from a table. The model that ships with snownlp is never used: it is right on 56-73 % of
Weibo posts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.nlp.text.emoticons import split_many
from app.nlp.text.encode import joined, own_parts
from app.nlp.text.marks import undressed_many
from app.nlp.text.moods import MOST, word_of
from app.nlp.text.normalise import joined_normal_form, trimmed
from app.nlp.text.segment import Segmenter


@dataclass(frozen=True)
class LogOdds:
    """ln P(word|positive)/P(word|negative) for each word, for a word never seen, and for the classes
    themselves.
    """

    words: dict[str, float]
    unknown: float
    prior: float

    def score(self, words: Sequence[str]) -> float:
        """ln of the odds that a post of these words is positive; not calibrated."""
        return self.prior + sum(self.words.get(word, self.unknown) for word in words)

    def probability(self, words: Sequence[str]) -> float:
        """What snownlp's `classify` gives, computed from the table."""
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, self.score(words)))))


def train_sentiment(negative: Sequence[str], positive: Sequence[str], segmenter: Segmenter) -> Any:
    """A trained `snownlp.sentiment.Sentiment` whose words are jieba's over normalised text, and the names of
    emoticons as words of their own.
    """
    sentiment = sentiment_class(segmenter)()
    sentiment.train(_docs(negative), _docs(positive))
    return sentiment


def _docs(texts: Sequence[str]) -> list[str]:
    """The author's own words on the first line, a line for the word of each emoticon that is heard."""
    bare, emoticons = split_many(texts)
    words, sounds = undressed_many(own_parts(bare)[0])
    found = joined(emoticons, sounds)
    normal = trimmed(joined_normal_form(words))[1:-1].tobytes().decode("utf-32-le")
    return [
        "\n".join([line, *map(word_of, found.get(number, [])[:MOST])])
        for number, line in enumerate(normal.split("\n"))
    ]


def sentiment_class(segmenter: Segmenter) -> type[Any]:
    """snownlp's class with our words; a function because importing snownlp is slow and large."""
    from snownlp.sentiment import Sentiment  # noqa: PLC0415 - 2.8 s, training only

    class JiebaSentiment(Sentiment):  # type: ignore[misc]
        def handle(self, doc: str) -> list[str]:
            """The words of such a document; negations stay, unlike in snownlp's stop list."""
            own, *emoticons = doc.split("\n")
            return [*(word for word in segmenter.cut(own) if not word.isspace()), *emoticons]

    return JiebaSentiment


def save_sentiment(sentiment: Any, path: Path) -> None:
    """In snownlp's own format; snownlp appends `.3` to the name."""
    sentiment.save(str(path))


def compile_log_odds(sentiment: Any) -> LogOdds:
    """The table that gives the same scores as the trained object."""
    positive, negative = sentiment.classifier.d["pos"], sentiment.classifier.d["neg"]
    words = {
        word: math.log(positive.freq(word)) - math.log(negative.freq(word))
        for word in sorted(
            positive.d.keys() | negative.d.keys()
        )  # two words may share a slot: the order decides
    }
    return LogOdds(
        words,
        math.log(positive.freq("\x00unseen")) - math.log(negative.freq("\x00unseen")),
        math.log(positive.getsum()) - math.log(negative.getsum()),
    )
