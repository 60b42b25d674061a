"""The database: engine, sessions, column types and the declarative base.

The same models run on SQLite (default, one machine) and PostgreSQL. A transaction says beforehand
whether it writes: SQLite then takes its write lock at the start (`BEGIN IMMEDIATE`), because a read
transaction that turns into a write fails at once with SQLITE_BUSY_SNAPSHOT however long the busy timeout.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnClause,
    ColumnElement,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    any_,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.visitors import replacement_traverse

from app.core.db_errors import hide_rows
from app.core.folding import SQLITE_NAME, sqlite_folded
from app.core.json_text import json_text, json_value
from app.core.moments import SQLITE_PLACE, sqlite_place
from app.core.seen import Seen, require_seen

WRITE_OPTION = "lingke_write"
LOCK_SECONDS = 10
LOCK_ASKED_EVERY = 0.002
RESTED_SECONDS = 1.0
"""A pooled connection that was used since needs not be asked whether it still stands."""
_RESTS_SINCE = "rests_since"
_READS = "lingke_reads"
_PLUS: Any = custom_op("+", precedence=100)
_UNIQUE_VIOLATION = "23505"  # PostgreSQL's word for it

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite only autoincrements a column that is declared INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Naive values are refused; SQLite, which has no zone, gets UTC text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime must not reach the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum stored by value in a plain text column, so that a new member needs no schema change."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it as a class attribute)
        int: Integer(),
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
        list[int]: Json,
    }
    __seen__: ClassVar[Seen]

    def __init_subclass__(cls, **options: Any) -> None:
        if not vars(cls).get("__abstract__"):
            require_seen(cls)
        super().__init_subclass__(**options)


class Entity(Base):
    """A row with a number of its own and the moment it was made."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    created_at: Mapped[datetime]


def fk(target: str, **options: Any) -> Any:
    """A foreign key column: indexed, because every one of ours is searched by."""
    ondelete = options.pop("ondelete", None)
    options.setdefault("index", True)
    return mapped_column(Id, ForeignKey(target, ondelete=ondelete), **options)


def make_engine(database_url: str, *, pool_size: int = 10) -> Engine:
    """An engine with our transaction rules. `database_url` is a SQLAlchemy address."""
    if database_url.startswith("sqlite"):
        engine = create_engine(
            database_url,
            connect_args={"check_same_thread": False, "timeout": LOCK_SECONDS},
            pool_size=pool_size,
            hide_parameters=True,
            json_serializer=json_text,
            json_deserializer=json_value,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        hide_rows(engine)
        return engine
    # What is acknowledged must survive the server's own death too, however the server is set up. Statements
    # here run for milliseconds: to compile one first, which PostgreSQL does by an estimate, takes longer.
    options = "-c timezone=UTC -c synchronous_commit=on -c jit=off"
    engine = create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        json_serializer=json_text,
        json_deserializer=json_value,
        connect_args={"connect_timeout": 5, "options": options},
    )
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", partial(_ask_after_rest, engine.dialect))
    hide_rows(engine)
    return engine


def gather_statistics(engine: Engine) -> None:
    """Let the database look at what it holds after many rows came at once: it would plan by guesses."""
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _note_rest(_driver: Any, record: Any) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _ask_after_rest(dialect: Dialect, driver: Any, record: Any, _proxy: Any) -> None:
    """Whether the server is still there, where the connection has not been used for a while.

    Asking each time, as the pool would, is one round trip for every transaction.
    """
    since = record.info.get(_RESTS_SINCE)
    if since is None or time.monotonic() - since < RESTED_SECONDS:
        return
    try:
        dialect.do_ping(driver)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins too late and never IMMEDIATE; ours takes over.
    connection.isolation_level = None
    connection.create_function(SQLITE_NAME, 1, sqlite_folded, deterministic=True)
    connection.create_function(SQLITE_PLACE, 2, sqlite_place, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={LOCK_SECONDS * 1000}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # The default (2 MB) is less than one batch of posts writes: pages went to the log several times.
        "cache_size=-16384",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITE_OPTION, True):
        _begin_to_write(connection.connection.driver_connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_to_write(driver: Any) -> None:
    """Take the write lock, asking again and again while another process has it.

    SQLite's own wait happens inside the library: it would stop the web process's event loop, and with it
    every other request, and it asks so rarely in the end (100 ms) that who asks often always gets in before.
    Raises OperationalError after LOCK_SECONDS.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
            time.sleep(LOCK_ASKED_EVERY)
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(LOCK_SECONDS * 1000)}")


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    factory = sessionmaker(engine, expire_on_commit=False, autoflush=False)
    event.listen(factory, "before_flush", _refuse_flush)
    event.listen(factory, "do_orm_execute", _refuse_change)
    return factory


def open_session(factory: sessionmaker[Session], *, write: bool) -> Session:
    """A session whose transaction is declared as reading or writing before it begins.

    On PostgreSQL a reader's statements stand alone: under its usual isolation each sees what is committed
    when it begins, in a transaction or not, and the two round trips that begin and end one are spared.
    """
    session = factory()
    session.info[_READS] = not write
    options: dict[str, Any] = {WRITE_OPTION: write}
    if not write and session.get_bind().dialect.name == "postgresql":
        options["isolation_level"] = "AUTOCOMMIT"
    session.connection(execution_options=options)
    return session


def _refuse_flush(session: Session, *_: Any) -> None:
    if session.info.get(_READS) and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a unit of work that was opened to read has something to write")


def _refuse_change(state: ORMExecuteState) -> None:
    if state.session.info.get(_READS) and (state.is_insert or state.is_update or state.is_delete):
        raise RuntimeError("a unit of work that was opened to read must not write")


def is_repeated_key(error: IntegrityError) -> bool:
    """Whether a unique key was there already, rather than a rule broken that our own code must keep."""
    cause = error.orig
    if isinstance(cause, sqlite3.IntegrityError):
        return cause.sqlite_errorcode in (
            sqlite3.SQLITE_CONSTRAINT_UNIQUE,
            sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        )
    return getattr(cause, "sqlstate", None) == _UNIQUE_VIOLATION


def among(session: Session, column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """`column IN (values)` for hundreds of numbers or texts, as one parameter: an array, on SQLite as JSON.

    With a parameter a value, the text of the statement grows with the batch and is made anew each time.
    """
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(json_text(list(values))).table_valued("value")
        within: ColumnElement[bool] = column.in_(select(listed.c.value))
        return within
    kind = BigInteger() if isinstance(column.type, Integer) else Text()
    matched: ColumnElement[bool] = column == any_(literal(list(values), postgresql.ARRAY(kind)))
    return matched


def not_by_index(session: Session, condition: ColumnElement[bool], *columns: Any) -> ColumnElement[bool]:
    """The condition, with these columns told to SQLite as none to search by (`+column`).

    Its planner prefers any index that a column of the condition leads, and sorts what it finds, to one in the
    order of the list. PostgreSQL weighs both by itself.
    """
    if session.get_bind().dialect.name != "sqlite":
        return condition
    names = {column.key for column in columns}

    def replaced(element: Any, **_given: Any) -> Any:
        is_meant = isinstance(element, ColumnClause) and element.key in names
        return UnaryExpression(element, operator=_PLUS, type_=element.type) if is_meant else None

    changed: ColumnElement[bool] = replacement_traverse(condition, {}, replaced)
    return changed


def upsert(session: Session, table: type[Base]) -> Any:
    """The database's own INSERT for `table`, which knows ON CONFLICT; written alike for both."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
