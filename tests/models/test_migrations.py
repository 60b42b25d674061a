"""One line of migrations, up and down on both databases, ending at exactly what the models say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select

from app import migrate
from app.core.db import Base, make_engine
from app.models import ServiceRequest
from tests.support.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a schema."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'bare.db'}")
        yield engine
        engine.dispose()
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    cluster.create("bare")
    engine = make_engine(cluster.address("bare"))
    yield engine
    engine.dispose()
    cluster.drop("bare")


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    return ScriptDirectory.from_config(config)


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [found for found in compare_metadata(context, Base.metadata) if not _is_search(found)]


def _is_search(difference: object) -> bool:
    """The search index is no model: each database has its own kind, made by hand in its migration."""
    thing = difference[1] if isinstance(difference, tuple) else None
    table = getattr(thing, "table", thing)
    return str(getattr(table, "name", "")).startswith("search_")


def test_there_is_one_head() -> None:
    assert len(_scripts().get_heads()) == 1


def test_revisions_are_numbered_without_gaps() -> None:
    numbers = sorted(script.revision for script in _scripts().walk_revisions())
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]


def test_up_down_and_up_again_ends_at_the_models(bare_engine: Engine) -> None:
    migrate.upgrade(bare_engine)
    assert migrate.current_revision(bare_engine) == migrate.head_revision()
    assert _differences(bare_engine) == []
    migrate.downgrade(bare_engine, "base")
    assert set(inspect(bare_engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(bare_engine)
    assert _differences(bare_engine) == []


_LOSES_A_TABLE = """
from alembic import op
revision, down_revision, branch_labels, depends_on = {ours!r}, {last!r}, None, None
def upgrade():
    op.drop_table("login_attempts")
def downgrade():
    raise NotImplementedError
"""


def test_a_new_migration_makes_what_the_models_have_and_the_migrations_do_not(tmp_path: Path) -> None:
    """`make migration` on a checkout that was never started: it asks for no database."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    last = migrate.head_revision() or ""
    ours, next_one = (f"{int(last) + step:04d}" for step in (1, 2))
    lost = _LOSES_A_TABLE.format(ours=ours, last=last)
    (folder / "versions" / f"{ours}_lost.py").write_text(lost, encoding="utf-8")
    assert migrate.new_migration("bring it back", folder) == next_one
    (written,) = (folder / "versions").glob(f"{next_one}_*.py")
    upgrade, downgrade = written.read_text(encoding="utf-8").split("def downgrade")
    assert re.findall(r"create_table\(\s*['\"](\w+)", upgrade) == ["login_attempts"]
    assert re.findall(r"drop_table\(['\"](\w+)", downgrade) == ["login_attempts"]


# A reply as the schema before publications knew it, with everything it hangs on.
_QUEUED_REPLY = (
    "INSERT INTO agencies (id, name, kind, is_active, created_at) VALUES (1, 'a', 'in_house', {true}, {now})",
    "INSERT INTO accounts (id, agency_id, platform, external_id, name, kind, base_urls, settings,"
    " credentials, callback_key, status, status_since, error_streak, version, created_at)"
    " VALUES (1, 1, 'weibo', '1', 'a', 'official', '{{}}', '{{}}', '', 'k', 'active', {now}, 0, 1, {now})",
    "INSERT INTO contacts (id, agency_id, name, version, created_at) VALUES (1, 1, 'c', 1, {now})",
    "INSERT INTO contact_identities (id, contact_id, account_id, platform, external_id, name, is_verified,"
    " profile, last_seen_at, created_at) VALUES (1, 1, 1, 'weibo', 'c', 'c', {false}, '{{}}', {now}, {now})",
    "INSERT INTO conversations (id, account_id, contact_identity_id, last_number, version, created_at)"
    " VALUES (7, 1, 1, 1, 1, {now})",
    "INSERT INTO messages (id, conversation_id, account_id, number, direction, lane, kind, author_name, text,"
    " media, occurred_at, version, created_at)"
    " VALUES (1, 7, 1, 1, 'outbound', 'private', 'reply', '', 'hello', '[]', {now}, 1, {now})",
    "INSERT INTO outbound_messages (id, message_id, account_id, conversation_id, lane, target, operation_key,"
    " state, not_before, attempts, created_at)"
    " VALUES (1, 1, 1, 7, 'private', '{{}}', 'key', 'queued', {now}, 1, {now})",
    "INSERT INTO outbound_attempts (id, outbound_message_id, number, created_at) VALUES (1, 1, 1, {now})",
)


