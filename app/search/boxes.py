"""The search boxes of lists: one way of reading what was typed, whichever list it is typed over.

Traditional or simplified, full or half width, capitals or not, parts of words, pinyin, numbers with or
without dashes: a box finds what the global search finds, because it asks the same index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.nlp.text.normalise import fold, fold_many
from app.search.index import Indexed, found_in, found_in_row, is_rare
from app.search.tokens import query_phrases, without_country_code


def box_finds(session: Session, kind: Indexed, id_column: Any, typed: str) -> ColumnElement[bool] | None:
    """The condition on an indexed row; None when nothing but punctuation was typed, which no index knows."""
    wanted = query_phrases(typed)
    return found_in(session, kind, id_column, wanted) if wanted else None


def box_finds_in_row(
    session: Session, kind: Indexed, id_column: Any, typed: str
) -> ColumnElement[bool] | None:
    """The same, asked of one row after another (see `found_in_row`)."""
    wanted = query_phrases(typed)
    return found_in_row(session, kind, id_column, wanted) if wanted else None


def box_finds_few(session: Session, kind: Indexed, typed: str, most: int) -> bool:
    """Whether it finds fewer than `most` rows, by an estimate; never where no index knows what was typed."""
    wanted = query_phrases(typed)
    return bool(wanted) and is_rare(session, kind, wanted, most)


def rows_holding(typed: str, rows: Sequence[tuple[int, str]]) -> list[int]:
    """For short lists that no index covers: the ids of the (id, text) pairs that hold what was typed."""
    wanted = without_country_code(fold(typed).strip())
    bare = "".join(filter(str.isalnum, wanted))
    return [
        row_id
        for (row_id, _), text in zip(rows, fold_many([text for _, text in rows]), strict=True)
        if wanted in text or (bare and bare in "".join(filter(str.isalnum, text)))
    ]
