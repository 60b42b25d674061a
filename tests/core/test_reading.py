"""A unit of work that was opened to read changes nothing, and costs PostgreSQL no transaction."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.core.context import Context
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import Agency
from tests.factories.make import Make

READER = system_actor("test")


def _driver(ctx: Context) -> Any:
    return ctx.session.connection().connection.driver_connection


def test_what_was_changed_while_reading_is_refused(make: Make) -> None:
    agency = make.agency()
    with open_context(make.runtime, READER, write=False) as ctx:
        ctx.session.get_one(Agency, agency.id).name = "另一个名字"
        with pytest.raises(RuntimeError, match="opened to read"):
            ctx.session.flush()


def test_a_statement_that_writes_is_refused_while_reading(make: Make) -> None:
    agency = make.agency()
    with (
        open_context(make.runtime, READER, write=False) as ctx,
        pytest.raises(RuntimeError, match="must not write"),
    ):
        ctx.session.execute(update(Agency).values(name="另一个名字"))
    with open_context(make.runtime, READER, write=False) as ctx:
        assert ctx.session.scalars(select(Agency.name).where(Agency.id == agency.id)).one() == agency.name


def test_on_postgresql_readers_begin_no_transaction_and_writers_do(runtime: Runtime, make: Make) -> None:
    if runtime.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's readers see one state of a file, and begin for it")
    for write in (False, True, False):
        with open_context(runtime, READER, write=write) as ctx:
            ctx.session.scalar(select(func.count(Agency.id)))
            assert _driver(ctx).autocommit is not write
            assert (_driver(ctx).info.transaction_status.name == "IDLE") is not write
