"""Posts that are no request although a word in them begins like one of ours, and those that are."""

from __future__ import annotations

import pytest

from app.nlp.text.lookalikes import told_apart
from tests.nlp.test_emoticons import decided

TALK = [
    "网红店打卡",
    "网红墙打卡",
    "打卡网红桥",
    "网红餐厅打卡第三天",
    "抖音网红又翻车了",
    "流量明星塌房",
    "流量小生官宣了",
    "周末网红书店打卡",
]
ASKS = [
    "网红直播间买的没发货",
    "打卡机又断网了",
    "打卡打不了",
    "流量用完了怎么办",
    "网课上不了",
    "网红套餐扣了我两次钱",
]


def test_a_visit_to_a_shop_is_no_request() -> None:
    """`网红店打卡` was kept with .88 as an outage."""
    assert [t for t, d in zip(TALK, decided(TALK), strict=True) if d[4] == "kept"] == []


def test_what_is_broken_beside_such_a_word_still_is() -> None:
    assert [t for t, d in zip(ASKS, decided(ASKS), strict=True) if d[4] != "kept"] == []


@pytest.mark.parametrize("words", ["打卡机坏了", "打卡失败", "打卡了吗", "流量明细", "网红", "宽带断了"])
def test_other_words_are_left_as_they_are(words: str) -> None:
    assert told_apart(words) == words.replace("网红", "红人")
