"""The demo's history: the same from the same seed, and whole after every interruption."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.config import load_settings
from app.core.clock import ManualClock
from app.core.office import start_of_day
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.built_in_roles import keep_built_in_roles
from app.models import WhatIf
from app.processes.composition import compose
from app.routing.lateness import tell_of_lateness
from app.routing.whatif.replaying import findings_of
from app.seed.demo import seed_demo
from app.seed.history import history
from app.seed.history.house import HistoryRefused
from app.seed.history.planning import OFFICE
from app.seed.history.planting import plant
from sandbox.testing import start_sandbox
from tests.fakes.model import FakeModel
from tests.support.databases import TEST_SECRETS, copy_sqlite
from tests.support.request_changes import unrecorded

DAYS = 3
# By table: what is compared, without numbers that a database gives.
COMPARED = {
    "contacts": "created_at, name",
    "contact_identities": "created_at, platform, external_id, name, followers_count, last_seen_at",
    "conversations": "created_at, last_number",
    "inbound_items": "created_at, external_id, kind, lane, author_name, text, published_at, simhash, "
    "duplicate_count",
    "verdicts": "created_at, outcome, step, reason, intent, intent_score, sentiment_score, needs_review",
    "service_requests": "number, status, type, priority, waiting_since, due_at, first_replied_at, "
    "resolved_at, version",
    "request_changes": "created_at, kind, version, actor, reason",
    "assignment_decisions": "created_at, strategy, reason",
    "messages": "created_at, direction, number, text, occurred_at",
    "outbound_messages": "created_at, state, operation_key, finished_at, error_code",
    "monitor_hits": "created_at, published_at",
    "hourly_volumes": "hour, total, negative",
    "author_activities": "author_external_id, items, repeats, adverts",
    "notifications": "created_at, kind, count, is_folded, read_at",
    "alerts": "created_at, kind, hour, value, posts, negative",
}


def fresh(address: str, folder: Path, now: datetime, sandbox_url: str = "") -> Runtime:
    """A demo organisation of its own on a migrated, empty database."""
    settings = load_settings(
        _env_file=None,
        lingke_env="test",
        data_dir=folder,
        database_url=address,
        redis_url="redis://127.0.0.1:1",
        secret_key=TEST_SECRETS["SECRET_KEY"],
        credential_keys=TEST_SECRETS["CREDENTIAL_KEYS"],
        sandbox_url=sandbox_url,
    )
    runtime = compose(settings, clock=ManualClock(now))
    runtime.parts["classifier"] = FakeModel()
    with open_context(runtime, system_actor("seed")) as ctx:
        keep_built_in_roles(ctx.session, ctx.now())
        seed_demo(ctx)
    return runtime


@pytest.fixture
def demo(runtime: Runtime) -> Runtime:
    with open_context(runtime, system_actor("seed")) as ctx:
        seed_demo(ctx)
    return runtime


def make(runtime: Runtime, days: int = DAYS, seed: int = 7) -> list[tuple[int, int]]:
    begin(runtime, days, seed)
    return list(history.go_on(runtime))


def begin(runtime: Runtime, days: int = DAYS, seed: int = 7) -> None:
    with open_context(runtime, system_actor("seed")) as ctx:
        history.begin(ctx, days, seed)


def rows(runtime: Runtime, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with open_context(runtime, system_actor("test"), write=False) as ctx:
        return [tuple(row) for row in ctx.session.execute(text(statement), values)]


def one(runtime: Runtime, statement: str, **values: Any) -> Any:
    return rows(runtime, statement, **values)[0][0]


def contents(runtime: Runtime) -> dict[str, list[str]]:
    return {
        table: sorted(str(tuple(map(plain, row))) for row in rows(runtime, f"SELECT {columns} FROM {table}"))
        for table, columns in COMPARED.items()
    }


def plain(value: Any) -> Any:
    if isinstance(value, datetime):  # SQLite gives moments as text, in UTC
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, bool):
        return int(value)
    return value


def test_what_is_made_keeps_the_products_promises(demo: Runtime) -> None:
    assert make(demo) == [(written, DAYS) for written in range(DAYS + 1)]
    with open_context(demo, system_actor("test"), write=False) as ctx:
        assert unrecorded(ctx.session) == []
    assert one(demo, "SELECT count(*) FROM service_requests") > 100
    assert one(demo, "SELECT count(*) FROM event_log") == 0
    assert one(demo, "SELECT count(*) FROM waiting_items") == 0
    assert one(demo, "SELECT count(*) FROM outbound_messages WHERE state NOT IN ('sent', 'failed')") == 0
    items = "SELECT count(*) FROM inbound_items"
    assert one(demo, items) == one(demo, "SELECT count(*) FROM verdicts")
    assert one(demo, items) == one(demo, "SELECT sum(total) FROM hourly_volumes")
    for wrong in (
        "FROM conversations c WHERE last_number <> "
        "(SELECT count(*) FROM messages m WHERE m.conversation_id = c.id)",
        "FROM service_requests r WHERE NOT EXISTS "
        "(SELECT 1 FROM assignment_decisions d WHERE d.service_request_id = r.id)",
        "FROM messages WHERE inbound_item_id IS NULL AND direction = 'inbound'",
        "FROM service_requests r WHERE message_count <> (SELECT count(*) FROM messages m LEFT JOIN "
        "outbound_messages o ON o.cargo_id = m.id WHERE m.service_request_id = r.id "
        "AND coalesce(o.state, 'sent') <> 'failed')",
    ):
        assert one(demo, f"SELECT count(*) {wrong}") == 0, wrong


@pytest.mark.parametrize("days", [DAYS, 1])
def test_dealt_out_again_by_the_same_rules_it_comes_to_the_same(demo: Runtime, days: int) -> None:
    """A period that begins within the history too: what was in hand and what waited then is known."""
    make(demo)
    with open_context(demo, system_actor("test"), write=False) as ctx:
        until = start_of_day(ctx.now())
        period = WhatIf(since=until - timedelta(days=days), until=until, scenario={}, seed=1)
        found = findings_of(ctx, period)
    assert found.was.given > 40
    assert found.same_holder >= 0.99 * found.was.given
    assert found.replayed == found.was
    assert found.retold.same == found.retold.asked


def test_nobody_is_given_more_than_they_may_have(demo: Runtime) -> None:
    """Each decision keeps what its candidates had in hand: whoever was chosen had room."""
    make(demo)
    kept = rows(demo, "SELECT candidates, chosen_operator_id FROM assignment_decisions")
    chosen = [
        one
        for candidates, number in kept
        for one in (json.loads(candidates) if isinstance(candidates, str) else candidates)
        if one["operator_id"] == number
    ]
    assert max(one["load"] for one in chosen) > 1
    assert all(one["load"] < one["capacity"] for one in chosen)


def test_what_waits_over_night_is_given_out_in_the_morning(demo: Runtime) -> None:
    make(demo)
    late = (
        "FROM service_requests r JOIN request_changes c ON c.service_request_id = r.id "
        "WHERE c.kind = 'assigned' AND c.created_at > r.opened_at"
    )
    assert one(demo, f"SELECT count(*) {late}") > 10
    assert one(demo, f"SELECT count(*) {late} AND r.assignee_id IS NULL") == 0
    assert one(demo, f"SELECT count(DISTINCT r.id) {late}") == one(demo, f"SELECT count(*) {late}")


def test_what_it_told_is_as_the_present_would_tell_it(demo: Runtime) -> None:
    """Causes are those of the herald and of the watch over deadlines: nobody is told the same again."""
    make(demo)
    told = one(demo, "SELECT count(*) FROM notifications")
    assert told > 50
    assert one(demo, "SELECT count(*) FROM notifications WHERE read_at IS NULL") > 3
    assert one(demo, "SELECT count(*) FROM notifications WHERE mail_id IS NOT NULL") == 0
    wrong = (
        "FROM notifications a JOIN notifications b ON a.id < b.id AND a.operator_id = b.operator_id AND "
        "a.kind = b.kind AND a.subject_id = b.subject_id WHERE a.read_at IS NULL AND b.read_at IS NULL"
    )
    assert one(demo, f"SELECT count(*) {wrong}") == 0, "of a kind about the same one is unread"
    backwards = "FROM notifications a JOIN notifications b ON a.id < b.id AND a.created_at > b.created_at"
    assert one(demo, f"SELECT count(*) {backwards}") == 0
    assert one(demo, "SELECT count(*) FROM notifications WHERE read_at < created_at") == 0
    kept = rows(demo, "SELECT cause FROM notifications WHERE kind = 'sla_missed'")
    with open_context(demo, system_actor("test")) as ctx:
        tell_of_lateness(ctx)
    again = rows(demo, "SELECT cause FROM notifications WHERE kind = 'sla_missed'")
    assert set(kept) <= set(again)
    assert len(again) == len(set(again))


def test_it_ends_before_today_begins_in_the_office(demo: Runtime) -> None:
    make(demo)
    today = demo.clock.now().astimezone(OFFICE).replace(hour=0, minute=0, second=0, microsecond=0)
    for table in ("inbound_items", "messages", "request_changes", "outbound_messages", "verdicts"):
        assert plain(one(demo, f"SELECT max(created_at) FROM {table}")) < plain(today)
    oldest = plain(one(demo, "SELECT min(created_at) FROM inbound_items"))
    first = today - timedelta(days=DAYS)
    assert plain(first) <= oldest < plain(first + timedelta(days=1))


def half_a_day(runtime: Runtime) -> None:
    with open_context(runtime, history.ACTOR) as ctx:
        found = history.begun(ctx)
        assert found is not None
        history._write_next(ctx, found[0], "v")
        raise RuntimeError("killed")


def test_interrupted_it_goes_on_to_the_rows_of_a_whole_run(
    demo: Runtime, sqlite_template: Path, tmp_path: Path
) -> None:
    """Killed within the second day: what was being written is gone, what was written is not written again."""
    begin(demo)
    going = history.go_on(demo)
    assert [next(going) for _ in range(2)] == [(0, DAYS), (1, DAYS)]
    going.close()
    with pytest.raises(RuntimeError, match="killed"):
        half_a_day(demo)
    assert make(demo) == [(1, DAYS), (2, DAYS), (3, DAYS)]
    again = contents(demo)
    assert make(demo) == [(DAYS, DAYS)]
    assert contents(demo) == again
    whole = fresh(copy_sqlite(sqlite_template, tmp_path / "whole.db"), tmp_path, demo.clock.now())
    make(whole)
    assert contents(whole) == again


def test_another_seed_is_another_history(demo: Runtime) -> None:
    begin(demo, days=1, seed=8)
    with pytest.raises(HistoryRefused, match="seed 8 already"):
        begin(demo, days=1, seed=7)


def test_without_the_demo_organisation_nothing_is_begun(runtime: Runtime) -> None:
    with pytest.raises(HistoryRefused, match="seed demo"):
        begin(runtime)
    assert list(history.go_on(runtime)) == []


def test_the_sandbox_knows_what_is_open(sqlite_template: Path, tmp_path: Path, clock: ManualClock) -> None:
    """Every post behind an active request, once, however often it is told."""
    address = copy_sqlite(sqlite_template, tmp_path / "demo.db")
    with start_sandbox() as sandbox:
        before = sandbox.control("GET", "/counts")
        runtime = fresh(address, tmp_path, clock.now(), sandbox.url)
        assert plant(runtime) == 0
        make(runtime, days=1)
        planted = plant(runtime)
        assert plant(runtime) == planted > 10
        after = sandbox.control("GET", "/counts")
    kinds = dict(
        rows(
            runtime,
            "SELECT i.kind, count(*) FROM inbound_items i JOIN messages m ON m.inbound_item_id = i.id JOIN "
            "service_requests r ON r.id = m.service_request_id "
            "WHERE r.status NOT IN ('resolved', 'closed') GROUP BY 1",
        )
    )
    assert sum(kinds.values()) == planted
    assert after["message"] - before["message"] == kinds["private_message"]
    assert after["weibo_comment"] - before["weibo_comment"] == kinds.get("comment", 0)