# A kind of cargo that the schema before it has no place for.
_SOMETHING_ELSE = (
    "INSERT INTO outbound_messages (id, cargo, cargo_id, account_id, lane, order_key, target, operation_key,"
    " state, not_before, attempts, created_at)"
    " VALUES (2, 'sms', 1, 1, 'private', 'sms-1', '{{}}', 'other-key', 'queued', {now}, 1, {now})",
    "INSERT INTO outbound_attempts (id, outbound_message_id, number, created_at) VALUES (2, 2, 1, {now})",
)


def test_replies_on_their_way_survive_the_ledger_becoming_general(bare_engine: Engine) -> None:
    migrate.upgrade(bare_engine, "0008")
    sqlite = bare_engine.dialect.name == "sqlite"
    words = {"now": "CURRENT_TIMESTAMP", "true": "true", "false": "false"}
    if sqlite:
        words |= {"true": "1", "false": "0"}
    with bare_engine.begin() as connection:
        for statement in _QUEUED_REPLY:
            connection.exec_driver_sql(statement.format(**words))
    migrate.upgrade(bare_engine, "0009")
    with bare_engine.begin() as connection:
        row = connection.exec_driver_sql("SELECT state, order_key, message_id FROM outbound_messages").one()
        assert tuple(row) == ("queued", "conversation-7-private", 1)
        assert connection.exec_driver_sql("SELECT count(*) FROM outbound_attempts").scalar() == 1
    migrate.upgrade(bare_engine, "0020")
    with bare_engine.begin() as connection:
        row = connection.exec_driver_sql("SELECT cargo, cargo_id, state FROM outbound_messages").one()
        assert tuple(row) == ("reply", 1, "queued")
        for statement in _SOMETHING_ELSE:
            connection.exec_driver_sql(statement.format(**words))
    migrate.downgrade(bare_engine, "0019")
    with bare_engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, message_id, publication_id FROM outbound_messages"
        ).all()
        assert [tuple(row) for row in rows] == [(1, 1, None)]
        assert connection.exec_driver_sql("SELECT count(*) FROM outbound_attempts").scalar() == 1
    migrate.downgrade(bare_engine, "0008")
    with bare_engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT conversation_id FROM outbound_messages").scalar() == 7


def test_known_accounts_and_listed_authors_are_given_their_servers(bare_engine: Engine) -> None:
    """An agency with accounts on two servers has meant its lists on both."""
    migrate.upgrade(bare_engine, "0027")
    words = {"now": "CURRENT_TIMESTAMP", "true": "1" if bare_engine.dialect.name == "sqlite" else "true"}
    account = (
        "INSERT INTO accounts (id, agency_id, platform, external_id, name, kind, base_urls, settings,"
        " credentials, callback_key, status, status_since, error_streak, refused_features, version,"
        " created_at) VALUES"
        " ({id}, 1, '{platform}', '{id}', 'a', 'official', '{urls}', '{{}}', '', 'k{id}', 'active', {now}, 0,"
        " '{{}}', 1, {now})"
    )
    entry = (
        "INSERT INTO special_list_entries (agency_id, list, platform, author_external_id, author_name,"
        " note, version, created_at) VALUES (1, 'vip', '{platform}', '42', 'a', 'n', 1, {now})"
    )
    with bare_engine.begin() as connection:
        connection.exec_driver_sql(_QUEUED_REPLY[0].format(**words))
        for number, platform, urls in (
            (1, "weibo", "{}"),
            (2, "mastodon", '{"api": "https://One.example/"}'),
            (3, "mastodon", '{"api": "http://two.example/m"}'),
        ):
            connection.exec_driver_sql(account.format(id=number, platform=platform, urls=urls, **words))
        for platform in ("weibo", "mastodon"):
            connection.exec_driver_sql(entry.format(platform=platform, **words))
    migrate.upgrade(bare_engine, "0028")
    with bare_engine.begin() as connection:
        servers = connection.exec_driver_sql("SELECT server FROM accounts ORDER BY id").scalars().all()
        assert servers == ["", "one.example", "two.example/m"]
        listed = connection.exec_driver_sql(
            "SELECT platform, server, note FROM special_list_entries ORDER BY platform, server"
        ).all()
        assert [tuple(row) for row in listed] == [
            ("mastodon", "one.example", "n"),
            ("mastodon", "two.example/m", "n"),
            ("weibo", "", "n"),
        ]
    migrate.downgrade(bare_engine, "0027")
    with bare_engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM special_list_entries").scalar() == 2


