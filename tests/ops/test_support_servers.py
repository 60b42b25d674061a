"""The servers that other tests stand on really run and really are apart."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import redis

from tests.support import postgres
from tests.support.availability import missing
from tests.support.databases import filled_tables
from tests.support.stack import RunningStack, answers, get_json


def test_each_test_gets_an_empty_queue_server(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_the_next_one_does_not_see_what_was_left_behind(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("left") is None
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_no_table_of_the_shared_database_keeps_rows_of_another_test(shared_postgresql: str) -> None:
    with psycopg.connect(shared_postgresql.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert {name for (name,) in rows} - {"alembic_version"} == set(filled_tables())


def test_databases_of_a_cluster_are_copies_that_do_not_share_rows(postgres_cluster: postgres.Cluster) -> None:
    postgres_cluster.create("origin")
    with _connect(postgres_cluster, "origin") as connection:
        connection.execute("CREATE TABLE word (text text)")
    postgres_cluster.create("copy", template="origin")
    with _connect(postgres_cluster, "copy") as connection:
        connection.execute("INSERT INTO word VALUES ('聆')")
    with _connect(postgres_cluster, "origin") as connection:
        assert connection.execute("SELECT count(*) FROM word").fetchone() == (0,)
    postgres_cluster.drop("copy")
    postgres_cluster.drop("origin")


def test_a_database_is_dropped_in_spite_of_an_open_connection(postgres_cluster: postgres.Cluster) -> None:
    postgres_cluster.create("busy")
    with _connect(postgres_cluster, "busy") as connection:
        connection.execute("SELECT 1")
        postgres_cluster.drop("busy")
    postgres_cluster.create("busy")
    postgres_cluster.drop("busy")


def test_a_missing_server_skips_for_a_person_and_fails_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install postgresql"):
        missing("PostgreSQL", "apt-get install postgresql")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL is not on this machine"):
        missing("PostgreSQL", "apt-get install postgresql")


def test_chromium_is_a_program(chromium_path: str) -> None:
    assert Path(chromium_path).is_file()


def _connect(cluster: postgres.Cluster, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(cluster.folder), user=postgres.USER, dbname=database, autocommit=True)


@pytest.mark.slow
def test_an_installation_for_tests_serves_the_console_and_a_silent_sandbox(
    installation: RunningStack,
) -> None:
    assert answers(f"{installation.address}/")
    assert get_json(f"{installation.sandbox_address}/_control/corpus")["emitted"] == 0
