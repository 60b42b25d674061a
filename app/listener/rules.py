"""A monitor's rule as people write it, and as the keyword matcher and the author test read it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.errors import Invalid
from app.nlp import keywords
from app.nlp.expression import MAX_CHARS, parse
from app.nlp.keywords import MonitorTerms
from app.nlp.normalise import fold

MAX_LIST = 10_000
Word = Annotated[str, StringConstraints(max_length=200)]


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
    expression: str = Field(default="", max_length=MAX_CHARS, description="AND, OR, NOT, quotes, parentheses")
    synonyms: dict[Word, list[Word]] = Field(default={}, description="further spellings of a word")
    variants: bool = Field(default=False, description="Chinese words also spelt in pinyin")
    quoted: bool = Field(default=False, description="the quoted part of a repost counts too")


def terms_of(rule: MonitorRule, monitor_id: Hashable) -> MonitorTerms | None:
    """The rule for the keyword matcher; None when it watches authors only.

    Raises Invalid (`bad_expression`) whose `fields` names the wrong list entry or the expression.
    """
    expression = " ".join(_groups(rule))
    if not expression:
        _require_authors(rule)
        return None
    return MonitorTerms(
        monitor_id=monitor_id,
        expression=expression,
        exclusions=[word for word in rule.none if word.strip()],
        synonyms=rule.synonyms,
        pinyin=rule.variants,
    )


def check_rule(rule: MonitorRule) -> None:
    """Raise Invalid for a rule that cannot be read, can never match or would match nearly everything."""
    terms = terms_of(rule, 0)
    if terms is not None:
        _named("rule", lambda: keywords.check(terms))


def author_names(rule: MonitorRule) -> frozenset[str]:
    """Ids and names that the rule watches, folded as `author_keys` folds an item's author."""
    return frozenset(name for name in (fold(entry).strip().lstrip("@") for entry in rule.authors) if name)


def _require_authors(rule: MonitorRule) -> None:
    if not author_names(rule):
        raise Invalid("empty_rule", fields={"rule": "empty"})


def _groups(rule: MonitorRule) -> list[str]:
    """The parts of the expression; beside each other they mean AND."""
    groups = []
    if rule.expression.strip():
        _named("rule.expression", lambda: parse(rule.expression))
        groups.append(f"({rule.expression})")
    for name, entries in (("any", rule.any), ("phrases", rule.phrases), ("topics", rule.topics)):
        words = _quoted_words(name, entries)
        if words:
            groups.append(f"({' OR '.join(words)})")
    groups += _quoted_words("all", rule.all)
    _quoted_words("none", rule.none)
    return groups


def _quoted_words(name: str, entries: list[str]) -> list[str]:
    words = []
    for number, entry in enumerate(entries):
        plain = _without_quotes(f"#{entry.strip().strip('#＃')}" if name == "topics" else entry)
        word = f'"{plain}"'
        _named(f"rule.{name}.{number}", lambda word=word: parse(word))  # type: ignore[misc]
        words.append(word)
    return words


def _without_quotes(word: str) -> str:
    return word.translate({ord(quote): None for quote in '"“”'}).strip()


def _named(path: str, read: Callable[[], object]) -> None:
    """Run a check; its error names the field that is wrong."""
    try:
        read()
    except Invalid as error:
        problem = str(error.details.get("problem", error.code))
        details = {key: value for key, value in error.details.items() if key != "monitor_id"}
        raise Invalid(error.code, fields={path: problem}, **details) from None
