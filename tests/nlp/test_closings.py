"""Case A8. What ends a conversation, and what only sounds like it."""

from __future__ import annotations

import pytest

from app.nlp.text.closings import is_closing


@pytest.mark.parametrize(
    "text",
    [
        "好的谢谢",
        "谢谢谢谢谢谢",
        "👌",
        "🤝👌🏻",
        "收到，谢谢，宽带已经能用了",
        "已解决，感谢",
        "好嘞辛苦",
        "好的，谢谢！",
        "收到，辛苦了",
        "谢谢你们这么快处理",
        "嗯嗯好的",
        "OK",
        "已经好了，谢谢客服[心]",
        "没事了",
        "再见",
        "thanks a lot!",
        "[玫瑰]",
        "👍👍",
        "晓得了，那就这样吧",
        "OK的",
        "nice, thanks",
    ],
)
def test_thanks_and_farewells_close(text: str) -> None:
    assert is_closing(text)


@pytest.mark.parametrize(
    "text",
    [
        "好的谢谢，那宽带什么时候修好",
        "谢谢，可是还没好",
        "好了吗？",
        "好的？",
        "谢谢啊，又断了",
        "谢谢，能用了吗",
        "谢谢，还没解决",
        "真是谢谢你们了[怒]",
        "[怒]",
        "😭",
        "",
        "没了",
        "没有",
        "没有了",
        "不好",
        "谢谢" * 40,
        "知道了，但是钱呢",
    ],
)
def test_what_asks_or_complains_does_not(text: str) -> None:
    assert not is_closing(text)
