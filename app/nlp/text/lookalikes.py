"""Words that begin like ours and are none: `网红` is no network, `打卡` no card, `流量明星` no data plan.

In a post of four characters the models hear nothing but the first of them. Such a word is read as one that
means the same; a post that also says what is broken still says it.
"""

from __future__ import annotations

import re

_MEANT = {
    "网红": "红人",
    "流量明星": "当红明星",
    "流量小生": "当红小生",
    "流量小花": "当红小花",
    "流量艺人": "当红艺人",
}
_VISIT = r"打卡(?![打机不失没系异记时考超员了器]|软件|签到)"
"""Going somewhere to be seen there. What clocks people in at work (`打卡机`, `打卡失败`) is no such visit."""
_LOOKALIKE = re.compile(f"{'|'.join(_MEANT)}|{_VISIT}")


def told_apart(words: str) -> str:
    """Normalised words with what only looks like ours told by other words."""
    if "网红" not in words and "打卡" not in words and "流量" not in words:
        return words
    return _LOOKALIKE.sub(lambda match: _MEANT.get(match[0], "游览"), words)
