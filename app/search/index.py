"""The full-text index: FTS5 on SQLite, a tsvector with GIN on PostgreSQL; one table a kind, by the row's id.

Rows are written in the transaction of what they index.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from operator import add
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    TableClause,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from app.search.tokens import Alternatives, Phrase, index_tokens

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")
READ_BACKWARDS = 20_000
"""Rows that PostgreSQL reads before it asks the index: some 2.5 µs each."""


class Indexed(StrEnum):
    """What can be found; the value is the index table's name."""

    ITEMS = "search_items"
    MESSAGES = "search_messages"
    CONTACTS = "search_contacts"


def index_texts(session: Session, kind: Indexed, rows: Sequence[tuple[int, str]]) -> None:
    """Add (id, text) pairs. An id is indexed once; a later text of the same id replaces nothing."""
    if not rows:
        return
    ids = [row_id for row_id, _ in rows]
    tokens = index_tokens([content for _, content in rows])
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        insert = f"INSERT INTO {kind.value} (rowid, tokens) VALUES (?, ?)"
        connection.exec_driver_sql(insert, list(zip(ids, map(" ".join, tokens), strict=True)))
        return
    connection.exec_driver_sql(
        f"INSERT INTO {kind.value} (id, tokens) SELECT id, tokens::tsvector "
        "FROM unnest(%b::bigint[], %b::text[]) AS given (id, tokens) ON CONFLICT DO NOTHING",
        (ids, [_vector(found) for found in tokens]),
    )


_PLACES = [f":{place}" for place in range(1, 16_384)]
"""PostgreSQL counts positions up to 16,383."""


def _vector(tokens: list[str]) -> str:
    """A tsvector literal; tokens are letters and digits only, so none needs quotes (see tokens.py).

    The server gathers the places of a token that comes more than once; of those it keeps 255.
    """
    return " ".join(map(add, tokens, _PLACES))


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def found_in(
    session: Session, kind: Indexed, id_column: Any, wanted: list[Alternatives]
) -> ColumnElement[bool]:
    """The condition that a row's text contains what is wanted."""
    index, condition = _matching(session, kind, wanted)
    within: ColumnElement[bool] = id_column.in_(select(_row_id(index)).where(condition))
    return within


def newest_found(
    session: Session, statement: S, kind: Indexed, id_column: Any, wanted: list[Alternatives], limit: int
) -> Sequence[Any]:
    """The `limit` rows with the highest ids whose text contains what is wanted, newest first.

    Neither database may gather all hits and sort them: of a common word there are a hundred thousand.
    SQLite's index gives them in this order. PostgreSQL's does not: there the newest rows are read backwards
    first, which soon finds common words, and only what is rare in them is asked of the index.
    """
    if session.get_bind().dialect.name == "sqlite":
        return _ordered(session, statement, kind, id_column, wanted, limit)
    rows = _ordered(session, statement, kind, id_column, wanted, limit, newest=READ_BACKWARDS)
    if len(rows) == limit:
        return rows
    condition = found_in(session, kind, id_column, wanted)
    return session.execute(statement.where(condition).order_by(id_column.desc()).limit(limit)).all()


def _ordered(
    session: Session,
    statement: S,
    kind: Indexed,
    id_column: Any,
    wanted: list[Alternatives],
    limit: int,
    newest: int | None = None,
) -> Sequence[Any]:
    """Hits in the order of the index table; with `newest` only among so many of the highest ids."""
    index, condition = _matching(session, kind, wanted)
    row_id = _row_id(index)
    ordered = statement.join(index, row_id == id_column).order_by(row_id.desc()).limit(limit)
    if newest is None:
        return session.execute(ordered.where(condition)).all()
    beginning = select(func.coalesce(func.max(row_id), 0) - newest).correlate(None).scalar_subquery()
    # `IS TRUE` keeps the full-text index out of it.
    return session.execute(ordered.where(row_id > beginning, condition.is_(True))).all()


def _row_id(index: TableClause) -> Any:
    return next(iter(index.c))


def _matching(
    session: Session, kind: Indexed, wanted: list[Alternatives]
) -> tuple[TableClause, ColumnElement[bool]]:
    """The index table and its condition. Tokens hold no operators: see tokens.py."""
    if session.get_bind().dialect.name == "sqlite":
        match = literal_column(kind.value).op("MATCH")(bindparam(None, _fts5(wanted), unique=True))
        return table(kind.value, column("rowid")), match
    index = table(kind.value, column("id"), column("tokens"))
    asked = text("CAST(:asked AS tsquery)").bindparams(bindparam("asked", _tsquery(wanted), unique=True))
    return index, index.c.tokens.op("@@", is_comparison=True)(asked)


def _fts5(wanted: list[Alternatives]) -> str:
    return " AND ".join(f"({' OR '.join(map(_fts5_phrase, group))})" for group in wanted)


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.prefix else "")


def _tsquery(wanted: list[Alternatives]) -> str:
    return " & ".join(f"({' | '.join(map(_tsquery_phrase, group))})" for group in wanted)


def _tsquery_phrase(phrase: Phrase) -> str:
    mark = ":*" if phrase.prefix else ""
    return f"({' <-> '.join(_quoted(token) + mark for token in phrase.tokens)})"
