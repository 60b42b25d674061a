"""Members of a JSON column as typed values in SQL: null where the member is missing or of another type.

SQLAlchemy's own casts raise on PostgreSQL when one row holds something else; what platforms tell is not ours.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Float, Text, literal, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Number(FunctionElement[Any]):
    type = Float()
    inherit_cache = True


class _Truth(FunctionElement[Any]):
    type = Boolean()
    inherit_cache = True


class _Words(FunctionElement[Any]):
    type = Text()
    inherit_cache = True


class _Has(FunctionElement[Any]):
    type = Boolean()
    inherit_cache = True


class _HasSome(FunctionElement[Any]):
    type = Boolean()
    inherit_cache = True


class _HasNumber(FunctionElement[Any]):
    type = Boolean()
    inherit_cache = True


class _HasWord(FunctionElement[Any]):
    type = Boolean()
    inherit_cache = True


class _HasEntries(FunctionElement[Any]):
    type = Boolean()
    inherit_cache = True


def _named(name: str) -> ColumnElement[str]:
    """As a literal of the statement: names of members are ours, and few."""
    if not name.isidentifier() or not name.isascii():
        raise ValueError(f"{name!r} is no name of a member")
    return literal_column(f"'{name}'")


def number_of(column: Any, name: str) -> ColumnElement[float]:
    return _Number(column, _named(name))


def truth_of(column: Any, name: str) -> ColumnElement[bool]:
    return _Truth(column, _named(name))


def words_of(column: Any, name: str) -> ColumnElement[str]:
    return _Words(column, _named(name))


def has_member(column: Any, name: str) -> ColumnElement[bool]:
    """Whether an object has a member of this name."""
    return _Has(column, _named(name))


def has_members(column: Any) -> ColumnElement[bool]:
    """Whether an object has any member."""
    return _HasSome(column)


def has_number(column: Any, value: int) -> ColumnElement[bool]:
    """Whether a list has this number among its entries."""
    return _HasNumber(column, literal(value, BigInteger()))


def has_word(column: Any, value: str) -> ColumnElement[bool]:
    """Whether a list has this text among its entries."""
    return _HasWord(column, literal(value, Text()))


def has_entries(column: Any) -> ColumnElement[bool]:
    """Whether a list has any entry."""
    return _HasEntries(column)


def _parts(element: FunctionElement[Any], compiler: Any, given: Any) -> list[str]:
    return [compiler.process(part, **given) for part in element.clauses]


@compiles(_Number, "sqlite")
def _number_in_sqlite(element: _Number, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    value = f"CAST(json_extract({column}, '$.' || {name}) AS REAL)"
    return f"CASE WHEN json_type({column}, '$.' || {name}) IN ('integer', 'real') THEN {value} END"


@compiles(_Number, "postgresql")
def _number_in_postgresql(element: _Number, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    return f"CASE jsonb_typeof({column} -> {name}) WHEN 'number' THEN ({column} ->> {name})::float8 END"


@compiles(_Truth, "sqlite")
def _truth_in_sqlite(element: _Truth, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    return f"CASE json_type({column}, '$.' || {name}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"


@compiles(_Truth, "postgresql")
def _truth_in_postgresql(element: _Truth, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    return f"CASE jsonb_typeof({column} -> {name}) WHEN 'boolean' THEN ({column} ->> {name})::boolean END"


@compiles(_Words, "sqlite")
def _words_in_sqlite(element: _Words, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    value = f"json_extract({column}, '$.' || {name})"
    return f"CASE json_type({column}, '$.' || {name}) WHEN 'text' THEN {value} END"


@compiles(_Words, "postgresql")
def _words_in_postgresql(element: _Words, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    return f"CASE jsonb_typeof({column} -> {name}) WHEN 'string' THEN {column} ->> {name} END"


@compiles(_Has, "sqlite")
def _has_in_sqlite(element: _Has, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    return f"(json_type({column}, '$.' || {name}) IS NOT NULL)"


@compiles(_Has, "postgresql")
def _has_in_postgresql(element: _Has, compiler: Any, **given: Any) -> str:
    column, name = _parts(element, compiler, given)
    # The operator `?` by the name of its function: drivers take the sign for a parameter.
    return f"jsonb_exists({column}, {name})"


@compiles(_HasSome, "sqlite")
def _has_some_in_sqlite(element: _HasSome, compiler: Any, **given: Any) -> str:
    (column,) = _parts(element, compiler, given)
    return f"({column} NOT IN ('{{}}', 'null'))"


@compiles(_HasSome, "postgresql")
def _has_some_in_postgresql(element: _HasSome, compiler: Any, **given: Any) -> str:
    (column,) = _parts(element, compiler, given)
    return f"({column} <> '{{}}'::jsonb)"


@compiles(_HasNumber, "sqlite")
@compiles(_HasWord, "sqlite")
def _has_entry_in_sqlite(element: FunctionElement[Any], compiler: Any, **given: Any) -> str:
    column, value = _parts(element, compiler, given)
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = {value})"


@compiles(_HasNumber, "postgresql")
@compiles(_HasWord, "postgresql")
def _has_entry_in_postgresql(element: FunctionElement[Any], compiler: Any, **given: Any) -> str:
    column, value = _parts(element, compiler, given)
    return f"({column} @> to_jsonb({value}))"


@compiles(_HasEntries, "sqlite")
def _has_entries_in_sqlite(element: _HasEntries, compiler: Any, **given: Any) -> str:
    (column,) = _parts(element, compiler, given)
    return f"(json_array_length({column}) > 0)"


@compiles(_HasEntries, "postgresql")
def _has_entries_in_postgresql(element: _HasEntries, compiler: Any, **given: Any) -> str:
    (column,) = _parts(element, compiler, given)
    return f"(jsonb_array_length({column}) > 0)"
