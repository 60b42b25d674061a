"""The ledger: counts that add up, filters, samples of dropped items, the miss estimate, trials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.listener.sampling import trials
from app.listener.sampling.estimates import Stratum, allocate, draw, estimate, wilson
from app.listener.sampling.events import SAMPLE_REVIEWED
from app.longwork import runner
from app.longwork.runner import go_on
from app.models import Operator, Verdict
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.listener.desk import Desk, items, judged, verdicts

OpenBrowser = Callable[[Operator | None], Browser]
CHAT = [f"随便聊聊第{name}件小事情吧" for name in "甲乙丙丁戊己庚辛壬癸子丑"]
ADVERTS = [f"加微信代办{name}业务" for name in ("宽带", "靓号", "套餐", "提速", "过户", "补卡")]


def sampled(desk: Desk, **fields: Any) -> dict[str, Any]:
    answer = desk.browser.post("/filter-samples", {"days": 7, "size": 10, "seed": 7, **fields})
    assert answer.status_code == 201, answer.get_json()
    view: dict[str, Any] = answer.get_json()
    return view


def drawn_items(desk: Desk, draw_id: int, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.browser.get(f"/filter-samples/{draw_id}/items", **query).get_json()[
        "items"
    ]
    return found


def test_the_ledgers_counts_add_up_to_what_came_in(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, *CHAT, *ADVERTS, "宽带断了没人来修吗")
    make.store(desk.account, make.post("还没有判定的一条"))
    counts = desk.browser.get("/inbound-items/counts").get_json()
    assert [counts[key] for key in ("total", "kept", "dropped", "pending")] == [20, 1, 18, 1]
    assert sum(entry["count"] for entry in counts["by_reason"]) == 19


@pytest.mark.parametrize("priority", [1, 3, 4, None])
def test_the_ledger_shows_the_priority_that_the_model_gave(
    desk: Desk, runtime: Runtime, make: Make, priority: int | None
) -> None:
    (verdict,) = judged(runtime, make, desk.account, "宽带断了没人来修吗")
    with open_context(runtime, LISTENER) as ctx:
        ctx.session.get_one(Verdict, verdict.id).priority = priority
    view = desk.browser.get(f"/inbound-items/{verdict.inbound_item_id}").get_json()
    assert view["verdict"]["priority"] == priority


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"outcome": "kept"}, 2),
        ({"reason": "advert"}, 6),
        ({"step": "intent"}, 14),
        ({"intent": "complaint"}, 1),
        ({"sentiment": -1}, 1),
        ({"author": "a0"}, 1),
        ({"q": "业务"}, 6),
        ({"since": "2026-11-22T03:00:00Z"}, 0),
        ({"until": "2026-11-22T03:00:00Z"}, 20),
    ],
)
def test_the_ledger_is_filtered(
    desk: Desk, runtime: Runtime, make: Make, query: dict[str, Any], count: int
) -> None:
    judged(runtime, make, desk.account, *CHAT, *ADVERTS, "宽带断了没人来修吗", "投诉多扣了我二十块钱")
    answer = desk.browser.get("/inbound-items", limit=200, **query).get_json()
    assert len(answer["items"]) == count


def test_the_same_seed_draws_the_same_items_from_every_reason(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, *CHAT, *ADVERTS)
    first, second, other = sampled(desk), sampled(desk), sampled(desk, seed=8)

    def drawn(view: dict[str, Any]) -> list[int]:
        return [entry["item"]["id"] for entry in drawn_items(desk, view["id"])]

    assert drawn(first) == drawn(second) != drawn(other)
    assert {s["reason"]: (s["population"], s["drawn"]) for s in first["strata"]} == {
        "no_request": (12, 7),
        "advert": (6, 5),
    }
    assert first["estimate"] is None


def test_findings_give_an_estimate_and_wrong_ones_become_requests(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, *CHAT, *ADVERTS)
    view = sampled(desk)
    for entry in drawn_items(desk, view["id"], open="true"):
        wrong = entry["item"]["text"] == CHAT[0] or entry["stratum"] == "advert"
        answer = desk.browser.put(f"/sampled-items/{entry['id']}", {"is_right": not wrong})
        assert answer.status_code == 200, answer.get_json()
        assert (answer.get_json()["item"]["service_request_id"] is not None) == wrong
    done = desk.browser.get(f"/filter-samples/{view['id']}").get_json()
    assert (done["reviewed"], done["size"]) == (12, 12)
    found = done["estimate"]
    assert found["low"] < found["missed"] < found["high"]
    assert 6 <= found["missed"] <= 8
    assert drawn_items(desk, view["id"], open="true") == []


def test_an_item_is_reviewed_once(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, *CHAT)
    (entry, *_) = drawn_items(desk, sampled(desk)["id"])
    path = f"/sampled-items/{entry['id']}"
    assert desk.browser.put(path, {"is_right": True}).status_code == 200
    assert desk.browser.put(path, {"is_right": False}).get_json()["code"] == "already_reviewed"


def test_a_finding_is_taken_back_as_if_nobody_had_looked(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, *CHAT)
    draw_id = sampled(desk)["id"]
    (entry, *_) = drawn_items(desk, draw_id)
    path = f"/sampled-items/{entry['id']}"
    assert desk.browser.put(path, {"is_right": True}).status_code == 200
    assert entry["id"] not in [left["id"] for left in drawn_items(desk, draw_id, open="true")]

    taken = desk.browser.delete(f"{path}/finding").get_json()
    assert (taken["is_right"], taken["reviewed_at"], taken["reviewed_by"]) == (None, None, None)
    assert desk.browser.get(f"/filter-samples/{draw_id}").get_json()["reviewed"] == 0
    assert entry["id"] in [left["id"] for left in drawn_items(desk, draw_id, open="true")]
    # Twice is once; and the item can be judged anew.
    assert desk.browser.delete(f"{path}/finding").status_code == 200
    assert desk.browser.put(path, {"is_right": False}).status_code == 200


def test_a_finding_that_made_a_request_stays(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, *CHAT)
    (entry, *_) = drawn_items(desk, sampled(desk)["id"])
    path = f"/sampled-items/{entry['id']}"
    request_id = desk.browser.put(path, {"is_right": False}).get_json()["item"]["service_request_id"]
    answer = desk.browser.delete(f"{path}/finding")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_a_request")
    assert answer.get_json()["service_request_id"] == request_id


def test_those_who_review_the_same_sample_are_told_of_each_finding(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, *CHAT)
    view = sampled(desk)
    (entry, *_) = drawn_items(desk, view["id"])
    desk.browser.put(f"/sampled-items/{entry['id']}", {"is_right": True})
    desk.browser.delete(f"/sampled-items/{entry['id']}/finding")
    with open_context(runtime, LISTENER, write=False) as ctx:
        told = list(ctx.session.scalars(select(EventLog.payload).where(EventLog.name == SAMPLE_REVIEWED)))
    assert told == [{"filter_sample_id": view["id"], "sampled_item_id": entry["id"]}] * 2


def test_nothing_dropped_is_nothing_to_review(desk: Desk) -> None:
    answer = desk.browser.post("/filter-samples", {"days": 7, "size": 10})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "nothing_to_draw")


def test_another_agency_sees_neither_draws_nor_their_items(
    desk: Desk, runtime: Runtime, make: Make, open_browser: OpenBrowser
) -> None:
    judged(runtime, make, desk.account, *CHAT)
    view = sampled(desk)
    (entry, *_) = drawn_items(desk, view["id"])
    stranger = open_browser(make.operator(make.agency(), role=RoleName.SUPERVISOR))
    assert stranger.get("/filter-samples").get_json()["items"] == []
    assert stranger.get(f"/filter-samples/{view['id']}").status_code == 404
    assert stranger.put(f"/sampled-items/{entry['id']}", {"is_right": True}).status_code == 404


def begun_trial(desk: Desk, command: dict[str, Any]) -> int:
    answer = desk.browser.post("/filter-trials", command)
    assert answer.status_code == 201, answer.get_json()
    return int(answer.get_json()["id"])


def tried(desk: Desk, runtime: Runtime, command: dict[str, Any]) -> dict[str, Any]:
    """What came of a trial once a worker has done it."""
    number = begun_trial(desk, command)
    go_on(runtime, number)
    found: dict[str, Any] = desk.browser.get(f"/filter-trials/{number}").get_json()
    assert found["work"]["state"] == "done"
    return found


def test_a_trial_shows_what_other_settings_would_do_and_changes_nothing(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, *CHAT, *ADVERTS, "宽带断了没人来修吗")
    before = [verdict.reason for verdict in verdicts(runtime)]
    steps = [{"name": "spam", "enabled": False}, {"name": "intent", "threshold": 0.01}]
    trial = {"filters": {"steps": steps}, "account_id": desk.account.id}
    answer = tried(desk, runtime, trial)
    assert (answer["scanned"], answer["is_complete"]) == (19, True)
    assert answer["before"] == {"kept": 1, "dropped": 18}
    assert answer["after"] == {"kept": 19, "dropped": 0}
    assert (answer["newly_kept"], answer["newly_dropped"]) == (18, 0)
    assert len(answer["newly_kept_examples"]) == 12
    by_reason = {entry["reason"]: (entry["before"], entry["after"]) for entry in answer["by_reason"]}
    assert by_reason == {"advert": (6, 0), "no_request": (12, 0), "needs_service": (1, 19)}
    assert [verdict.reason for verdict in verdicts(runtime)] == before


def test_a_trial_with_todays_settings_finds_no_difference(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, *CHAT, "[哈哈][哈哈]", "宽带断了没人来修吗", *CHAT[:2])
    trial = {"filters": {"steps": []}, "account_id": desk.account.id}
    answer = tried(desk, runtime, trial)
    assert (answer["newly_kept"], answer["newly_dropped"]) == (0, 0)
    assert answer["before"] == answer["after"]


def test_a_trial_runs_over_what_a_monitor_caught(desk: Desk, runtime: Runtime, make: Make) -> None:
    monitor = desk.browser.post("/monitors", {"name": "宽带", "rule": {"any": ["宽带"]}}).get_json()
    judged(runtime, make, desk.account, *CHAT, "宽带断了没人来修吗")
    strict = {"steps": [{"name": "intent", "threshold": 0.99}]}
    answer = tried(desk, runtime, {"filters": strict, "monitor_id": monitor["id"]})
    assert (answer["scanned"], answer["newly_dropped"]) == (1, 1)
    assert [e["text"] for e in answer["newly_dropped_examples"]] == ["宽带断了没人来修吗"]
    assert (answer["work"]["kind"], answer["work"]["label"]) == ("filter.trial", "宽带")
    thresholds = {step["name"]: step["threshold"] for step in answer["filters"]["steps"]}
    assert (answer["monitor_id"], thresholds["intent"]) == (monitor["id"], 0.99)


def test_a_trial_looks_at_all_there_is_chunk_by_chunk(
    desk: Desk, runtime: Runtime, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(runtime, make, desk.account, *CHAT, *ADVERTS, "宽带断了没人来修吗")
    command = {"filters": {"steps": [{"name": "spam", "enabled": False}]}, "account_id": desk.account.id}
    at_once = tried(desk, runtime, command)
    monkeypatch.setattr(trials, "CHUNK", 4)
    monkeypatch.setattr(runner, "SLICE_SECONDS", 0.0)
    number = begun_trial(desk, command)
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["work"]["state"] != "done":
        go_on(runtime, number)
        seen.append(desk.browser.get(f"/filter-trials/{number}").get_json())
    assert [(each["scanned"], each["is_complete"]) for each in seen[1:4]] == [
        (4, False),
        (8, False),
        (12, False),
    ]
    assert (seen[-1]["scanned"], seen[-1]["work"]["done"], seen[-1]["work"]["total"]) == (19, 19, 19)
    for part in ("before", "after", "newly_kept", "newly_dropped", "by_reason", "newly_kept_examples"):
        assert seen[-1][part] == at_once[part], part


def test_a_trial_leaves_out_what_came_in_after_it_was_asked_for(
    desk: Desk, runtime: Runtime, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(runtime, make, desk.account, *CHAT)
    monkeypatch.setattr(runner, "SLICE_SECONDS", 0.0)
    number = begun_trial(desk, {"filters": {}, "account_id": desk.account.id})
    go_on(runtime, number)  # counted
    judged(runtime, make, desk.account, "话费多扣了二十块钱")
    go_on(runtime, number)
    assert desk.browser.get(f"/filter-trials/{number}").get_json()["scanned"] == len(CHAT)


def test_a_trial_is_its_owners_and_other_work_is_none(
    desk: Desk, runtime: Runtime, make: Make, open_browser: OpenBrowser
) -> None:
    judged(runtime, make, desk.account, *CHAT)
    command = {"filters": {}, "account_id": desk.account.id}
    number = begun_trial(desk, command)
    stranger = open_browser(make.operator(make.agency(), role=RoleName.SUPERVISOR))
    assert stranger.get(f"/filter-trials/{number}").status_code == 404
    assert stranger.post("/filter-trials", command).status_code == 404
    body = {"query": {}, "columns": ["text"], "format": "csv"}
    export = desk.browser.post("/inbound-items/exports", body).get_json()
    assert desk.browser.get(f"/filter-trials/{export['id']}").status_code == 404


def test_a_trial_of_what_is_gone_meanwhile_says_so(desk: Desk, runtime: Runtime, make: Make) -> None:
    monitor = desk.browser.post("/monitors", {"name": "宽带", "rule": {"any": ["宽带"]}}).get_json()
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    number = begun_trial(desk, {"filters": {}, "monitor_id": monitor["id"]})
    assert desk.browser.delete(f"/monitors/{monitor['id']}").status_code == 204
    go_on(runtime, number)
    work = desk.browser.get(f"/long-works/{number}").get_json()
    assert (work["state"], work["error"]) == ("failed", "not_found")


def test_an_item_shows_author_monitors_and_cluster(desk: Desk, runtime: Runtime, make: Make) -> None:
    monitor = desk.browser.post("/monitors", {"name": "宽带", "rule": {"any": ["宽带"]}}).get_json()
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    (item,) = items(runtime)
    view = desk.browser.get(f"/inbound-items/{item.id}").get_json()
    assert view["monitors"] == [{"id": monitor["id"], "name": "宽带"}]
    assert (view["author"]["external_id"], view["duplicate_count"]) == ("a0", 0)


POPULATIONS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500), min_size=1)


@given(POPULATIONS, st.integers(10, 300), st.integers(0, 10**6))
def test_a_draw_takes_from_every_stratum_and_never_more_than_there_is(
    populations: dict[str, int], size: int, seed: int
) -> None:
    wanted = allocate(populations, size)
    ids = {name: list(range(count)) for name, count in populations.items()}
    drawn = draw(ids, size, seed)
    assert {name: len(members) for name, members in drawn.items()} == wanted
    assert set(wanted) == {name for name, count in populations.items() if count}
    for name, members in drawn.items():
        assert len(set(members)) == len(members) <= populations[name]
        assert len(members) >= min(5, populations[name])


STRATA = st.lists(
    st.integers(1, 10_000).flatmap(
        lambda reviewed: st.tuples(
            st.integers(reviewed, 10**6), st.just(reviewed), st.integers(0, reviewed)
        ).map(lambda given: Stratum(*given))
    ),
    min_size=1,
    max_size=6,
)


@given(STRATA)
def test_the_estimate_lies_in_its_interval_and_between_the_strata(strata: list[Stratum]) -> None:
    found = estimate(strata)
    assert found is not None
    shares = [stratum.wrong / stratum.reviewed for stratum in strata]
    assert min(shares) - 1e-9 <= found.share <= max(shares) + 1e-9
    assert 0 <= found.low <= found.share + 1e-9
    assert found.share <= found.high + 1e-9 <= 1 + 1e-6


def test_one_stratum_gives_wilsons_textbook_interval() -> None:
    found = estimate([Stratum(1000, 100, 10)])
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0552, 0.1744)


def test_an_unseen_stratum_leaves_the_estimate_open() -> None:
    assert estimate([Stratum(10, 5, 0), Stratum(10, 0, 0)]) is None
    low, high = wilson(0.0, 50)
    assert low == 0.0
    assert 0.05 < high < 0.08
