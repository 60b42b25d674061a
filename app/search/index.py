"""The full-text index: FTS5 on SQLite, a tsvector with GIN on PostgreSQL; one table a kind, by the row's id.

Rows are written in the transaction of what they index.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, bindparam, column, literal_column, select, table, text
from sqlalchemy.orm import Session

from app.search.tokens import Alternatives, Phrase, index_tokens


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
        insert = f"INSERT INTO {kind.value} (rowid, tokens) VALUES (?, ?)"  # noqa: S608  a name of our own
        connection.exec_driver_sql(insert, list(zip(ids, map(" ".join, tokens), strict=True)))
        return
    connection.exec_driver_sql(
        f"INSERT INTO {kind.value} (id, tokens) SELECT id, tokens::tsvector "  # noqa: S608
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
    """The condition that a row's text contains what is wanted. Tokens hold no operators: see tokens.py."""
    if session.get_bind().dialect.name == "sqlite":
        source = table(kind.value, column("rowid"))
        match = literal_column(kind.value).op("MATCH")(bindparam(None, _fts5(wanted), unique=True))
        in_fts5: ColumnElement[bool] = id_column.in_(select(source.c.rowid).where(match))
        return in_fts5
    source = table(kind.value, column("id"), column("tokens"))
    asked = text("CAST(:asked AS tsquery)").bindparams(bindparam("asked", _tsquery(wanted), unique=True))
    in_vector: ColumnElement[bool] = id_column.in_(select(source.c.id).where(source.c.tokens.op("@@")(asked)))
    return in_vector


def _fts5(wanted: list[Alternatives]) -> str:
    return " AND ".join(f"({' OR '.join(map(_fts5_phrase, group))})" for group in wanted)


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.prefix else "")


def _tsquery(wanted: list[Alternatives]) -> str:
    return " & ".join(f"({' | '.join(map(_tsquery_phrase, group))})" for group in wanted)


def _tsquery_phrase(phrase: Phrase) -> str:
    mark = ":*" if phrase.prefix else ""
    return f"({' <-> '.join(_quoted(token) + mark for token in phrase.tokens)})"
