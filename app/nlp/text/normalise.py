"""Text as the models see it: one width, one case, simplified characters, tokens for links, names and long
numbers.

Everything runs over a whole batch at once: the posts are joined to one buffer of code points,
mapped through one table, and cut again at the end. Whatever a platform sends - lone surrogates,
zero-width and bidirectional marks, NUL, a megabyte of one letter - comes out as plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.core.names import fold_at_signs
from app.nlp.text.emoticons import is_drawn, may_hold_emoticons, without_at_signs, without_emoticons
from app.nlp.text.hans import simplified_characters

URL = "\ue000"
MENTION = "\ue001"
NUMBER = "\ue002"
MAX_SCORED_CHARS = 4000
"""A post is scored by its first 3,000 and last 1,000 characters; longer text adds time, not meaning."""

Reason = Literal["empty", "emoji_only", "mention_only", "url_only", "pure_forward"]
Codes = npt.NDArray[np.uint32]

_NEWLINE = 10
_SPACE = 32
_HEAD = 3000
_TAIL = 1000
_INVISIBLE = (
    *range(0x200B, 0x2010),  # zero-width space and joiners, direction marks
    *range(0x202A, 0x202F),  # embeddings and overrides
    *range(0x2060, 0x2070),  # word joiner, isolates
    0x00AD,
    0x034F,
    0x061C,
    0x180E,
    0xFEFF,
    *range(0xFE00, 0xFE10),  # variation selectors
    *range(0xFFF9, 0xFFFC),
)
_URL = re.compile(r"(?:https?://|www\.|(?<![a-z0-9.])t\.cn/)[a-z0-9\-._~:/?#@!$&'*+,;=%]*")
_SERVER = r"@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,8}"
_NAME = rf"@(?:[a-z0-9_]{{1,30}}(?:\.[a-z0-9_]{{1,30}})+(?![\w\-])|[\w\-]{{1,30}})(?:{_SERVER})?"
"""A name as texts have it inside the console: it ends at a blank or a mark. Adapters see to that."""
_MENTION = re.compile(_NAME)
_LONG_NUMBER = re.compile(r"\d{6,}")
_CHAIN = re.compile(r"//\s*@([^:：\s/]{1,40})\s*[:：]|//\s*@([^\s:：/]{1,40})(?=\s|$)")
_REPLY_PREFIX = re.compile(r"^\s*(?:回复|回覆|reply)\s*@[^:：\s]{1,40}\s*[:：]\s*", re.IGNORECASE)
_ADDRESS = re.compile(
    rf"\s*(?:(?:{_NAME}|{MENTION})[\s:：,，]+){{1,2}}(?=[^\s@{MENTION}:：,，])", re.IGNORECASE
)
EMOTICON = re.compile(r"\[[^\[\]\s]{1,10}\]")
_LETTER = re.compile(r"[^\W_]|[?？!！]")
_MARK = re.compile(r"[@:]")
_NOT_WORDS = re.compile(rf"https?://[!-~]+|{_NAME}", re.IGNORECASE)
_LONGEST_FORWARD = 20
_IN_BRACKETS = re.compile(r"[\[［][^\[\]［］]{1,10}[\]］]")
_SLASHED = 3
"""Ideographs at most in one of WeChat's codes (`/快哭了`); beside it only codes in brackets have any."""
_MOST_COUNTED = 120
_MOST_ADDRESSED = 2
_ADDRESSED = re.compile(rf"\s*{MENTION}[\s:,]*")
_FORWARD_WORDS = re.compile(r"^(?:轉發|转发|轉|转|repost|rt|forward)?(?:微博|weibo|了)?$", re.IGNORECASE)


def normalise(text: str) -> str:
    """The normal form of one text; see `normalise_many`."""
    return normalise_many([text])[0]


