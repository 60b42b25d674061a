"""Whoever looks for what is planted in ninety days finds it, with plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.runtime import Runtime
from app.seed.history.planning import OFFICE
from app.seed.history.truths import BEST_HOUR, FIX, FULL, GROWTH, MURMURS, OUTAGE, SLOW_TEAM, SPAMMER
from tests.seed.test_history import fresh, make, one, rows
from tests.support.databases import copy_sqlite

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
TODAY = datetime(2026, 11, 30, tzinfo=OFFICE)
ANSWER_MINUTES = "avg((julianday(r.first_replied_at) - julianday(r.opened_at)) * 1440)"


@pytest.fixture(scope="module")
def ninety(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("ninety")
    runtime = fresh(copy_sqlite(sqlite_template, folder / "lingke.db"), folder, NOW)
    make(runtime, FULL)
    yield runtime
    runtime.engine.dispose()


def day(ago: float) -> str:
    return (TODAY - timedelta(days=ago)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def found(runtime: Runtime, statement: str, **values: Any) -> float:
    return float(one(runtime, statement, **values) or 0)


def test_the_outage(ninety: Runtime) -> None:
    """One hour with far more complaints than any other, an alert of each kind, a topic that names it."""
    loudest = rows(
        ninety,
        "SELECT a.callback_key, v.hour, v.negative FROM hourly_volumes v "
        "JOIN accounts a ON a.id = v.account_id ORDER BY v.negative DESC LIMIT 2",
    )
    begins = TODAY - timedelta(days=OUTAGE.days_ago)
    for account, hour, negative in loudest:
        local = datetime.fromisoformat(hour).replace(tzinfo=UTC).astimezone(OFFICE)
        assert account == OUTAGE.account
        assert local.date() == begins.date()
        assert OUTAGE.hours[0] <= local.hour < OUTAGE.hours[1]
        assert negative > 30
    alerts = rows(
        ninety,
        "SELECT DISTINCT al.kind FROM alerts al JOIN accounts a ON a.id = al.account_id "
        "WHERE a.callback_key = :account AND al.hour >= :since AND al.hour < :until",
        account=OUTAGE.account,
        since=day(OUTAGE.days_ago),
        until=day(OUTAGE.days_ago - 1),
    )
    assert {kind for (kind,) in alerts} == {"volume", "negative_share"}
    assert one(ninety, "SELECT label FROM topics ORDER BY item_count DESC LIMIT 1") == OUTAGE.words


def test_what_the_last_days_talked_about(ninety: Runtime) -> None:
    lately = rows(ninety, "SELECT label FROM topics WHERE last_seen_at >= :since", since=day(10))
    assert {label for (label,) in lately} == {burst.words for burst in MURMURS}


def test_the_slow_team(ninety: Runtime) -> None:
    """By what is answered within a working morning, so that nights weigh on nobody."""
    by_team = dict(
        rows(
            ninety,
            f"SELECT t.name, {ANSWER_MINUTES} FROM service_requests r JOIN teams t ON t.id = r.team_id "
            "WHERE strftime('%H', r.opened_at) IN ('01', '02', '03', '04') AND r.priority = 2 GROUP BY 1",
        )
    )
    others = [minutes for name, minutes in by_team.items() if name != SLOW_TEAM.team]
    assert by_team[SLOW_TEAM.team] > 1.8 * max(others)


def test_the_fix(ninety: Runtime) -> None:
    """Complaints about the product, a day, before it was mended and after."""
    count = (
        "SELECT count(*) FROM inbound_items i JOIN verdicts v ON v.inbound_item_id = i.id "
        "WHERE v.intent = 'complaint' AND i.text LIKE :product AND i.text LIKE :words "
        "AND i.published_at >= :since AND i.published_at < :until"
    )
    words = {"product": f"%{FIX.product}%", "words": f"%{FIX.words}%"}
    before = found(ninety, count, since=day(FULL), until=day(FIX.days_ago), **words) / (FULL - FIX.days_ago)
    after = found(ninety, count, since=day(FIX.days_ago), until=day(0), **words) / FIX.days_ago
    assert before > 4 * after
    assert after > 0


def test_the_best_hour(ninety: Runtime) -> None:
    quickest = one(
        ninety,
        "SELECT strftime('%H', r.opened_at, '+8 hours') FROM service_requests r "
        f"GROUP BY 1 ORDER BY {ANSWER_MINUTES} LIMIT 1",
    )
    assert int(quickest) == BEST_HOUR.hour


def test_the_spammer(ninety: Runtime) -> None:
    """Nobody was repeated as often; since they are blocked the filter asks nothing else."""
    name, times = rows(
        ninety,
        "SELECT author_name, duplicate_count FROM inbound_items ORDER BY duplicate_count DESC LIMIT 1",
    )[0]
    assert name == SPAMMER.name
    assert times == FULL * SPAMMER.posts - 1
    reasons = dict(
        rows(
            ninety,
            "SELECT v.reason, count(*) FROM verdicts v JOIN inbound_items i ON i.id = v.inbound_item_id "
            "WHERE i.author_name = :name AND i.published_at >= :since GROUP BY 1",
            name=SPAMMER.name,
            since=day(SPAMMER.blocked_days_ago - 1),
        )
    )
    assert set(reasons) == {"blocked_author"}
    assert one(ninety, "SELECT author_name FROM special_list_entries WHERE list = 'blocked'") == SPAMMER.name


def test_the_growing_platform(ninety: Runtime) -> None:
    count = (
        "SELECT a.platform, count(*) FROM inbound_items i JOIN accounts a ON a.id = i.account_id "
        "WHERE i.published_at >= :since AND i.published_at < :until GROUP BY 1"
    )
    first = dict(rows(ninety, count, since=day(FULL), until=day(FULL - 28)))
    last = dict(rows(ninety, count, since=day(28), until=day(0)))
    growth = {platform: last[platform] / first[platform] for platform in first}
    assert growth.pop(GROWTH.platform) > 2.5
    assert all(0.7 < times < 1.4 for times in growth.values())


def test_the_first_morning_has_something_to_do(ninety: Runtime) -> None:
    """A few dozen requests: some that nobody has, some that wait for a customer, some for others."""
    by_status = dict(
        rows(
            ninety,
            "SELECT status, count(*) FROM service_requests "
            "WHERE status IN ('new', 'open', 'pending', 'on_hold') GROUP BY 1",
        )
    )
    assert 20 <= sum(by_status.values()) <= 80
    assert set(by_status) == {"new", "open", "pending", "on_hold"}


def test_people_come_back(ninety: Runtime) -> None:
    came_back = one(
        ninety,
        "SELECT count(*) FROM (SELECT 1 FROM service_requests GROUP BY conversation_id HAVING count(*) > 3)",
    )
    assert came_back > 200
