"""Which feelings emoticons show, and the features that tell them to what judges sentiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import xxhash

from app.nlp.text.features import CHAR_ORDERS, Batch, Slots, char_slots, slots_of, slots_of_words
from app.nlp.text.normalise import fold

Rows = npt.NDArray[np.int64]

_GLAD_NAMES = (  # noqa: SIM905
    "哈哈 心 爱你 嘻嘻 鼓掌 good 威武 花心 给力 太开心 赞 馋嘴 可爱 耶 笑哈哈 亲亲 偷乐 爱心 鲜花 推荐 "
    "得意地笑 玫瑰 抱抱 噢耶 酷 害羞 礼物 haha 中国赞 好爱哦 好喜欢 憧憬 偷笑 呲牙 愉快 胜利 强 握手 "
    "拥抱 给你小心心 庆祝 发 干杯 蛋糕 ok 加油 比心 抱一抱 愛你 可愛 嘿嘿"
).split()
_UPSET_NAMES = (  # noqa: SIM905
    "泪 怒 挖鼻屎 衰 抓狂 哼 晕 可怜 鄙视 生病 悲伤 弱 失望 怒骂 黑线 伤心 吐 委屈 汗 闭嘴 眼泪 拜拜 "
    "跪了 裂开 流泪 大哭 发怒 咒骂 难过 快哭了 叹气 苦涩 翻白眼 白眼 骷髅 炸弹 菜刀 心碎 便便 差劲 打脸 "
    "抓狂 傻眼 巨汗 崩溃 淚流满面 泪流满面 尴尬 呜呜 嘤嘤"
).split()
GLAD = frozenset(f"[{name}]" for name in _GLAD_NAMES)
UPSET = frozenset(f"[{name}]" for name in _UPSET_NAMES)
_GLAD_MARKS = frozenset("❤♥♡👍👏🎉🎊😀😃😄😁😆😂🤣😊😇🙂😉😌😍🥰😘😗😙😚😋😎🤗🤩🥳💪🙏💕💖💗💓💯✌🌹💐😻🫶")
_UPSET_MARKS = frozenset("😡😠🤬👿😤😢😭😞😔😟😕🙁☹😣😖😫😩🥺😰😨😱💔👎😒🙄😓😥😑😐🤮🤢🤡💩🖕😾😿")
_GLAD_FACES = (
    ":)",
    ":d",
    "/::)",
    "/::d",
    "^_^",
    "^^",
    "^o^",
    "=)",
    ";)",
    "/:strong",
    "/:rose",
    "/:heart",
    "xd",
    "<3",
)
_UPSET_FACES = (
    ":(",
    ":'(",
    "/::(",
    "/::'(",
    "/::@",
    "/:weak",
    "/:break",
    "t_t",
    "t.t",
    "tat",
    "qaq",
    ">_<",
    "-_-",
    "</3",
)
_ALSO_SPELT = {
    "〒": "t_t",
    ";-;": "t_t",
    "t—t": "t_t",
    "tvt": "t_t",
    "tut": "t_t",
    "qvq": "qaq",
    "quq": "qaq",
}
"""Tears drawn another way; a sign beyond Latin has its first character alone."""
MOST = 3


def mood(emoticon: str) -> int:
    """1 for a glad one, -1 for an upset one, 0 for what may mean either."""
    name = canonical(emoticon)
    if name in GLAD or name in _GLAD_FACES or name in _GLAD_MARKS or _faces(name, "▽ω≧"):
        return 1
    if name in UPSET or name in _UPSET_FACES or name in _UPSET_MARKS or _faces(name, "t﹏︿д╥"):
        return -1
    return 0


def canonical(emoticon: str) -> str:
    """One spelling for an emoticon: folded, a pictograph without its skin and joiners."""
    name = emoticon[0] if emoticon[0] > "\u2000" else fold(emoticon).strip()
    return _ALSO_SPELT.get(name, name)


@dataclass(frozen=True)
class Moods:
    """The emoticons of a batch. Post i's have the slots `grams[gram_bounds[i] : gram_bounds[i + 1]]` among
    the n-grams and `words[word_bounds[i] : word_bounds[i + 1]]` among the words; `counts` (posts,).
    """

    grams: Slots
    gram_bounds: Rows
    words: Slots
    word_bounds: Rows
    counts: Rows

    @classmethod
    def of(cls, found: Mapping[int, Sequence[str]], posts: int) -> Moods:
        """Of those `found` in some of `posts` posts, by number of the post. The first three of a post speak;
        all count.
        """
        counts, grams, words = (np.zeros(posts, dtype=np.int64) for _ in range(3))
        gram_slots: list[int] = []
        word_slots: list[int] = []
        for number, some in sorted(found.items()):
            counts[number] = len(some)
            before = len(gram_slots)
            for emoticon in some[:MOST]:
                gram_slots += _slots(emoticon)
                word_slots.append(_word_slot(emoticon))
            grams[number] = len(gram_slots) - before
            words[number] = len(some[:MOST])
        return cls(
            np.array(gram_slots, dtype=np.int32),
            np.concatenate(([0], np.cumsum(grams))),
            np.array(word_slots, dtype=np.int32),
            np.concatenate(([0], np.cumsum(words))),
            counts,
        )


def word_of(emoticon: str) -> str:
    """The word that an emoticon stands for: the name in its brackets, else itself."""
    name = canonical(emoticon)
    return name[1:-1] if name[0] == "[" else name


@lru_cache(maxsize=4096)
def _word_slot(emoticon: str) -> int:
    return int(slots_of_words([word_of(emoticon)])[0])


def _faces(name: str, marks: str) -> bool:
    return name[0] == "(" and any(mark in name for mark in marks)


@lru_cache(maxsize=4096)
def _slots(emoticon: str) -> tuple[int, ...]:
    """The n-grams of its name, which are those of the word that it stands for, and its mood."""
    name = canonical(emoticon)
    batch = Batch.from_texts([name])
    grid = char_slots(batch)[batch.starts[0] : batch.ends[0]]
    inside = np.arange(1, CHAR_ORDERS + 1) + np.arange(len(grid))[:, None] <= len(grid)
    shown = np.array([xxhash.xxh3_64_intdigest(f"\x01{mood(emoticon)}".encode())], np.uint64)
    return (*grid[inside].tolist(), *slots_of(shown).tolist())
