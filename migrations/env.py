"""Alembic's entry: migrations run on the address that `app.migrate` hands in."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import JSON
from sqlalchemy.engine import Connection

import app.models  # noqa: F401  registers the tables
from app.core.db import Base, EnumText, UtcDateTime
from app.migrate import is_ours


def render(kind: str, thing: Any, _context: Any) -> str | bool:
    """Write our column types as the plain types they are stored as, so that code cannot change history."""
    if kind != "type":
        return False
    if isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, EnumText):
        return "sa.String(length=40)"
    if isinstance(thing, JSON):
        return "json"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        # SQLite changes a column by rebuilding its table.
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        render_item=render,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
