"""Bursts as a whole: posts come in, a topic forms, an alert is raised once and acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.listener.jobs import judge_items
from app.models import Account, Agency, AgencyKind, Operator
from app.topics.jobs import watch_bursts
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.topics.bursts import OUTAGE, burst, known_hours

OpenBrowser = Callable[[Operator | None], Browser]


@pytest.fixture
def agency(make: Make) -> Agency:
    return make.agency()


@pytest.fixture
def account(make: Make, agency: Agency) -> Account:
    return make.account(agency, make.team(agency))


@pytest.fixture
def supervisor(make: Make, agency: Agency) -> Operator:
    return make.operator(agency, role=RoleName.SUPERVISOR)


def test_similar_complaints_of_several_people_become_one_topic(
    make: Make, runtime: Runtime, account: Account, supervisor: Operator, open_browser: OpenBrowser
) -> None:
    burst(make, account)
    make.store(account, make.post("套餐怎么改", author="other"))
    judge_items(runtime)
    watch_bursts(runtime)
    me = open_browser(supervisor)
    (topic,) = me.get("/topics").get_json()["items"]
    assert topic["item_count"] == 20
    assert {"宽带", "投诉"} <= {term["word"] for term in topic["terms"]}
    detail = me.get(f"/topics/{topic['id']}").get_json()
    assert sum(hour["posts"] for hour in detail["curve"]) == 20
    assert all("宽带" in post["text"] for post in detail["posts"])


def test_one_person_repeating_themselves_is_no_topic(
    make: Make, runtime: Runtime, account: Account, supervisor: Operator, open_browser: OpenBrowser
) -> None:
    make.store(account, *(make.post(f"{text} {n}", author="angry") for n in range(4) for text in OUTAGE))
    judge_items(runtime)
    watch_bursts(runtime)
    assert open_browser(supervisor).get("/topics").get_json()["items"] == []


def test_later_posts_join_the_topic_and_watching_again_changes_nothing(
    make: Make, runtime: Runtime, account: Account, supervisor: Operator, open_browser: OpenBrowser
) -> None:
    burst(make, account)
    watch_bursts(runtime)
    watch_bursts(runtime)
    make.store(account, make.post("南屏区宽带断了，还要投诉多久", author="late"))
    judge_items(runtime)
    watch_bursts(runtime)
    (topic,) = open_browser(supervisor).get("/topics").get_json()["items"]
    assert topic["item_count"] == 21


def test_a_name_given_by_a_person_stays(
    make: Make, runtime: Runtime, account: Account, supervisor: Operator, open_browser: OpenBrowser
) -> None:
    burst(make, account)
    watch_bursts(runtime)
    me = open_browser(supervisor)
    (topic,) = me.get("/topics").get_json()["items"]
    renamed = me.put(f"/topics/{topic['id']}", {"label": "南屏光缆", "version": topic["version"]})
    assert renamed.status_code == 200
    assert me.put(f"/topics/{topic['id']}", {"label": "x", "version": topic["version"]}).status_code == 409
    make.store(account, make.post("南屏区宽带断了，投诉到底", author="late"))
    judge_items(runtime)
    watch_bursts(runtime)
    assert me.get("/topics").get_json()["items"][0]["label"] == "南屏光缆"


def test_an_unusual_hour_raises_each_alert_once_until_it_has_cooled_down(
    make: Make,
    runtime: Runtime,
    clock: ManualClock,
    account: Account,
    supervisor: Operator,
    open_browser: OpenBrowser,
) -> None:
    known_hours(make, clock, account)
    burst(make, account)
    watch_bursts(runtime)
    watch_bursts(runtime)
    me = open_browser(supervisor)
    alerts = me.get("/alerts").get_json()["items"]
    assert sorted(alert["kind"] for alert in alerts) == ["negative_share", "volume"]
    assert {alert["topic"]["label"] for alert in alerts} == {
        me.get("/topics").get_json()["items"][0]["label"]
    }
    clock.advance(2 * 3600 + 60)
    known_hours(make, clock, account, posts=10, negative=10)
    burst(make, account, times=5)
    watch_bursts(runtime)
    assert len(me.get("/alerts").get_json()["items"]) == 2  # as usual at this hour
    burst(make, account, times=12)
    watch_bursts(runtime)
    assert len(me.get("/alerts").get_json()["items"]) == 3  # four times the usual volume


def test_an_alert_is_acknowledged_by_the_first_who_does_and_stays_theirs(
    make: Make,
    runtime: Runtime,
    clock: ManualClock,
    agency: Agency,
    account: Account,
    supervisor: Operator,
    open_browser: OpenBrowser,
) -> None:
    known_hours(make, clock, account)
    burst(make, account)
    watch_bursts(runtime)
    first, second = open_browser(supervisor), open_browser(make.operator(agency, role=RoleName.SUPERVISOR))
    alert = first.get("/alerts").get_json()["items"][0]
    assert first.put(f"/alerts/{alert['id']}/acknowledgement").status_code == 200
    again = second.put(f"/alerts/{alert['id']}/acknowledgement").get_json()
    assert again["acknowledged_by"]["id"] == supervisor.id
    still_open = first.get("/alerts", open="true").get_json()["items"]
    assert alert["id"] not in {other["id"] for other in still_open}


def test_a_paused_rule_raises_nothing(
    make: Make,
    runtime: Runtime,
    clock: ManualClock,
    account: Account,
    supervisor: Operator,
    open_browser: OpenBrowser,
) -> None:
    known_hours(make, clock, account)
    me = open_browser(supervisor)
    for kind in ("volume", "negative_share"):
        rule = {
            "account_id": account.id,
            "kind": kind,
            "sensitivity": "high",
            "cool_down_minutes": 60,
            "is_active": False,
        }
        assert me.put("/alert-rules", rule).status_code == 200
    burst(make, account)
    watch_bursts(runtime)
    assert me.get("/alerts").get_json()["items"] == []


def test_a_fresh_start_raises_no_alert_however_much_comes_in(
    make: Make,
    runtime: Runtime,
    clock: ManualClock,
    account: Account,
    supervisor: Operator,
    open_browser: OpenBrowser,
) -> None:
    """Case G6."""
    me = open_browser(supervisor)
    burst(make, account, times=20)
    watch_bursts(runtime)
    clock.advance(3600)
    burst(make, account, times=20)
    watch_bursts(runtime)
    assert me.get("/alerts").get_json()["items"] == []


def test_posts_that_are_fetched_late_are_no_burst(
    make: Make,
    runtime: Runtime,
    clock: ManualClock,
    account: Account,
    supervisor: Operator,
    open_browser: OpenBrowser,
) -> None:
    """Case G6: an account catches up on what was written while nobody listened."""
    known_hours(make, clock, account)
    late = clock.now() - timedelta(hours=9)
    make.store(
        account,
        *(make.post(f"宽带断了，没人管 {n}", author=f"u{n}", created_at=late) for n in range(60)),
    )
    judge_items(runtime)
    watch_bursts(runtime)
    assert open_browser(supervisor).get("/alerts").get_json()["items"] == []


def test_topics_have_names_of_their_own_and_an_example(
    make: Make, runtime: Runtime, account: Account, supervisor: Operator, open_browser: OpenBrowser
) -> None:
    """Case G19."""
    burst(make, account)
    bills = (
        "莫名其妙扣了我三十块话费，投诉",
        "又莫名其妙扣话费，投诉到底",
        "话费莫名其妙扣了五十，投诉",
        "莫名其妙扣话费没人解释，投诉",
    )
    make.store(account, *(make.post(f"{t} {n}", author=f"b{n}{t}") for n in range(3) for t in bills))
    judge_items(runtime)
    watch_bursts(runtime)
    topics = open_browser(supervisor).get("/topics").get_json()["items"]
    names = [topic["label"] for topic in topics]
    assert len(names) == len(set(names)) >= 2
    assert all(any(name in text for text in (*OUTAGE, *bills)) for name in names)
    assert all(len(topic["example"]) >= len(topic["label"]) for topic in topics)


def test_another_agency_sees_neither_topics_nor_alerts(
    make: Make, runtime: Runtime, clock: ManualClock, account: Account, open_browser: OpenBrowser
) -> None:
    known_hours(make, clock, account)
    burst(make, account)
    watch_bursts(runtime)
    other = make.agency(AgencyKind.THIRD_PARTY)
    stranger = open_browser(make.operator(other, role=RoleName.SUPERVISOR))
    assert stranger.get("/topics").get_json()["items"] == []
    assert stranger.get("/alerts").get_json()["items"] == []
    assert stranger.get("/topics/1").status_code == 404
    assert stranger.put("/alerts/1/acknowledgement").status_code == 404


def test_the_volume_curve_counts_every_hour_once(
    make: Make, runtime: Runtime, account: Account, supervisor: Operator, open_browser: OpenBrowser
) -> None:
    burst(make, account, times=2)
    watch_bursts(runtime)
    watch_bursts(runtime)
    hours = open_browser(supervisor).get("/volumes", hours=24).get_json()["items"]
    assert len(hours) == 24
    assert sum(hour["posts"] for hour in hours) == 10
