"""The full-text index: FTS5 on SQLite, a tsvector with GIN on PostgreSQL; one table a kind, by the row's id.

Rows are written in the transaction of what they index.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, column, literal_column, select, table, text
from sqlalchemy.orm import Session

from app.search.tokens import Alternatives, Phrase, index_tokens, joined


class Indexed(StrEnum):
    """What can be found; the value is the index table's name."""

    ITEMS = "search_items"
    MESSAGES = "search_messages"
    CONTACTS = "search_contacts"


def index_texts(session: Session, kind: Indexed, rows: Sequence[tuple[int, str]]) -> None:
    """Add (id, text) pairs. An id is indexed once; a later text of the same id replaces nothing."""
    if not rows:
        return
    tokens = index_tokens([content for _, content in rows])
    if session.get_bind().dialect.name == "sqlite":
        statement = text(f"INSERT INTO {kind.value} (rowid, tokens) VALUES (:id, :tokens)")
        values: list[dict[str, Any]] = [
            {"id": row_id, "tokens": joined(found)} for (row_id, _), found in zip(rows, tokens, strict=True)
        ]
    else:
        statement = text(
            f"INSERT INTO {kind.value} (id, tokens) VALUES (:id, CAST(:tokens AS tsvector)) "
            "ON CONFLICT DO NOTHING"
        )
        values = [
            {"id": row_id, "tokens": _vector(found)} for (row_id, _), found in zip(rows, tokens, strict=True)
        ]
    session.connection().execute(statement, values)


def _vector(tokens: list[str]) -> str:
    """A tsvector literal with positions; PostgreSQL counts them up to 16,383."""
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens[:16_000], start=1):
        places.setdefault(token, []).append(place)
    return " ".join(f"{_quoted(token)}:{','.join(map(str, at[:255]))}" for token, at in places.items())


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
