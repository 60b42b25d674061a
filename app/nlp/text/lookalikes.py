"""Words that begin like ours and are none: `网红` is no network, `打卡` no card, `流量明星` no data plan.

In a post of four characters the models hear nothing but the first of them. Such a word is read as one that
means much the same; a post that also says what is broken still says it.
"""

from __future__ import annotations

import re

_MEANT = {
    "网红": "红人",
    "网恋": "恋爱",
    "网剧": "剧集",
    "网约车": "打车",
    "流量明星": "当红明星",
    "流量小生": "当红小生",
    "流量小花": "当红小花",
    "流量艺人": "当红艺人",
    "流量密码": "爆款秘诀",
    "客流量": "人数",
    "断更": "休息",
    "断货": "抢空",
    "信号兵": "军人",
    "信号弹": "照明弹",
    "信号枪": "发令枪",
    "信号旗": "旗语",
    "小程序员": "年轻程序员",
}
_VISIT = r"打卡(?![打机不失没系异记时考超员了器]|软件|签到)"
"""Going somewhere to be seen there. What clocks people in at work (`打卡机`, `打卡失败`) is no such visit."""
_MEAL = (
    r"(?:(?<=早餐)|(?<=午餐)|(?<=晚餐)|(?<=汉堡)|(?<=炸鸡)|(?<=牛排)|(?<=披萨)|(?<=火锅)|(?<=烤肉)|(?<=烤鱼)|(?<=奶茶)|(?<=咖啡)|"
    r"(?<=下午茶)|(?<=肯德基)|(?<=麦当劳)|(?<=必胜客)|(?<=kfc))套餐|套餐(?=饭(?!点)|里的?[鸡肉菜饭汤薯虾鱼]|[都也真太好很超有点]{0,3}(?:难吃|好吃|咸|油腻))"
)
"""What one eats. A family's, a child's or a pair's may be ours."""
_LOST_MIND = r"(?:(?<=智商)|(?<=情商)|(?<=演技)|(?<=颜值)|(?<=[商技值][又都全]))掉线"
_LOOKALIKE = re.compile(f"{'|'.join(_MEANT)}|(?P<visit>{_VISIT})|(?P<meal>{_MEAL})|(?P<mind>{_LOST_MIND})")
_OF_KIND = {"visit": "游览", "meal": "美食", "mind": "下滑"}
_BEGINNINGS = re.compile("网[红恋剧约]|打卡|流量|断[更货]|信号|小程序|套餐|掉线")


def told_apart(words: str) -> str:
    """Normalised words with what only looks like ours told by other words."""
    if _BEGINNINGS.search(words) is None:
        return words
    return _LOOKALIKE.sub(_told, words)


def _told(match: re.Match[str]) -> str:
    return _OF_KIND[match.lastgroup] if match.lastgroup else _MEANT[match[0]]
