"""Sets of words in one column: what is few, has no rows of its own and is asked for one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, TypeDecorator, type_coerce


class Words(TypeDecorator[frozenset[str]]):
    """A set of words without blanks, kept as one text with a blank around each: ` a b `."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return f" {' '.join(sorted(value))} " if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(value.split())


def has_word(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a column of `Words` has the word."""
    return type_coerce(column, Text).contains(f" {word} ", autoescape=True)
