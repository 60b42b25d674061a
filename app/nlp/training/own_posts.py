"""Judged posts written for this project: telecom, shops, apps and charges, which the public files hardly
mention, and kinds of sentences that counting n-grams takes for their opposite.

Every line of `own_posts.txt` and `own_kinds.txt` is filled with a few of the words below, chosen by the
line's own hash, so that a head learns the sentence and not one product's name. Complaints among the kinds
also come with a glad emoticon, which mocks.
"""

from __future__ import annotations

import re
from pathlib import Path

from app.nlp.training.corpus import Labelled, text_hash

_FOLDER = Path(__file__).parent
OWN = "lingke"
KINDS = "lingke:kinds"
_FILLINGS = 4
_KIND_FILLINGS = 12
_KIND_WEIGHT = 0.2
_GLAD = (
    "[赞]", "[微笑]", "[哈哈]", "[心]", "[doge]", "👍", "🙂", "👏", "/::)", "[鼓掌]", "[good]", "[耶]",
)  # fmt: skip
_WORDS = {
    "网": ("宽带", "网络", "无线网", "光纤", "流量套餐", "移动宽带", "联通宽带", "电信宽带", "5G", "手机卡"),
    "物": (
        "手机",
        "冰箱",
        "洗衣机",
        "空调",
        "耳机",
        "电视",
        "路由器",
        "充电宝",
        "电饭煲",
        "平板",
        "手表",
        "吸尘器",
    ),
    "店": ("营业厅", "餐厅", "酒店", "超市", "火锅店", "奶茶店", "专卖店", "健身房"),
    "app": ("app", "客户端", "小程序", "手机银行", "软件", "官方应用"),
    "费": ("话费", "流量费", "会员费", "手续费", "运费", "服务费", "五十块钱"),
}
_WORDS |= {
    name: tuple(words.split("|"))
    for name, _, words in (
        line.partition("\t")
        for line in (_FOLDER / "own_words.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
}
_SLOT = re.compile(r"\{(\w+)\}")


def own_posts() -> list[Labelled]:
    """The filled sentences; they are not a sample of any stream."""
    posts = [post for line in _lines("own_posts.txt") for post in _posts_of(line)]
    return posts + [post for line in _lines("own_kinds.txt") for post in _posts_of_kind(line)]


def is_own(post: Labelled) -> bool:
    """Whether a judged post was written for this project."""
    return post.source in (OWN, KINDS)


def _lines(name: str) -> list[str]:
    return [line for line in (_FOLDER / name).read_text("utf-8").splitlines() if not line.startswith("#")]


def _posts_of(line: str) -> list[Labelled]:
    intent, sentiment, urgency, sentence = line.split("\t")
    texts = dict.fromkeys(filled(sentence, number) for number in range(_FILLINGS))
    return [
        Labelled(text, intent, int(sentiment), int(urgency), source=OWN, sampled=False, group=sentence)
        for text in texts
    ]


def _posts_of_kind(line: str) -> list[Labelled]:
    """A sentence without slots stands for as many posts by its weight as one that is filled often."""
    intent, sentiment, urgency, sentence = line.split("\t")
    texts = list(dict.fromkeys(varied(sentence, number) for number in range(_KIND_FILLINGS)))
    weight = _KIND_WEIGHT * min(4.0, _KIND_FILLINGS / len(texts))
    return [
        Labelled(
            text + _GLAD[text_hash(text) % len(_GLAD)] if intent == "complaint" and number % 3 == 0 else text,
            intent,
            int(sentiment),
            int(urgency),
            source=KINDS,
            weight=weight,
            sampled=False,
            group=sentence,
        )
        for number, text in enumerate(texts)
    ]


def varied(sentence: str, number: int) -> str:
    """The sentence with each slot filled by itself."""

    def word(match: re.Match[str]) -> str:
        words = _WORDS[match.group(1)]
        return words[text_hash(f"{sentence}|{number}|{match.start()}") % len(words)]

    return _SLOT.sub(word, sentence)


def filled(sentence: str, number: int) -> str:
    """The sentence with its slots filled; another `number` takes other words."""

    def word(match: re.Match[str]) -> str:
        words = _WORDS[match.group(1)]
        return words[(text_hash(sentence) + number * 5 + match.start()) % len(words)]

    return _SLOT.sub(word, sentence)
