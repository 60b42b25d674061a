"""Cutting a keyword rule into words and operators, as people in Chinese offices type them.

Operators are `AND OR NOT`, `& | !`, a leading `-`, and 且 或 非 where they stand alone; half and full width
alike, in capitals or not, with or without blanks beside Chinese (`宽带or断网`). What looks like a list
(`宽带、断网`), or like an operator that may as well be a word (`not working`), is refused with what to write
instead: taken as a word it would never match, and nobody would be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.core.errors import Invalid
from app.nlp.text.normalise import fold_many

MAX_TERMS = 20_000
MAX_OPERATORS = 2 * MAX_TERMS
MAX_TERM_CHARS = 100
_LONGEST_RUN = 60
"""Of operators and brackets without a word between them."""

Kind = Literal["word", "and", "or", "not", "open", "close", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """`text` of a word is folded."""

    kind: Kind
    text: str
    at: int


# One character for one, so that positions stay what they are.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, "丨∣︱¦￤│┃‖∥"), 0x7C
)
"""Also the signs that are typed for the upright stroke."""
_OPENING = '"“”「『‘'
_CLOSING = '"“”」』’'
_TOKEN = re.compile(
    rf"\s+|(?P<open>\()|(?P<close>\))|(?P<or>\|+)|(?P<and>&+)|(?P<not>!|-(?=[^\s-]))"
    rf"|[{_OPENING}](?P<phrase>[^{_OPENING}{_CLOSING}]*)(?P<shut>[{_CLOSING}])?"
    rf"|(?P<word>[^\s()|&{_OPENING}{_CLOSING}]+)"
)
_WORDS: dict[str, Kind] = {
    "and": "and",
    "or": "or",
    "NOT": "not",
    "且": "and",
    "并且": "and",
    "和": "and",
    "与": "and",
    "或": "or",
    "或者": "or",
    "非": "not",
    "不含": "not",
    "不包含": "not",
    "及": "and",
    "以及": "and",
}
_OPERATORS = {"and": "AND", "or": "OR", "not": "NOT"}
_GLUED = re.compile(r"(?<![A-Za-z])(?:AND|OR|NOT|and|or|And|Or)(?![A-Za-z])")
_SMALL_NOT = re.compile(r"(?<![A-Za-z])(?:not|Not)(?![A-Za-z])")
_CHINESE = r"[\u3400-\u9fff]"
_LETTER = r"[A-Za-z\u3400-\u9fff]"
# Not the comma of 1,000, nor the stroke of 24/7, nor the plus of C++ and 5G+; with blanks beside it, any.
_LIST_MARK = re.compile(
    rf"[、;\\•→]|(?<={_CHINESE})。(?={_LETTER})|(?<!\d),|,(?!\d)|(?<={_CHINESE})[/+](?={_LETTER})"
    rf"|(?<={_CHINESE})[/+]+(?=\s|$)|(?:(?<=\s)|^)[/+]+(?=\s|{_LETTER}|$)"
)

# Whatever any of these begins with, found at the pace of a plain search: most words have none of it.
_SUSPICIOUS = re.compile(r"[、;,/+|&!(*?%._。\\•→AaOoN或及且含\s-]")
_CHINESE_OR = re.compile(
    rf"(?<={_CHINESE}{_CHINESE})(?<![抑间即甚])(?:或者|或是|或(?![许缺]))(?={_LETTER}{_LETTER})"
)
"""`宽带或断网`, but not what holds the character otherwise (`或许`, `不可或缺`)."""
_CHINESE_AND = re.compile(
    rf"(?<={_CHINESE}{_CHINESE})(?P<and>以及(?!时)|并且|而且)(?={_LETTER}{_LETTER})"
    rf"|(?<={_CHINESE}{_CHINESE})(?P<not>不包含|不含|不包括)(?={_LETTER}{_LETTER})"
)
"""`宽带以及断网`, `宽带不含招聘`. 和, 与 and 及 alone are part of too many words to be taken for more."""
_PARTED = re.compile(rf"(?<={_CHINESE})\s+(?={_CHINESE})")
_WILDCARD = re.compile(
    rf"(?<={_LETTER})[.%?]*\*|[.%?]*\*(?={_LETTER})|(?<={_CHINESE})[?%]+|(?<![0-9])[?%]+(?={_CHINESE})"
    rf"|(?<={_CHINESE})[._]+(?={_CHINESE})"
)
"""What stands for any letters elsewhere; a word may end in `100%` here."""
_BLANK = re.compile(r"\s+")
_WITHOUT = re.compile(rf"(?<={_LETTER})\s+[!-](?={_CHINESE})")
_BEGINS_AS_OPERATOR = re.compile(rf"[!(-]+(?={_CHINESE})")


def problem(name: str, expression: str, at: int, suggestion: str | None = None) -> Invalid:
    """The error for a rule that cannot be read or cannot match; `suggestion` is what to write instead."""
    details = {"suggestion": suggestion} if suggestion else {}
    near = expression[max(0, at - 5) : at + 15]
    return Invalid("bad_expression", problem=name, position=at, near=near, **details)


def tokens(expression: str) -> list[Token]:
    """All tokens with an `end`. Raises Invalid; its cost is bounded by MAX_TERMS and MAX_OPERATORS."""
    found = list(_bounded(expression))
    folded = iter(fold_many([token.text for token in found if token.kind == "word"]))
    return [_folded(token, next(folded), expression) if token.kind == "word" else token for token in found]


def looks_like_expression(word: str) -> tuple[str, int, str] | None:
    """(problem, position, suggestion) of a single watched word that was meant as several."""
    word = word.translate(_HALF_WIDTH)
    if not _SUSPICIOUS.search(word):
        return None
    mark = _LIST_MARK.search(word)
    if mark is not None:
        return "list_mark", mark.start(), _split_at_marks(word)
    bar = word.find("|")
    if bar >= 0:
        return "operator_in_word", bar, " OR ".join(filter(None, re.split(r"\s*\|+\s*", word)))
    if "&" in word:
        return "operator_in_word", word.find("&"), " AND ".join(filter(None, re.split(r"\s*&+\s*", word)))
    return _wildcard_in(word) or _operator_by_words(word) or _glued_in(word)


def _wildcard_in(word: str) -> tuple[str, int, str] | None:
    star = _WILDCARD.search(word)
    if star is None:
        return None
    parts = [part for part in (part.strip(" *") for part in _WILDCARD.split(word)) if part]
    glue = " AND " if all(len(part) > 1 for part in parts) else ""
    return "wildcard", star.start(), glue.join(parts)


def _operator_by_words(word: str) -> tuple[str, int, str] | None:
    """`宽带 或 断网`, `宽带 断网`, `宽带或断网`, `!断网`: with a blank inside, Chinese words never occur."""
    first = _BEGINS_AS_OPERATOR.match(word)
    if first is not None:
        whole = word if word.count("(") == word.count(")") > 0 else word[first.end() :].strip(" )")
        return "operator_in_word", 0, whole
    without = _WITHOUT.search(word)
    if without is not None:
        return "operator_in_word", without.start(), _WITHOUT.sub(" NOT ", word)
    parts = [
        _OPERATORS.get(_WORDS.get(part) or part.lower(), part)  # `not` in small letters too
        for part in _BLANK.split(word)
    ]
    apart = _PARTED.search(word)
    if len(parts) == 2 and not word.isascii() and set(_BLANK.split(word)) & {"OR", "AND", "NOT"}:
        return "operator_in_word", 0, next(part for part in parts if part not in {"OR", "AND", "NOT"})
    if apart is not None or (len(parts) > 2 and not word.isascii() and set(parts) & {"OR", "AND", "NOT"}):
        named = bool(set(parts) & {"OR", "AND", "NOT"})
        return "operator_in_word", apart.start() if apart else 0, (" " if named else " AND ").join(parts)
    return _chinese_or_in(word)


def _chinese_or_in(word: str) -> tuple[str, int, str] | None:
    found = _CHINESE_OR.search(word)
    if found is not None:
        return "operator_in_word", found.start(), " OR ".join(_CHINESE_OR.split(word))
    found = _CHINESE_AND.search(word)
    if found is None:
        return None
    suggestion = _CHINESE_AND.sub(lambda match: f" {(match.lastgroup or '').upper()} ", word)
    return "operator_in_word", found.start(), suggestion


def _glued_in(word: str) -> tuple[str, int, str] | None:
    glued = _GLUED.search(word)
    if (
        glued is not None
        and re.search(r"[\u3400-\u9fff]", word)
        and 0 < glued.start() < len(word) - len(glued[0])
    ):
        parts = [part.strip() for part in _GLUED.split(word)]
        return "operator_in_word", glued.start(), f" {glued[0].upper()} ".join(filter(None, parts))
    return None


def _bounded(expression: str) -> Iterator[Token]:
    words = operators = run = 0
    for token in _all(expression):
        if token.kind == "word":
            words, run = words + 1, 0
        elif token.kind != "end":
            operators, run = operators + 1, run + 1
        if words > MAX_TERMS:
            raise problem("too_many_terms", expression, 0)
        if operators > MAX_OPERATORS or run > _LONGEST_RUN:
            raise problem("too_many_operators", expression, token.at)
        yield token


def _all(expression: str) -> Iterator[Token]:
    at = 0
    text = expression.translate(_HALF_WIDTH)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise problem("unexpected", expression, at)
        kind = match.lastgroup
        if kind in ("phrase", "shut"):
            if match.group("shut") is None:
                raise problem("unclosed_phrase", expression, at)
            yield Token("word", match.group("phrase"), at)
        elif kind == "word":
            yield from _of_word(match.group("word"), expression, at)
        elif kind is not None:
            yield Token(kind, match.group(), at)  # type: ignore[arg-type]
        at = match.end()
    yield Token("end", "", len(expression))


def _of_word(word: str, expression: str, at: int) -> Iterator[Token]:
    """The word itself, an operator that is written as one, or the parts of `宽带OR断网`."""
    if len(word) > 2 and word[0] == word[-1] == "'":
        yield Token("word", word[1:-1], at + 1)
        return
    kind = _WORDS.get(word) or _WORDS.get(word.lower() if word.lower() in ("and", "or") else "")
    if kind is not None:
        yield Token(kind, word, at)
        return
    mark = _LIST_MARK.search(word)
    if mark is not None:
        raise problem(
            "list_mark", expression, at + mark.start(), _split_at_marks(_joined(word, expression, at))
        )
    star = _wildcard_in(word)
    chinese = star or _chinese_or_in(word)
    if chinese is not None:
        name, place, suggestion = chinese
        raise problem(name, expression, at + place, suggestion)
    small = _SMALL_NOT.search(word)
    if small is not None and (small.group() == word or not word.isascii()):
        other = word[: small.start()].strip() + " NOT " + word[small.end() :].strip()
        raise problem("ambiguous_not", expression, at + small.start(), other.strip())
    if word.isascii():
        yield Token("word", word, at)
        return
    begin = 0
    for glued in _GLUED.finditer(word):
        if begin < glued.start():
            yield Token("word", word[begin : glued.start()], at + begin)
        yield Token(glued[0].lower(), glued[0], at + glued.start())  # type: ignore[arg-type]
        begin = glued.end()
    if begin < len(word):
        yield Token("word", word[begin:], at + begin)


def _joined(word: str, expression: str, at: int) -> str:
    """The word with what its mark joins, where that stands beside it behind a blank."""
    text = expression.translate(_HALF_WIDTH)
    before = text[:at].split()[-1:] if _LIST_MARK.match(word) else []
    after = text[at + len(word) :].split()[:1] if _LIST_MARK.match(word[-1]) else []
    return " ".join([*before, word, *after])


def _split_at_marks(word: str) -> str:
    between = " AND " if "+" in word else " OR "
    return between.join(part for part in (part.strip() for part in _LIST_MARK.split(word)) if part)


def _folded(token: Token, text: str, expression: str) -> Token:
    text = text.strip()
    if not text:
        raise problem("empty_term", expression, token.at)
    if len(text) > MAX_TERM_CHARS:
        raise problem("term_too_long", expression, token.at)
    return Token("word", text, token.at)
