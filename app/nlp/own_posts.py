"""Judged posts written for this project: telecom, shops, apps and charges, which the public files hardly
mention.

Every line of `own_posts.txt` is filled with a few of the words below, chosen by the line's own hash, so
that a head learns the sentence and not one product's name.
"""

from __future__ import annotations

import re
from pathlib import Path

from app.nlp.corpus import Labelled, text_hash

_FILE = Path(__file__).parent / "own_posts.txt"
OWN = "lingke"
_FILLINGS = 4
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
_SLOT = re.compile(r"\{(\w+)\}")


def own_posts() -> list[Labelled]:
    """The filled sentences; they are not a sample of any stream."""
    lines = [line for line in _FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [post for line in lines for post in _posts_of(line)]


def _posts_of(line: str) -> list[Labelled]:
    intent, sentiment, urgency, sentence = line.split("\t")
    texts = dict.fromkeys(filled(sentence, number) for number in range(_FILLINGS))
    return [
        Labelled(text, intent, int(sentiment), int(urgency), source=OWN, sampled=False, group=sentence)
        for text in texts
    ]


def filled(sentence: str, number: int) -> str:
    """The sentence with its slots filled; another `number` takes other words."""

    def word(match: re.Match[str]) -> str:
        words = _WORDS[match.group(1)]
        return words[(text_hash(sentence) + number * 5 + match.start()) % len(words)]

    return _SLOT.sub(word, sentence)
