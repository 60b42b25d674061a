"""Marks and sounds that words are dressed with: `。！～……`, `啊啊啊`, `哈哈哈`, `hhh`.

Like emoticons they say how somebody feels and never what he wants: an outage with `哈哈哈` or `……` behind
it is the same outage. What asks for intent, service and urgency reads words undressed, in training as in
serving; the sounds are heard by what judges the mood, as the emoticons of their names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_STOPS = ".。．…⋯~～〜!！,，、;；·•—–\"“”'‘’「」『』"
_SIGNS = "★☆✦✧✩✪✨●○◎◉◆◇■□▲△▼▽▪▫※→←↑↓⇒➡➜➤►▶✓✔√✗✘♪♫♥♡❤☺☻卍"
"""What hangs on a sentence without being a word of it. Inside it stays."""
_ASKING = "?？"
_CALLS = "啊呀哦噢喔唉哎诶欸嗯呃哼"
"""Sounds that say nothing where they open or close a sentence, also once."""
_EDGE = _STOPS + _ASKING + _CALLS + _SIGNS + " \t\r\n\u3000\xa0"
_SOUND = re.compile(
    r"(?<!娃)([哈啊呵嘿嘻呜嗚嘤嗷哎唉呃喔哦呀哇噢诶欸嗯哼吼])\1+"
    r"|(?<![a-z0-9])(?:h{2,}|(?:ha){2,}h?|lo+l|lmf?ao|23{3,}(?![元块个条次分秒天年号]))(?![a-z0-9])",
    re.IGNORECASE,
)
_RUN = re.compile(f"[{re.escape(_STOPS + _ASKING)}]+")
_DIZZY = re.compile(r"(?<![头红眩发犯光月日很好我不血])晕+$")
"""At the end of a sentence: a groan, where it is not what somebody feels (`头晕`)."""
_DRAWN_OUT = frozenset("…⋯~～〜—–")
_NAMES = {"嗚": "呜"}


def undressed_many(texts: Sequence[str]) -> tuple[list[str], dict[int, list[str]]]:
    """The texts without such marks and sounds, and the sounds as codes (`[哈哈]`) by number of the text."""
    bare, found = [], {}
    for number, text in enumerate(texts):
        words, sounds = undressed(text)
        bare.append(words)
        if sounds:
            found[number] = sounds
    return bare, found


def undressed(text: str) -> tuple[str, list[str]]:
    """The words, and the sounds beside them as codes. Who says nothing but marks and sounds keeps them.

    Inside, a row of marks is a comma or a question mark; one full stop, comma or exclamation mark stays. A
    question at the end stays one.
    """
    sounds: list[str] = []

    def heard(match: re.Match[str]) -> str:
        sounds.append(_code(match))
        return ""

    words = _SOUND.sub(heard, text)
    kept = words.rstrip(_EDGE)
    groaned = _DIZZY.search(kept)
    if groaned and groaned.start():
        sounds.append("[晕]")
        kept = kept[: groaned.start()].rstrip(_EDGE)
    asks = any(mark in words[len(kept) :] for mark in _ASKING)
    kept = kept.lstrip(_EDGE)
    if not kept:
        return text, []
    return _RUN.sub(_evened, kept) + ("?" if asks else ""), sounds


def _code(match: re.Match[str]) -> str:
    sound = match[1]
    return f"[{_NAMES.get(sound, sound) * 2}]" if sound else "[哈哈]"


def _evened(match: re.Match[str]) -> str:
    run = match[0]
    if "?" in run or "？" in run:
        return "?"
    if len(run) == 1 and run not in _DRAWN_OUT:
        return run
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return run if _is_latin(before) and _is_latin(after) else ","


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
