"""Names of topics: a whole clause in the words of somebody who wrote, and a sentence that stands for all."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from app.nlp.text.emoticons import without_emoticons
from app.nlp.text.normalise import own_words, without_names_and_links

LONGEST_NAME = 16
LONGEST_SENTENCE = 120
_LEAST_NAME = 3
_BREAK = re.compile(r"[\s，。！？!?；;、,.：:…~～“”\"'()（）【】\[\]《》#|/\\-]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_OPENING = re.compile(
    r"^(?:请问|你好|您好|投诉|举报|求助|紧急|麻烦|那个|就是|反正|真的|真是|到底|为什么|为啥|怎么|今天|昨天|刚才|刚刚|现在|我们这|"
    r"我们家|我家|我们|我想|我要|我|又|都|还|就|也|而且|但是|可是|所以|因为|结果|然后|一直|急|各位|大家|有没有人|有人知道)+"
)
_ENDING = re.compile(r"[啊呢吧呀哦啦嘛哈诶欸唉哎的]+$")
_HANGING = tuple("的和跟把被对给在是不没很太再也就都还让说向")


def own_sentence(text: str) -> str:
    """What an author wrote himself, without names, links and emoticons, on one line."""
    own, _quoted = own_words(text)
    return " ".join(without_names_and_links(without_emoticons(own)).split())


def clauses(text: str) -> list[str]:
    """The readable clauses of a text: from mark to mark, without how one begins to speak."""
    found = []
    for part in _BREAK.split(own_sentence(text)):
        clause = _ENDING.sub("", _OPENING.sub("", part))
        if _LEAST_NAME <= len(clause) <= LONGEST_NAME and _CHINESE.search(clause):
            found.append(clause)
    return found


def ranked_names(texts: Iterable[str], pairs: Mapping[str, float]) -> list[str]:
    """Clauses that could name a topic, the one that says most of what its posts share first.

    `pairs` says how typical each pair of characters is (0…1). Length is paid for, so that a name holds what
    is shared and little else; a clause that breaks off in the middle of a thought comes last.
    """
    scores: dict[str, tuple[int, float]] = {}
    for clause in dict.fromkeys(clause for text in texts for clause in clauses(text)):
        own = [clause[at : at + 2] for at in range(len(clause) - 1)]
        value = sum(pairs.get(pair, 0.0) for pair in own) / (len(own) + 2)
        scores[clause] = (0 if clause.endswith(_HANGING) or clause[0] in "的了着过地得" else 1, value)
    return sorted(scores, key=lambda clause: (-scores[clause][0], -scores[clause][1], clause))


def free_name(names: Sequence[str], taken: Collection[str], words: Sequence[str]) -> str:
    """The first name that no other topic of the account has; else the first with a word or number more."""
    for name in names:
        if name not in taken:
            return name
    first = names[0] if names else "、".join(words[:2]) or "…"
    if first not in taken:
        return first
    told = (f"{first}（{word}）" for word in words if word not in first)
    counted = (f"{first}（{number}）" for number in range(2, len(taken) + 3))
    return next(name for name in (*told, *counted) if name not in taken)


def representative(texts: Sequence[str], pairs: Mapping[str, float]) -> str:
    """The sentence that says most of what the posts share, cut to a readable length."""

    def weight(text: str) -> float:
        own = {text[at : at + 2] for at in range(len(text) - 1)}
        return sum(pairs.get(pair, 0.0) for pair in own) / math.sqrt(len(own) + 6)

    own = [sentence for text in texts if (sentence := own_sentence(text))]
    best = max(own, key=weight, default="")
    return best if len(best) <= LONGEST_SENTENCE else best[: LONGEST_SENTENCE - 1] + "…"
