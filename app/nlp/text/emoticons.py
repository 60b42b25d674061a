"""Emoticons of all kinds: platform codes, pictographs, WeChat's slash codes, shortcodes, faces of letters.

They say how somebody feels. They never say what he wants: what asks for intent, service, urgency and adverts
reads a text without them, in training as in serving (`split_emoticons`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

_PICTOGRAPHS = (
    "\u00a9\u00ae\u2122\u2194-\u2199\u21a9\u21aa\u2328"
    "\u203c\u2049\u20e3\u2139\u231a-\u231b\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe"
    "\u2600-\u2604\u260e\u2611\u2614-\u2615\u2618\u261d\u2620\u2622-\u2623\u2626\u262a\u262e-\u262f"
    "\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f-\u2661\u2663\u2665-\u2666\u2668\u267b\u267e-\u267f"
    "\u2692-\u2697\u2699\u269b-\u269c\u26a0-\u26a1\u26a7\u26aa-\u26ab\u26b0-\u26b1\u26bd-\u26be"
    "\u26c4-\u26c5\u26c8\u26ce-\u26cf\u26d1\u26d3-\u26d4\u26e9-\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd"
    "\u2702\u2705\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733-\u2734\u2744\u2747\u274c"
    "\u274e\u2753-\u2755\u2757\u2763-\u2765\u2795-\u2797\u27a1\u27b0\u27bf"
    "\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f0ff\U0001f170-\U0001f1ff\U0001f201-\U0001f265\U0001f300-\U0001faff"
    "\U000e0020-\U000e007f"
)
"""What Unicode calls emoji. Stars and pointing hands of print are not: adverts are full of them."""
_TRAILING = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff"
_PICTOGRAPH = re.compile(f"[{_PICTOGRAPHS}]")
_WECHAT = (  # noqa: SIM905
    ":) :~ :b :| :< :$ :x :z :'( :-| :@ :p :d :o :( :+ :q :t :g :! :l :> :,@ :-s :8 :-o :'| :* 8-) --b "
    ",@p ,@-d ,@o |-) ,@f ? ,@x ,@@ ,@! !!! xx bye wipe dig handclap &-( b-) <@ @> >-| p-( x-) @x 8* pd "
    "<w> beer basketb oo coffee eat pig rose fade showlove heart break cake li bome kn footb ladybug "
    "shit moon sun gift hug strong weak share v @) jj @@ bad lvu no ok love <l> jump shake <o> circle "
    "kotow turn skip oy #-0 hiphot kiss <& &>"
).split()
_SLASHED = (  # noqa: SIM905
    "微笑 撇嘴 发呆 得意 流泪 害羞 闭嘴 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 冷汗 抓狂 偷笑 可爱 白眼 "
    "傲慢 惊恐 流汗 憨笑 奋斗 咒骂 疑问 折磨 再见 擦汗 抠鼻 鼓掌 糗大了 坏笑 哈欠 鄙视 委屈 快哭了 阴险 "
    "亲亲 可怜 玫瑰 凋谢 爱心 心碎 拥抱 握手 胜利 抱拳 差劲 爱你 捂脸 破涕为笑 裂开 苦涩 叹气 吃瓜 翻白眼 "
    "笑哭 嘿哈 奸笑 机智 皱眉 打脸 旺柴 无语 失望 恐惧 脸红 生病 合十 猪头 左哼哼 右哼哼 敲打 疯了 骷髅 拳头"
).split()
_PLAIN = r"\u4e00-\u9fff()（）\n"
"""Never inside a face: ideographs and further brackets."""
_INNER = rf"(?:[^{_PLAIN}]|[益皿口])"
"""But for the ideographs that are drawn as a mouth."""
_ODD = (
    r"[\^_<>;；`~=]"
    r"|[^\x00-\x7f\u3001\u3002\u3008-\u301f\u4e00-\u9fff\uff01-\uff5e\u2014\u2018-\u201d\u2026·％]"
)
"""A mark that prose does not put in brackets."""
_INSIDE = rf"(?={_INNER}{{0,18}}?(?:{_ODD}))(?!{_INNER}{{0,18}}?[a-z0-9]{{3}}){_INNER}{{2,20}}"
_LIMBS = "╥╯╰╮╭┭┮┻┳┏┛┓┗┐┌┘└ಠಥ눈ლ๑ง٩۶"
"""Arms, eyes and tables: what faces are drawn of and prose never uses."""
_BETWEEN = r"[_﹏\-.^°□′`'‵ω▽△━─=~︵(（)）＿﹃Δ]"
_HANDS = rf"[ヽヾノﾉっづ┴┬︵︶彡☆゜ゞ凸━─{_LIMBS}]"
_THROWN = r"(?:\s?[(（]?[┻━┴┬─]{2,5})?"
_AFTER = rf"(?:\s?{_HANDS}{{1,8}}{_THROWN}|o゜|o(?![a-z0-9])|>|/(?![/:])~*)?"
_SPELT = (
    r"(?:[qt][_﹏^﹃Δ—]{1,4}[qt]|q[.oawvu]q|t[.oawvu]t|0_{1,3}0|or[zl]|ot[zl]|xd{1,3}"
    r"|[uo]w[uo]|o[_.]{1,2}o|囧rz)"
)
"""Faces of letters, also several without a blank between them."""
_MIRRORED = (
    r"[=＝][。.ωд▽皿益口﹏wvoA]{1,2}[=＝]|[=＝](?: ?[=＝])+|[-－][。.ωд﹏wvoA3]{1,2}[-－]|[-－] [-－]"
    r"|[;；]-[;；]|[\^＾][0ovwuωд][\^＾]|[>＞][wovAωд皿益口][<＜]"
    r"|￣[へ▽ー_ω﹏д .。]{1,2}￣|〒[▽_﹏ω口]{1,3}〒"
)
"""Two equal eyes, and between them a mouth or nothing."""
_WHOLE = (
    rf"(?<![0-9a-z=＝\-<>])(?>(?:(?:{_MIRRORED})[|｜]{{0,3}}){{1,20}})(?![0-9a-z=＝\-<>])"
    r"|凸[(（][艹皿 ]{2,4}[)）]"
)
"""Such a face touches no Latin letter, digit or further mark of sums. What was found first stands: to try a
line of `=` in every other cut would take for ever.
"""
_NO_WORD = r"(?:(?:q[oaw]q|orz){1,20}|(?<![0-9a-z])(?:[qt]_[qt]){1,20}|(?:[qt]_[qt]){1,20}(?![0-9a-z]))"
"""Those that are faces also where letters touch them: no word holds them (`first_time` is a word)."""
_FIRST = r"\[［(（:：;；=＝/^＾>＞<＜TtQqoOxXuUmM@$→←⊙≧≦囧ε\-ヽヾ¯" + _LIMBS
_TAILS = (
    rf"(?<=[{_PICTOGRAPHS}])[{_TRAILING}]*",
    r"(?<=[\[［])(?:[^\[\]［］\s]{1,10}|[a-z][a-z0-9_]{0,29})[\]］]",
    rf"(?<=/):(?:{'|'.join(re.escape(code) for code in sorted(_WECHAT, key=len, reverse=True))})",
    rf"(?<=/)(?:{'|'.join(_SLASHED)})",
    r"(?<=:)(?=[a-z0-9_+\-]{0,29}[a-z])[a-z0-9_+\-]{2,30}:(?!//)",
    r"(?<=[:：;；=＝])['’]?[-^]?(?:[)）]{1,6}|[(（]{1,6}(?![^()（）:：/]{1,40}[)）]))",
    r"(?<![0-9a-z][:：;；=])(?<=[:：;；=])['’]?-?"
    r"(?:[dp3o$*|](?:[:：;；=]-?[dp3o$*|]){0,30}+(?![a-z0-9])|[/\\](?:[:：;；=][/\\]){0,30}+(?![/\\:a-z0-9]))",
    r"(?<=[<＜])(?:/3|3(?![0-9.a-z%天个月年小分秒元块度次人号层楼]))",
    r"(?<=[;；])[_.]{1,3}[;；]",
    r"(?<=[\^＾])(?:[_\-o.▽ω﹏]{0,3}[\^＾])+",
    r"(?<=[>＞])[_﹏.﹃]{0,3}[<＜][|]{0,3}",
    r"(?<=-)_{1,3}-[|#!]{0,3}",
    r"(?<=[=＝])[_.]{1,3}[=＝]",
    r"(?<=@)[_\-.﹏ω]{1,3}@|(?<=\$)[_.]{1,3}\$|(?<=[→←])_{1,3}[→←]|(?<=[⊙≧≦])[_▽ω﹏oO.]{1,3}[⊙≧≦]",
    r"(?<=囧)rz",
    rf"(?<=[(（]){_INSIDE}[)）]{_AFTER}",
    rf"(?<![0-9a-z]o)(?<=o)[(（]{_INSIDE}[)）]o?(?:(?=o[(（])|(?![a-z0-9]))",
    rf"(?<![0-9a-z]m)(?<=m)[(（]{_INSIDE}[)）]m(?:(?=m[(（])|(?![a-z0-9]))",
    rf"(?<=[<＜])[(（]{_INSIDE}[)）][>＞]?",
    r"(?<=ε)(?:[=＝]ε?){1,3}(?=[┏┗┌(（])",
    rf"(?<=[ヽヾ{_LIMBS}¯])[ヽヾ╮╭\\_/¯]{{0,3}}[(（]{_INNER}{{1,18}}[)）](?:_/¯|[ヽヾ╮╭╯]|{_AFTER})",
    rf"(?<=[{_LIMBS}])(?:{_BETWEEN}{{0,8}}[{_LIMBS}])*",
)
_EMOTICON = re.compile(
    rf"[0-9#*]\ufe0f?\u20e3|{_WHOLE}|(?<![0-9a-z]){_SPELT}{{1,20}}(?![a-z0-9])|{_NO_WORD}"
    rf"|[{_FIRST}{_PICTOGRAPHS}](?:{'|'.join(_TAILS)})",
    re.IGNORECASE,
)
_LIKELY = re.compile(rf"[{_FIRST}{_PICTOGRAPHS}]")
_AT_CODE = re.compile(
    rf"/:(?:{'|'.join(re.escape(c) for c in sorted(_WECHAT, key=len, reverse=True) if '@' in c)})"
    r"|@[_\-.﹏ω]{1,3}@",
    re.IGNORECASE,
)
_WORDS_IN_BRACKETS = re.compile(
    r"数字|金额|订单|电话|地址|时间|链接|姓名|站点|日期|邮箱|组织|求助|公告|通知|宽带|网络|断|信号|流量|套餐|客服|投诉|"
    r"故障|维修|报修|退款|退货|扣费|扣钱|坏了|没人|打不|上不|(?<![a-z])(?:help|urgent|bug|sos|down|error|fix|wifi|iptv|app)",
    re.IGNORECASE,
)
"""What stands in square brackets and speaks of a matter is no emoticon, whatever its length."""
_CODE = re.compile(r"[\[［](?:[a-z]+(?:_[a-z]+)+_?\d?|[a-z]{2,}_\d{1,2})[\]］]", re.IGNORECASE)
"""A code of Latin words: with an underscore it is one whatever they say (`[Thumbs_Down]`)."""
_DIGIT = re.compile("[0-9０-９]")
_IN_ADDRESS = re.compile(r"(?:https?://|www\.|t\.cn/|@)[!-~]*[\w.\-/?=&%#]$", re.IGNORECASE | re.ASCII)
_OF_ADDRESS = re.compile(r"[a-z0-9_.:/\-=~]+", re.IGNORECASE)
_NAME_OR_LINK = re.compile(r"(?:@\S*|(?:https?://|www\.|t\.cn/)\S*)$", re.IGNORECASE)


def split_emoticons(text: str) -> tuple[str, list[str]]:
    """The text without its emoticons, and these in their order.

    Nothing is left where one stood, so that a word, a number or a row of marks which one tore stays whole;
    only a name or link that one ended still ends there.
    """
    bare, found = split_many([text])
    return bare[0], found.get(0, [])


def without_emoticons(text: str) -> str:
    return split_emoticons(text)[0]


def split_many(texts: Sequence[str]) -> tuple[list[str], dict[int, list[str]]]:
    """`split_emoticons` over a batch: the texts without them, and the emoticons by number of the text."""
    bare, found = list(texts), {}
    for number, places in _openings(texts).items():
        bare[number], emoticons = _split(texts[number], places)
        if emoticons:
            found[number] = emoticons
    return bare, found


def _split(text: str, places: Sequence[int]) -> tuple[str, list[str]]:
    """`split_emoticons`, looking at some places only."""
    found: list[str] = []
    kept: list[str] = []
    begin = seen = 0
    for place in places:
        if place < seen:
            continue
        emoticon = _found_at(text, place, follows=bool(found) and place == begin)
        if not emoticon:
            continue
        seen = place + len(emoticon)
        if not _is_emoticon(emoticon):
            continue
        if _OF_ADDRESS.fullmatch(emoticon) and _IN_ADDRESS.search(text, max(begin, place - _LONGEST), place):
            continue
        before = text[begin:place]
        kept.append(before)
        found.append(emoticon)
        if ("@" in before or "." in before or "/" in before) and _NAME_OR_LINK.search(before):
            kept.append(" ")
        begin = seen
    if not found:
        return text, []
    return "".join(kept) + text[begin:], found


def _found_at(text: str, place: int, *, follows: bool) -> str:
    """What may be an emoticon there; one that follows another at once is looked at as if it stood alone."""
    match = _EMOTICON.match(text[place : place + _LONGEST]) if follows else _EMOTICON.match(text, place)
    return match.group() if match else ""


def without_at_signs(text: str) -> str:
    """The text with a code in place of each emoticon whose `@` would read as a name (`/::@`, `@_@`)."""
    return _AT_CODE.sub(_named, text) if "@" in text else text


def _named(match: re.Match[str]) -> str:
    if match.group()[0] == "@":
        return "[晕]"
    return "[发怒]" if match.group().lower() == "/::@" else "[撇嘴]"


def is_drawn(char: str) -> bool:
    """Whether a character is a picture, or a mouth of a face, that folding would make a letter or bracket."""
    return char in "︵︶" or _PICTOGRAPH.match(char) is not None


def may_hold_emoticons(text: str) -> bool:
    """A cheap look before the close one."""
    return _LIKELY.search(text) is not None


@lru_cache(maxsize=4096)
def _is_emoticon(found: str) -> bool:
    if found[0] not in "[［" or _CODE.fullmatch(found):
        return True
    return not (_DIGIT.search(found) or _WORDS_IN_BRACKETS.search(found))


def _openings(texts: Sequence[str]) -> dict[int, list[int]]:
    """Where an emoticon may begin, by number of the text: a cheap look at all of them together."""
    raw = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    opens, goes_on = _pairs()
    codes = np.minimum(raw, 0xFFFF)
    first = opens[codes]
    may = first == _ALONE
    may[:-1] |= (first[:-1] & goes_on[codes[1:]]) > 0
    at = np.flatnonzero(may)
    if not len(at):
        return {}
    begins = np.cumsum([0, *map(len, texts[:-1])]) + np.arange(len(texts))
    owner = np.searchsorted(begins, at, side="right") - 1
    places: dict[int, list[int]] = {}
    for number, place in zip(owner.tolist(), (at - begins[owner]).tolist(), strict=True):
        places.setdefault(number, []).append(place)
    return places


_LONGEST = 200
"""Characters that a look around a place takes in."""
_ALONE = 1 << 15
_FACE = r"['’\-\^()（）dpo3$*|/\\]"
_OPENINGS = (
    ("0123456789#*", "[\ufe0f\u20e3_]"),
    ("tq", "[_﹏^﹃Δ.oawvu—]"),
    ("x", "d"),
    ("o", "[_.rtw(（]"),
    ("u", "w"),
    ("m@$→←⊙≧≦囧ε", "[(（_\\-.▽ω﹏or=＝]"),
    (":：", rf"{_FACE}|[a-z0-9_+]"),
    (";；=＝", rf"{_FACE}|[_.。ωд▽皿益口﹏wva=＝ ]"),
    ("(（", "[^\u4e00-\u9fff()（）\\n]"),
    ("/", "[:" + "".join(sorted({word[0] for word in _SLASHED})) + "]"),
    ("^＾", r"[_\-o.▽ω﹏^＾0vwuд]"),
    (">＞", "[_﹏.﹃<＜wovaωд皿益口]"),
    ("<＜", "[/3(（]"),
    ("-－", "[_。.ωд﹏wvoa3 ]"),
    ("¯", r"[\\_/(（ヽヾ╮╭]"),
)
"""By what an emoticon may open with: what may come next."""


@cache
def _pairs() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """For each BMP code point, one bit for each of `_OPENINGS`: whether it opens such an emoticon, and
    whether it may come second; `_ALONE` for what is one by itself. The last entry stands for all beyond.
    """
    opens, goes_on = np.zeros(0x10000, dtype=np.uint16), np.zeros(0x10000, dtype=np.uint16)
    everything = "".join(map(chr, range(0x10000)))
    for number, (firsts, second) in enumerate(_OPENINGS):
        opens[_codes_of(f"[{re.escape(firsts)}]", everything)] |= 1 << number
        goes_on[_codes_of(second, everything)] |= 1 << number
    opens[_codes_of(f"[{_PICTOGRAPHS}\\[［ヽヾ￣〒凸{_LIMBS}]", everything)] = _ALONE
    opens[0xFFFF] = _ALONE
    return opens, goes_on


def _codes_of(pattern: str, everything: str) -> list[int]:
    """The code points whose character the pattern matches alone, whatever its case."""
    return [match.start() for match in re.finditer(pattern, everything, re.IGNORECASE)]
