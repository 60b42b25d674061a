"""The full-text index: FTS5 on SQLite, a tsvector with GIN on PostgreSQL; one table a kind, by the row's id.

Rows are written in the transaction of what they index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from operator import add
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TableClause,
    bindparam,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    tablesample,
    text,
)
from sqlalchemy.orm import Session

from app.core.db import among, not_by_index
from app.search.tokens import Alternatives, Phrase, index_tokens

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")
FIRST_CHUNK = 5
"""Ids asked for at first, in multiples of the hits wanted: scope seldom leaves out four of five."""
READ_BACKWARDS = 8_000
"""Rows that PostgreSQL reads before it asks the index: some 2.5 µs each."""
SAMPLED = 1_500
"""Rows that PostgreSQL looks at to see whether words are rare."""


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
    insert_tokens(session.connection(), kind, [row_id for row_id, _ in rows], tokens)


def insert_tokens(connection: Connection, kind: Indexed, ids: list[int], tokens: list[list[str]]) -> None:
    if connection.dialect.name == "sqlite":
        insert = f"INSERT INTO {kind.value} (rowid, tokens) VALUES (?, ?)"
        connection.exec_driver_sql(insert, list(zip(ids, map(" ".join, tokens), strict=True)))
        return
    connection.exec_driver_sql(
        f"INSERT INTO {kind.value} (id, tokens) SELECT id, tokens::tsvector "
        "FROM unnest(%b::bigint[], %b::text[]) AS given (id, tokens) ON CONFLICT DO NOTHING",
        (ids, [_vector(found) for found in tokens]),
    )


def replace_texts(session: Session, kind: Indexed, rows: Sequence[tuple[int, str, str]]) -> None:
    """(id, text as it was indexed, text now): only what is said now is found.

    SQLite's index keeps no texts; it is told which words to forget.
    """
    if not rows:
        return
    ids = [row_id for row_id, _, _ in rows]
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        old = index_tokens([before for _, before, _ in rows])
        forget = f"INSERT INTO {kind.value} ({kind.value}, rowid, tokens) VALUES ('delete', ?, ?)"
        connection.exec_driver_sql(forget, list(zip(ids, map(" ".join, old), strict=True)))
    else:
        connection.exec_driver_sql(f"DELETE FROM {kind.value} WHERE id = ANY(%b::bigint[])", (ids,))
    index_texts(session, kind, [(row_id, now) for row_id, _, now in rows])


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


def found_in_row(
    session: Session, kind: Indexed, id_column: Any, wanted: list[Alternatives]
) -> ColumnElement[bool]:
    """The same condition, to be asked of a few rows one by one and never to find rows by.

    PostgreSQL looks at the row's words; SQLite, whose index takes 0.1 ms to look at one row, gathers what
    contains the words once and looks each row up there.
    """
    if session.get_bind().dialect.name == "sqlite":
        return not_by_index(session, found_in(session, kind, id_column, wanted), id_column)
    index, condition = _matching(session, kind, wanted)
    # `IS TRUE` keeps the full-text index out of it, OFFSET the planner from reading the whole table first.
    row = select(1).where(_row_id(index) == id_column, condition.is_(True)).correlate_except(index)
    return row.offset(0).exists()


def is_rare(session: Session, kind: Indexed, wanted: list[Alternatives], most: int) -> bool:
    """Whether fewer than `most` rows contain what is wanted, by an estimate that is sure to be cheap.

    SQLite's index counts a few thousand in a millisecond. PostgreSQL's would gather all hits first, so there
    one row in so many is looked at; always the same ones, so that whoever asks again is told the same.
    """
    index, condition = _matching(session, kind, wanted)
    if session.get_bind().dialect.name == "sqlite":
        first = select(_row_id(index)).where(condition).limit(most).subquery()
        return (session.scalar(select(func.count()).select_from(first)) or 0) < most
    counted = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)")
    rows = session.scalar(counted, {"name": kind.value})
    if rows is None or rows < most:
        return True  # too few to matter, or nobody has counted them yet
    share = min(1.0, SAMPLED / rows)
    some = tablesample(index, func.system(share * 100), name="some", seed=literal(0))
    hits = session.scalar(select(func.count()).select_from(some).where(_contains(some.c.tokens, wanted)))
    return bool((hits or 0) < most * share)


def newest_found(
    session: Session, statement: S, kind: Indexed, id_column: Any, wanted: list[Alternatives], limit: int
) -> Sequence[Any]:
    """The `limit` rows with the highest ids whose text contains what is wanted, newest first.

    `statement` may leave out some that the actor must not see: then it is given more. Neither database may
    gather all hits and sort them: of a common word there are a hundred thousand.
    """
    rows: list[Any] = []
    for ids in _newest_ids(session, kind, wanted, FIRST_CHUNK * limit):
        chosen = statement.where(among(session, id_column, ids)).order_by(id_column.desc())
        rows += session.execute(chosen.limit(limit - len(rows))).all()
        if len(rows) == limit:
            break
    return rows


def _newest_ids(
    session: Session, kind: Indexed, wanted: list[Alternatives], size: int
) -> Iterator[list[int]]:
    """Ids of hits, newest first, in growing chunks.

    SQLite's index gives them in this order. PostgreSQL's does not: there the newest rows are read backwards
    first, which soon finds common words, and only what is rare in them is asked of the index, all at once.
    """
    index, condition = _matching(session, kind, wanted)
    row_id = _row_id(index)
    ordered = select(row_id).order_by(row_id.desc())
    if session.get_bind().dialect.name == "sqlite":
        yield from _chunks(session, ordered.where(condition), row_id, size)
        return
    beginning = (session.scalar(select(func.max(row_id))) or 0) - READ_BACKWARDS
    # `IS TRUE` keeps the full-text index out of it.
    recent = ordered.where(condition.is_(True), row_id > beginning)
    yield from _chunks(session, recent, row_id, size)
    rest = list(session.scalars(select(row_id).where(condition, row_id <= beginning)))
    if rest:
        yield rest


def _chunks(session: Session, ordered: Any, row_id: Any, size: int) -> Iterator[list[int]]:
    """What a descending select of ids gives, fourfold more each time."""
    below = None
    while True:
        ids = list(
            session.scalars(ordered.where(row_id < below).limit(size) if below else ordered.limit(size))
        )
        if ids:
            yield ids
        if len(ids) < size:
            return
        below, size = ids[-1], size * 4


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
    return index, _contains(index.c.tokens, wanted)


def _contains(tokens: Any, wanted: list[Alternatives]) -> ColumnElement[bool]:
    asked = text("CAST(:asked AS tsquery)").bindparams(bindparam("asked", _tsquery(wanted), unique=True))
    condition: ColumnElement[bool] = tokens.op("@@", is_comparison=True)(asked)
    return condition


def _fts5(wanted: list[Alternatives]) -> str:
    return " AND ".join(f"({' OR '.join(map(_fts5_phrase, group))})" for group in wanted)


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.prefix else "")


def _tsquery(wanted: list[Alternatives]) -> str:
    return " & ".join(f"({' | '.join(map(_tsquery_phrase, group))})" for group in wanted)


def _tsquery_phrase(phrase: Phrase) -> str:
    mark = ":*" if phrase.prefix else ""
    return f"({' <-> '.join(_quoted(token) + mark for token in phrase.tokens)})"
