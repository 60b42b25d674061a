"""Text as comparisons see it: one width, one case; the same in Python, SQLite and PostgreSQL.

A fixed table instead of `lower` and Unicode's own forms: those differ between databases, their locales and
their versions. Full-width letters, digits and marks become the narrow ones, the wide blank a blank, A-Z a-z.
"""

from __future__ import annotations

import string
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

NARROW = "".join(chr(code) for code in range(0x21, 0x7F)) + " "
WIDE = "".join(chr(0xFF01 + at) for at in range(len(NARROW) - 1)) + "\u3000"
_TABLE = str.maketrans(WIDE + string.ascii_uppercase, NARROW.lower() + string.ascii_lowercase)
_OF_SEVERAL_FORMS = frozenset(NARROW + WIDE)
SQLITE_NAME = "lingke_folded"


def folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_TABLE)


def sqlite_folded(value: Any) -> str | None:
    """What SQLite calls (app.core.db makes it known to each connection)."""
    return folded(value) if isinstance(value, str) else None


def is_case_of_its_own(text: str) -> bool:
    """Whether no other text folds to the same characters (Chinese has neither width nor case): then what is
    stored needs no folding to be compared with it."""
    return _OF_SEVERAL_FORMS.isdisjoint(text)


class Folded(FunctionElement[str]):
    """`folded(column)` in the database's own words."""

    type = Text()
    inherit_cache = True


def folded_sql(column: ColumnElement[Any]) -> ColumnElement[str]:
    return Folded(column)


@compiles(Folded, "sqlite")
def _in_sqlite(element: Folded, compiler: Any, **given: Any) -> str:
    return f"{SQLITE_NAME}({compiler.process(element.clauses, **given)})"


@compiles(Folded, "postgresql")
def _in_postgresql(element: Folded, compiler: Any, **given: Any) -> str:
    wide, narrow = (compiler.render_literal_value(signs, Text()) for signs in (WIDE, NARROW))
    # The collation "C" knows the case of ASCII alone, whatever language the server speaks.
    return f'lower(translate({compiler.process(element.clauses, **given)}, {wide}, {narrow}) COLLATE "C")'


class _Place(FunctionElement[int]):
    type = Integer()
    inherit_cache = True


def place_of(column: ColumnElement[Any], words: ColumnElement[Any]) -> ColumnElement[int]:
    """Where the words begin in a text, from 1; 0 where they are not in it. Unlike LIKE it knows no wildcards
    and no case on either database."""
    return _Place(column, words)


@compiles(_Place, "sqlite")
def _place_in_sqlite(element: _Place, compiler: Any, **given: Any) -> str:
    return f"instr{compiler.process(element.clause_expr, **given)}"


@compiles(_Place, "postgresql")
def _place_in_postgresql(element: _Place, compiler: Any, **given: Any) -> str:
    return f"strpos{compiler.process(element.clause_expr, **given)}"
