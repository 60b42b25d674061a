"""The doctor asks every part and never falls ill itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from app.config import Settings, load_settings
from app.ops.doctor import CHECKS, Finding, Health, failed, render, run_checks
from tests.support.mail_server import running_mail_server


def findings(settings: Settings) -> dict[str, Finding]:
    """By the English half of the part's name."""
    return {finding.part.split(" ", 1)[1]: finding for finding in run_checks(settings)}


def test_a_migrated_database_and_a_queue_are_well(database_url: str, redis_url: str, tmp_path: Path) -> None:
    settings = load_settings(
        lingke_env="test", data_dir=tmp_path, database_url=database_url, redis_url=redis_url
    )
    found = findings(settings)
    assert found["database"].health is Health.OK
    assert found["schema"].health is Health.OK
    assert found["data folder"].health is Health.OK
    assert found["queue"].health is Health.WARNING, "the tests' queue server keeps nothing on disk"


def test_a_database_of_an_older_version_says_what_to_do(sqlite_url: str, tmp_path: Path) -> None:
    path = make_url(sqlite_url).database
    assert path is not None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    schema = findings(load_settings(lingke_env="test", data_dir=tmp_path, database_url=sqlite_url))["schema"]
    assert schema.health is Health.FAILED
    assert "db upgrade" in schema.detail


def test_the_mail_server_is_asked_whether_it_takes_us(sqlite_url: str, tmp_path: Path) -> None:
    settings = load_settings(lingke_env="test", data_dir=tmp_path, database_url=sqlite_url)
    assert findings(settings)["mail"].health is Health.OK, "there is none"
    with running_mail_server(tmp_path) as server:
        mail = findings(server.settings(settings))["mail"]
        assert (mail.health, "lingke@example.com" in mail.detail) == (Health.OK, True)
        gone = server.settings(settings)
    mail = findings(gone)["mail"]
    assert mail.health is Health.FAILED
    assert "SMTP_*" in mail.detail


def test_a_damaged_database_is_found(sqlite_url: str, tmp_path: Path) -> None:
    path = Path(make_url(sqlite_url).database or "")
    content = bytearray(path.read_bytes())
    content[8192:24576] = b"\xff" * 16384
    path.write_bytes(content)
    found = findings(load_settings(lingke_env="test", data_dir=tmp_path, database_url=sqlite_url))
    assert found["database"].health is Health.FAILED


def test_parts_that_do_not_answer_are_findings_and_not_errors(tmp_path: Path, free_port: int) -> None:
    settings = load_settings(
        lingke_env="test",
        data_dir=tmp_path,
        port=free_port,
        database_url="postgresql://u:geheim@127.0.0.1:1/x",
        redis_url="redis://127.0.0.1:1/0",
    )
    found = run_checks(settings)
    assert len(found) == len(CHECKS)
    assert failed(found)
    assert "geheim" not in render(found)
    assert "does not answer" in render(found)


def test_columns_line_up_although_chinese_characters_are_wide() -> None:
    table = render([Finding("队列 queue", Health.OK, "x"), Finding("web", Health.FAILED, "y")])
    assert table.splitlines() == ["队列 queue  ok       x", "web         FAILED   y"]


@pytest.mark.parametrize(
    ("health", "ill"), [(Health.OK, False), (Health.WARNING, False), (Health.FAILED, True)]
)
def test_only_a_failure_fails(health: Health, ill: bool) -> None:
    assert failed([Finding("x", health, "")]) is ill
