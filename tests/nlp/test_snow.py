"""SnowNLP trained on our words and compiled to a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from snownlp.sentiment import Sentiment

from app.nlp.text.normalise import normalise
from app.nlp.text.segment import default_segmenter
from app.nlp.training.snow import compile_log_odds, save_sentiment, sentiment_class, train_sentiment

NEGATIVE = ["宽带太差了，断了三天", "客服态度恶劣", "乱扣话费，气死了", "冰箱坏了没人修"]
POSITIVE = ["宽带又快又稳", "客服很耐心，点赞", "冰箱安静省电，很满意", "外卖送得真快"]
UNSEEN = ["客服很差", "快", "冰箱很满意！", "从没见过的词语", "断了"]


def test_it_is_snownlps_class_with_jiebas_words() -> None:
    sentiment = sentiment_class(default_segmenter())()
    assert isinstance(sentiment, Sentiment)
    assert sentiment.handle("宽带 很快") == ["宽带", "很快"]


def test_the_table_gives_the_packages_own_probabilities() -> None:
    segmenter = default_segmenter()
    sentiment = train_sentiment(NEGATIVE, POSITIVE, segmenter)
    table = compile_log_odds(sentiment)
    for text in NEGATIVE + POSITIVE + UNSEEN:
        normal = normalise(text)
        assert table.probability(sentiment.handle(normal)) == pytest.approx(
            sentiment.classify(normal), abs=1e-9
        )


def test_it_has_learnt_the_difference() -> None:
    sentiment = train_sentiment(NEGATIVE, POSITIVE, default_segmenter())
    assert sentiment.classify("态度恶劣") < 0.5 < sentiment.classify("很满意")


def test_the_saved_file_is_snownlps_own(tmp_path: Path) -> None:
    sentiment = train_sentiment(NEGATIVE, POSITIVE, default_segmenter())
    save_sentiment(sentiment, tmp_path / "weibo.marshal")
    again = sentiment_class(default_segmenter())()
    again.load(str(tmp_path / "weibo.marshal"))
    assert again.classify("客服很耐心") == sentiment.classify("客服很耐心")
