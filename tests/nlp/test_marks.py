"""Case D, the kind behind emoticons: marks and sounds speak for the mood and for nothing else."""

from __future__ import annotations

import pytest

from app.nlp.text.marks import undressed
from tests.nlp.sentences import ALL
from tests.nlp.test_emoticons import SHARED, decided

DRESS = (  # noqa: SIM905
    "。 。。。 ！ ！！！ !!! ~ ～～～ … …… ... ， ，，， 、 ; “ ” ·  啊 啊啊啊啊 呀 哎 唉唉唉 哈哈 "
    "哈哈哈哈哈 呵呵 嘿嘿 呜呜呜 嘤嘤嘤 哼 嗯嗯 hhh hahaha lol ～啊！ 啊啊啊！！！ ……唉 哈哈哈哈…… "
    "★ ☆★☆ → ※ ● √ ♪ ➡"
).split()
TEXTS = [text for text in ALL if not text[0].isascii() and not text[-1].isascii()]
"""A sound of Latin letters is one where it touches no other."""


def test_200_sentences_are_decided_as_without_marks_and_sounds_around_them() -> None:
    """An outage of three evenings was dropped without review when `哈哈哈` or `……` stood behind it."""
    bare = decided(TEXTS)
    for dress in DRESS:
        for said in ([text + dress for text in TEXTS], [dress + text for text in TEXTS]):
            changed = [t for t, a, b in zip(said, bare, decided(said), strict=True) if a != b]
            assert changed == []


def test_a_groan_behind_a_sentence_changes_nothing_but_the_mood() -> None:
    bare = [one[4] for one in decided(TEXTS)]
    for groan in ("晕", "，晕", "晕晕晕", "！晕。"):
        assert [one[4] for one in decided([text + groan for text in TEXTS])] == bare


def test_a_drawn_out_pause_inside_is_a_comma() -> None:
    plain = ["宽带断了，什么时候来人修", "退款三周了，一直没到账"]
    for pause in ("……", "...", "～～", "。。。", "！！！", "，，哈哈哈，", "——"):
        assert decided([text.replace("，", pause) for text in plain]) == decided(plain)


def test_sounds_are_heard_by_the_mood() -> None:
    glad, upset = SHARED.classify(["今天就这样吧哈哈哈", "今天就这样吧呜呜呜"])
    assert glad.sentiment_score > upset.sentiment_score + 0.1


def test_laughing_at_a_trouble_makes_no_praise_of_it() -> None:
    said = ["网断了三天哈哈哈", "又多扣了五十块，哈哈哈哈", "hhh宽带又掉线了"]
    assert [v.sentiment for v in SHARED.classify(said) if v.sentiment > 0] == []


@pytest.mark.parametrize(
    ("text", "words", "sounds"),
    [
        ("断网了！！！", "断网了", []),
        ("断网了！？", "断网了?", []),
        ("……断网了。。怎么办啊？？", "断网了,怎么办?", []),
        ("哈哈哈网断了嘿嘿", "网断了", ["[哈哈]", "[嘿嘿]"]),
        ("hhh 2333 网断了 HAHA", "网断了", ["[哈哈]", "[哈哈]", "[哈哈]"]),
        ("★断网了★→", "断网了", []),
        ("断网了晕", "断网了", ["[晕]"]),
        ("坐地铁头晕", "坐地铁头晕", []),
        ("晕", "晕", []),
        ("打★评分", "打★评分", []),
        ("娃哈哈过期了", "娃哈哈过期了", []),
        ("扣了我233元", "扣了我233元", []),
        ("流量1.5G，100~200元", "流量1.5G，100~200元", []),
        ("app v2...3", "app v2...3", []),
        ("余额", "余额", []),
        ("嗯嗯", "嗯嗯", []),
        ("……", "……", []),
        ("？？？", "？？？", []),
        ("", "", []),
    ],
)
def test_what_dresses_words_and_what_is_one(text: str, words: str, sounds: list[str]) -> None:
    assert undressed(text) == (words, sounds)


@pytest.mark.parametrize(
    "text",
    ["哈" * 50_000, "。！" * 30_000, "…a" * 30_000, "哈啊" * 30_000, "h" * 50_000, "ha" * 30_000 + "x"],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    words, _ = undressed(text)
    assert len(words) <= len(text)
