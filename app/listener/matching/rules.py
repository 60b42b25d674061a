"""A monitor's rule as people write it, and as the keyword matcher and the author test read it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.errors import Invalid
from app.nlp.text import keywords
from app.nlp.text.expression import And, Node, Or, Term, parse
from app.nlp.text.expression_tokens import MAX_TERM_CHARS, looks_like_expression, problem
from app.nlp.text.keywords import MonitorTerms
from app.nlp.text.normalise import fold_many

T = TypeVar("T")
MAX_LIST = 10_000
MAX_SPELLINGS = 20_000
MOST_TYPED = 1_000
"""Words and their further spellings of one rule."""
MOST_LOOKED_AT = 12_000
"""Characters of these words; a thousand that were typed have half as many."""
EXPRESSION_CHARS = 20_000
_NO_QUOTES = dict.fromkeys(map(ord, '"“”「」『』‘’'))
Word = Annotated[str, StringConstraints(max_length=200)]

Spellings = Annotated[list[Word], Field(max_length=100)]


class MonitorRule(BaseModel):
    """What a monitor watches. Every group that is filled must hold; `none` forbids.

    Words are matched whatever their case, width and 简繁 form; a word of Latin letters matches whole words.
    """

    model_config = ConfigDict(extra="forbid")

    any: list[Word] = Field(default=[], max_length=MAX_LIST, description="at least one of these words")
    all: list[Word] = Field(default=[], max_length=MAX_LIST, description="each of these words")
    none: list[Word] = Field(default=[], max_length=MAX_LIST, description="none of these words")
    phrases: list[Word] = Field(default=[], max_length=MAX_LIST, description="one of these, letter by letter")
    topics: list[Word] = Field(default=[], max_length=1000, description="one of these #topics#")
    authors: list[Word] = Field(
        default=[], max_length=MAX_LIST, description="one of these ids or names wrote it"
    )
    expression: str = Field(
        default="", max_length=EXPRESSION_CHARS, description="AND, OR, NOT, quotes, parentheses"
    )
    synonyms: dict[Word, Spellings] = Field(
        default={}, max_length=MAX_LIST, description="further spellings of a word"
    )
    variants: bool = Field(default=False, description="Chinese words also spelt in pinyin")
    quoted: bool = Field(default=False, description="the quoted part of a repost counts too")


def terms_of(rule: MonitorRule, monitor_id: Hashable) -> MonitorTerms | None:
    """The rule for the keyword matcher; None when it watches authors only.

    Raises Invalid (`bad_expression`) whose `fields` names the wrong list entry or the expression.
    """
    _require_countable(rule)
    parts = list(_groups(rule))
    if not parts:
        _require_authors(rule)
        return None
    return MonitorTerms(
        monitor_id=monitor_id,
        expression=parts[0] if len(parts) == 1 else And(tuple(parts)),
        exclusions=[word for word in rule.none if word.strip()],
        synonyms=rule.synonyms,
        pinyin=rule.variants,
    )


def check_rule(rule: MonitorRule) -> None:
    """Raise Invalid for a rule that cannot be read, can never match or would match nearly everything."""
    terms = terms_of(rule, 0)
    _refuse_lists_in_words(rule)
    if terms is not None:
        _named("rule", lambda: keywords.check(terms))


def author_names(rule: MonitorRule) -> frozenset[str]:
    """Ids and names that the rule watches, folded as `author_keys` folds an item's author."""
    folded = (name.strip().lstrip("@") for name in fold_many(rule.authors))
    return frozenset(name for name in folded if name)


def _require_countable(rule: MonitorRule) -> None:
    """Counted before anything is done with them: a small request can name a million."""
    lists = (rule.any, rule.all, rule.none, rule.phrases, rule.topics)
    count = sum(map(len, lists)) + sum(len(words) for words in rule.synonyms.values())
    if count > MAX_SPELLINGS:
        raise Invalid(
            "bad_expression", fields={"rule": "too_many_terms"}, problem="too_many_terms", position=0
        )


def _require_authors(rule: MonitorRule) -> None:
    if not author_names(rule):
        raise Invalid("empty_rule", fields={"rule": "empty"})


def _groups(rule: MonitorRule) -> Iterator[Node]:
    """The parts of the rule, each of which must hold."""
    if rule.expression.strip():
        yield _named("rule.expression", lambda: parse(rule.expression))
    for name, entries in (("any", rule.any), ("phrases", rule.phrases), ("topics", rule.topics)):
        words = _terms(name, entries)
        if words:
            yield words[0] if len(words) == 1 else Or(words)
    yield from _terms("all", rule.all)
    _terms("none", rule.none)


def _terms(name: str, entries: list[str]) -> tuple[Term, ...]:
    """Entries as terms, letter by letter; all folded at once. Raises Invalid naming a wrong entry."""
    plain = [_without_quotes(f"#{e.strip().strip('#＃')}" if name == "topics" else e) for e in entries]
    folded = [word.strip() for word in fold_many(plain)]
    for number, word in enumerate(folded):
        if not word or len(word) > MAX_TERM_CHARS:
            code = "term_too_long" if word else "empty_term"
            raise _entry_fault(name, number, code, 0, entries[number], None)
    return tuple(map(Term, folded))


def _refuse_lists_in_words(rule: MonitorRule) -> None:
    """A single word like `宽带、断网` was meant as several; letter by letter it never occurs.

    Phrases are what is meant letter by letter. Rules that are stored already go on as they are. A list of
    more than a thousand words was not typed by hand, and looking at each would hold up everybody else.
    """
    looked_at = 0
    for name, entries in (("any", rule.any), ("all", rule.all), ("none", rule.none)):
        seen: set[str] = set()
        for number, entry in enumerate(entries[:MOST_TYPED]):
            if entry in seen or looked_at > MOST_LOOKED_AT:
                continue
            seen.add(entry)
            looked_at += len(entry)
            meant = looks_like_expression(entry)
            if meant is not None:
                code, at, suggestion = meant
                raise _entry_fault(name, number, code, at, entry, suggestion)


def _entry_fault(name: str, number: int, code: str, at: int, entry: str, suggestion: str | None) -> Invalid:
    error = problem(code, entry, at, suggestion)
    return Invalid(error.code, fields={f"rule.{name}.{number}": code}, **error.details)


def _without_quotes(word: str) -> str:
    bare = word.translate(_NO_QUOTES).strip()
    return bare[1:-1].strip() if len(bare) > 2 and bare[0] == bare[-1] == "'" else bare


def _named(path: str, read: Callable[[], T]) -> T:
    """Run a check; its error names the field that is wrong."""
    try:
        return read()
    except Invalid as error:
        code = str(error.details.get("problem", error.code))
        details = {key: value for key, value in error.details.items() if key != "monitor_id"}
        raise Invalid(error.code, fields={path: code}, **details) from None
