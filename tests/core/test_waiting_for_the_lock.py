"""SQLite has one writer; who waits for it must not stop the event loop of the web process."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core import db

GREENLETS = """
from gevent import monkey; monkey.patch_all()
import sys, gevent
from sqlalchemy import text
from app.core import db
engine = db.make_engine("sqlite:///" + sys.argv[1])
sessions = db.make_session_factory(engine)
def beat():
    while True:
        print("beat", flush=True); gevent.sleep(0.01)
print("waiting", flush=True)
heart = gevent.spawn(beat)
session = db.open_session(sessions, write=True)
session.execute(text("INSERT INTO notes VALUES ('second')"))
session.commit()
heart.kill()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "notes.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE notes (words TEXT)")
    connection.close()
    return file


def test_an_event_loop_goes_on_while_a_write_waits(path: Path) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    waiter = subprocess.Popen([sys.executable, "-c", GREENLETS, str(path)], stdout=subprocess.PIPE, text=True)
    assert waiter.stdout is not None
    assert waiter.stdout.readline() == "waiting\n"
    # Blocked inside SQLite there would be no beat while the lock is held.
    assert [waiter.stdout.readline() for _ in range(20)] == ["beat\n"] * 20
    holder.execute("INSERT INTO notes VALUES ('first')")
    holder.execute("COMMIT")
    waiter.communicate(timeout=60)
    assert waiter.returncode == 0
    assert [row[0] for row in holder.execute("SELECT words FROM notes")] == ["first", "second"]
    holder.close()


def test_a_write_gives_up_in_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "LOCK_SECONDS", 0.2)
    engine = db.make_engine(f"sqlite:///{path}")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        db.open_session(db.make_session_factory(engine), write=True)
    holder.execute("ROLLBACK")
    session = db.open_session(db.make_session_factory(engine), write=True)
    session.execute(text("INSERT INTO notes VALUES ('now')"))
    session.commit()
    session.close()
    engine.dispose()
    holder.close()


def test_writers_of_one_process_take_turns(path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{path}")
    sessions = db.make_session_factory(engine)

    def write(number: int) -> None:
        for _ in range(5):
            session = db.open_session(sessions, write=True)
            session.execute(text("INSERT INTO notes VALUES (:words)"), {"words": str(number)})
            session.commit()
            session.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notes")).scalar_one() == 40
    engine.dispose()