def normalise_many(texts: Sequence[str]) -> list[str]:
    """Normal forms of a batch, in order; a text of any content or length is accepted.

    Lower case, half width, simplified characters; controls and blanks become one blank; invisible
    and private-use characters vanish; four or more equal characters shrink to three. Links become
    `URL`, @names `MENTION` and numbers of six or more digits `NUMBER`.
    """
    if not texts:
        return []
    return joined_normal_form(texts).split("\n")


def joined_normal_form(texts: Sequence[str]) -> str:
    """`normalise_many`, still joined by line feeds: the form that batch features are made from."""
    if max(map(len, texts), default=0) > MAX_SCORED_CHARS:
        texts = [_shortened(text) for text in texts]
    codes, keep = _mapped([without_at_signs(text) for text in texts])
    joined = codes[keep].tobytes().decode("utf-32-le")
    if "://" in joined or "www." in joined or "t.cn/" in joined:
        joined = _URL.sub(URL, joined)
    if "@" in joined:
        joined = _MENTION.sub(MENTION, joined)
    return _LONG_NUMBER.sub(NUMBER, joined)


def trimmed(normal: str) -> Codes:
    """Codes of joined normal forms, a line feed around them, without blanks at the ends of posts and, where
    tokens have taken the place of words, without the fourth of equal ones.
    """
    codes = np.frombuffer(f"\n{normal}\n".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    blanks = np.flatnonzero(codes == _SPACE)
    ends = (codes[blanks - 1] == _NEWLINE) | (codes[blanks + 1] == _NEWLINE)
    codes = np.delete(codes, blanks[ends])
    return codes[_not_repeated(codes)]


def folded_with_positions(text: str) -> tuple[str, list[int]]:
    """The folded text before links and names are replaced, and each character's index in `text`."""
    codes, keep = _mapped([text])
    return codes[keep].tobytes().decode("utf-32-le"), np.flatnonzero(keep).tolist()


def fold(text: str) -> str:
    """Case, width and 简繁 folded, invisible characters gone; links and names stay. For matching words."""
    return folded_with_positions(text)[0]


def fold_many(texts: Sequence[str]) -> list[str]:
    """`fold` over a batch; texts are folded in full length."""
    return joined_fold(texts).split("\n") if texts else []


def joined_fold(texts: Sequence[str]) -> str:
    """`fold_many`, still joined by line feeds; needs at least one text."""
    codes, keep = _mapped(texts)
    return codes[keep].tobytes().decode("utf-32-le")


def own_words(text: str) -> tuple[str, list[str]]:
    """The author's own words and the quoted chain of a Weibo repost, nearest first.

    `好用//@乙:真的吗//@甲:新品` gives `("好用", ["真的吗", "新品"])`. A leading `回复@名:` is dropped.
    """
    pieces = _CHAIN.split(fold_at_signs(text))
    own = _REPLY_PREFIX.sub("", pieces[0]).strip()
    return own, [piece.strip() for piece in pieces[3::3]]


def without_address(text: str) -> str:
    """The text without one or two @names that open it: they say whom it is for, not what it says.

    Three or more are kept: a list of names is what lotteries ask for. So is a text of nothing but names.
    """
    text = fold_at_signs(text)
    address = _ADDRESS.match(text)
    return text[address.end() :] if address else text


def without_names(normal: str) -> str:
    """A normal form without its one or two names, wherever they stand; see `without_address`."""
    if not 0 < normal.count(MENTION) <= _MOST_ADDRESSED:
        return normal
    rest = _ADDRESSED.sub(" ", normal).strip(" :,")
    return rest if _LETTER.search(rest) else normal


def without_names_and_links(folded: str) -> str:
    """A folded text with blanks where names and links stood."""
    return _MENTION.sub(" ", _URL.sub(" ", folded))


def is_contentless(text: str) -> Reason | None:
    """Why a post says nothing of its own, or None when it says something; emoticons say nothing here."""
    text = fold_at_signs(text)
    own, quoted = own_words(text) if "@" in text else (text, [])
    if _says_much(own):
        return None
    bare = without_emoticons(own) if may_hold_emoticons(own) else own
    rest = _NOT_WORDS.sub("", bare) if _MARK.search(bare) else bare
    if len(rest) > _LONGEST_FORWARD and _LETTER.search(rest):
        return None
    return _reason_for_little(own, bare, bool(quoted))


def _says_much(own: str) -> bool:
    """Whether more ideographs than a mere forward has must stand outside names and emoticons: a cheap look
    that answers for most posts.
    """
    rest = _NOT_WORDS.sub("", own) if "@" in own else own
    if "[" in rest or "［" in rest:
        rest = _IN_BRACKETS.sub("", rest)
    enough = _LONGEST_FORWARD + 1 + _SLASHED * rest.count("/")
    return len(rest) >= enough and enough <= _MOST_COUNTED and _ideographs(enough).match(rest) is not None


@cache
def _ideographs(count: int) -> re.Pattern[str]:
    """Matches a text that holds so many."""
    return re.compile(f"(?:[^\u4e00-\u9fff]*[\u4e00-\u9fff]){{{count}}}")


def _reason_for_little(own: str, worded: str, quoted: bool) -> Reason | None:
    """`is_contentless` for the few posts that are short or have no letters."""
    folded = fold(worded)
    rest = _URL.sub("", folded)
    without_names = _MENTION.sub("", rest)
    bare = "".join(_LETTER.findall(without_names))
    if bare and not _FORWARD_WORDS.match(bare):
        return None
    if bare or quoted:
        return "pure_forward"
    if rest != folded:
        return "url_only"
    if without_names != rest:
        return "mention_only"
    return "emoji_only" if _visible(fold(own)) else "empty"


def _visible(folded: str) -> bool:
    return any(unicodedata.category(c)[0] not in "ZC" or ord(c) > 0xFFFF for c in folded)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SCORED_CHARS else text[:_HEAD] + text[-_TAIL:]


def _mapped(texts: Sequence[str]) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Code points of the joined batch after the table, and which of them stay."""
    raw = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = _table()[np.minimum(raw, 0xFFFF)]
    astral = raw > 0xFFFF
    if astral.any():
        codes[astral] = raw[astral]
    ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1)[:-1] - 1
    codes[ends] = _NEWLINE
    keep = codes != 0
    if not keep.all():
        kept = np.flatnonzero(keep)
        keep[kept[~_not_repeated(codes[kept])]] = False
    else:
        keep = _not_repeated(codes)
    return codes, keep


def _not_repeated(codes: Codes) -> npt.NDArray[np.bool_]:
    """False at a blank after a blank and at the fourth of equal characters (digits may repeat)."""
    same = np.zeros(len(codes) + 2, dtype=np.bool_)
    np.equal(codes[1:], codes[:-1], out=same[3 : len(codes) + 2])
    here = same[2:]
    run = here & same[1:-1] & same[:-2]
    run &= ~((codes >= 48) & (codes <= 57)) & (codes != _NEWLINE)
    return np.asarray(~(run | (here & (codes == _SPACE))))


@cache
def _table() -> Codes:
    """One entry for each BMP code point: what it becomes, 0 to drop it."""
    table = np.arange(0x10000, dtype=np.uint32)
    for code in range(0x10000):
        table[code] = _folded_code(code)
    for traditional, simple in simplified_characters().items():
        table[ord(traditional)] = ord(simple)
    table[list(_INVISIBLE)] = 0
    table[0xD800:0xF900] = 0  # surrogates and private use
    for token in (URL, MENTION, NUMBER):  # so that a normal form stays as it is
        table[ord(token)] = ord(token)
    return table


def _folded_code(code: int) -> int:
    char = chr(code)
    if is_drawn(char):
        return code
    category = unicodedata.category(char)
    if category in {"Cc", "Zs", "Zl", "Zp"}:
        return 0 if code == 0 else _SPACE
    wide = unicodedata.normalize("NFKC", char)
    lower = (wide if len(wide) == 1 else char).lower()
    return ord(lower) if len(lower) == 1 and ord(lower) <= 0xFFFF else code
