"""A pooled connection that its server has cut while nobody used it is replaced without anybody noticing."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core import db
from app.core.db import make_engine


def test_a_connection_that_died_while_it_rested_is_replaced(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = make_engine(postgresql_url), make_engine(postgresql_url)
    try:
        with engine.connect() as connection:
            backend = connection.scalar(text("SELECT pg_backend_pid()"))
        with other.connect() as connection:
            assert connection.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        monkeypatch.setattr(db, "RESTED_SECONDS", 0.0)  # any rest is long enough
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != backend
    finally:
        engine.dispose()
        other.dispose()


def test_one_in_use_is_not_asked_each_time(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was one round trip more for each transaction, twenty of them for a push."""
    engine = make_engine(postgresql_url)
    asked: list[object] = []
    monkeypatch.setattr(db, "RESTED_SECONDS", 3600.0)
    real = engine.dialect.do_ping

    def ping(driver: object) -> bool:
        asked.append(driver)
        return real(driver)  # type: ignore[arg-type]

    engine.dialect.do_ping = ping  # type: ignore[method-assign, assignment]
    try:
        for _ in range(5):
            with engine.connect() as connection:
                connection.scalar(text("SELECT 1"))
        assert asked == []
        monkeypatch.setattr(db, "RESTED_SECONDS", 0.0)  # any rest is long enough
        with engine.connect() as connection:
            connection.scalar(text("SELECT 1"))
        assert len(asked) == 1
    finally:
        engine.dispose()