def test_when_a_first_answer_was_due_is_taken_from_its_change(bare_engine: Engine) -> None:
    """What has no such change keeps what was counted before: the time of its priority, by the clock."""
    sqlite = bare_engine.dialect.name == "sqlite"
    words = {
        "now": "CURRENT_TIMESTAMP",
        "true": "1" if sqlite else "true",
        "false": "0" if sqlite else "false",
    }
    at = "2026-11-20 {}:00:00.000000" + ("" if sqlite else "+00")
    request = (
        "INSERT INTO service_requests (id, number, account_id, conversation_id, lane, status, type, priority,"
        " priority_parts, sentiment, sentiment_score, sentiment_unsure, opened_at, urgent_at,"
        " first_replied_at, last_inbound_at, message_count, unread_count, last_number, preview, version,"
        " created_at) VALUES ({id}, 'n{id}', 1, 7, 'public', 'closed', 'lead', 3, '{{}}', 0, 0.5,"
        " {false}, '{opened}', {now}, {replied}, {now}, 1, 0, 1, '{{}}', 2, {now})"
    )
    change = (
        "INSERT INTO request_changes (service_request_id, account_id, kind, version, {quote}before{quote},"
        " {quote}after{quote}, actor, created_at) VALUES ({id}, 1, '{kind}', {version}, '{before}',"
        " '{after}', 'x', {now})"
    )
    answered = '{"first_replied_at": "2026-11-20T04:00:00+00:00"}'
    told = (
        (1, 2, "answered", '{"due_at": "2026-11-20T03:00:00+00:00"}', answered),
        (1, 3, "answer_failed", "{}", '{"first_replied_at": null}'),
        (1, 4, "answered", '{"due_at": "2026-11-20T05:30:01.250000+00:00"}', answered),
        (2, 2, "answered", "{}", answered),
        (4, 2, "joined", '{"due_at": "2026-11-20T03:00:00+00:00"}', "{}"),
    )
    migrate.upgrade(bare_engine, "0008")
    with bare_engine.begin() as connection:
        for statement in _QUEUED_REPLY[:5]:
            connection.exec_driver_sql(statement.format(**words))
    migrate.upgrade(bare_engine, "0049")
    with bare_engine.begin() as connection:
        for number, replied in ((1, True), (2, True), (3, True), (4, False)):
            moment = f"'{at.format('04')}'" if replied else "NULL"
            row = request.format(id=number, opened=at.format("02"), replied=moment, **words)
            connection.exec_driver_sql(row)
        for number, version, kind, before, after in told:
            row = change.format(
                id=number, version=version, kind=kind, before=before, after=after, quote='"', **words
            )
            connection.exec_driver_sql(row)
    migrate.upgrade(bare_engine, "0050")
    with bare_engine.connect() as connection:
        rows = connection.execute(select(ServiceRequest.id, ServiceRequest.first_due_at))
        found = {row.id: row.first_due_at for row in rows}
    day = datetime(2026, 11, 20, tzinfo=UTC)
    assert found == {
        1: day.replace(hour=5, minute=30, second=1, microsecond=250_000),
        2: None,
        3: day.replace(hour=4),
        4: None,
    }
    migrate.downgrade(bare_engine, "0049")
    migrate.upgrade(bare_engine, "0050")


def test_whoever_could_watch_still_may(bare_engine: Engine) -> None:
    """Watching became a right of its own: each role that could has it, one that people made too."""
    row = (
        "INSERT INTO roles (name, rights, account_reach, request_reach, masked, capacity, offered, version,"
        " created_at) VALUES ('{name}', '{rights}', 'team', 'own', '', 0, '', 1, CURRENT_TIMESTAMP)"
    )
    made = {
        "组长": " service_requests:assign session:use ",
        "组员": " service_requests:claim session:use ",
        "旁观": " service_requests:assign service_requests:watch ",
    }
    migrate.upgrade(bare_engine, "0062")
    with bare_engine.begin() as connection:
        for name, rights in made.items():
            connection.exec_driver_sql(row.format(name=name, rights=rights))

    def watching() -> set[str]:
        with bare_engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, rights FROM roles WHERE name <> ''")
            return {name for name, rights in rows if "service_requests:watch" in rights.split()}

    migrate.upgrade(bare_engine, "0063")
    assert watching() == {"组长", "旁观"}
    migrate.downgrade(bare_engine, "0062")
    assert watching() == set()
