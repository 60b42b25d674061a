"""What a database's error says of the people it is about: nothing (case E6)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy import Executable, bindparam, text
from sqlalchemy.exc import DBAPIError

from app.core.db import make_engine
from app.core.logging import configure_logging

NAME, PHONE = "张三丰", "13800138000"
TABLE = (
    "CREATE TABLE guarded_people (name varchar(40), phone varchar(40) UNIQUE, age integer CHECK (age > 0))"
)
ROW = {"name": NAME, "phone": PHONE, "age": 1}
INSERT = text("INSERT INTO guarded_people (name, phone, age) VALUES (:name, :phone, :age)")
AS_NUMBER = text("SELECT CAST(:phone AS integer)").bindparams(bindparam("phone", NAME + PHONE))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What our logging writes."""
    written = io.StringIO()
    root, before = logging.getLogger(), (logging.getLogger().handlers, logging.getLogger().level)
    configure_logging("test")
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (INSERT, [ROW, ROW]),
        (INSERT, [{**ROW, "age": 0}]),
        (INSERT, [{**ROW, "age": 10**15}]),
        (INSERT, [{**ROW, "name": NAME * 20}]),
        (AS_NUMBER, [{}]),
    ],
    ids=["unique", "check", "range", "length", "cast"],
)
def test_an_error_shows_neither_parameters_nor_rows(
    empty_database: str, log: io.StringIO, statement: Executable, values: list[dict[str, object]]
) -> None:
    engine = make_engine(empty_database)
    try:
        with engine.begin() as connection:
            connection.execute(text(TABLE))
            for given in values:
                connection.execute(statement, given)
        assert "sqlite" in empty_database, "PostgreSQL refuses each of these"
    except DBAPIError as error:
        structlog.get_logger("x").error("failed", exc_info=error, cause=repr(error), driver=repr(error.orig))
        assert json.loads(log.getvalue())["event"] == "failed"
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS guarded_people"))
        engine.dispose()
    assert NAME not in log.getvalue()
    assert PHONE not in log.getvalue()


def test_a_failed_check_does_not_quote_what_was_given(log: io.StringIO) -> None:
    class Given(BaseModel):
        age: int

    with pytest.raises(ValidationError) as caught:
        Given.model_validate({"age": f"{NAME}的电话\n是{PHONE}"})
    structlog.get_logger("x").error("failed", exc_info=caught.value, cause=str(caught.value))
    assert "input_value=[hidden]" in log.getvalue()
    assert PHONE not in log.getvalue()
