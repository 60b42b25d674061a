"""Monitors over REST: what they catch, how a wrong rule is answered, previews, pause, backfill, scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import ItemKind
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items
from app.longwork.runner import go_on
from app.models import (
    AuditLog,
    InboundItem,
    MonitorHit,
    Operator,
    ServiceRequest,
    Team,
)
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.listener.desk import Desk, judged, verdicts

Open = Callable[[Operator | None], Browser]
BROADBAND = {"any": ["宽带", "光猫"], "none": ["招聘"]}


def monitor(rule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "断网与宽带故障", "rule": rule, **fields}


def created(desk: Desk, rule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = desk.browser.post("/monitors", monitor(rule, **fields))
    assert answer.status_code == 201, answer.get_json()
    view: dict[str, Any] = answer.get_json()
    return view


def caught(runtime: Runtime) -> list[tuple[int, str]]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.execute(
            select(MonitorHit.monitor_id, InboundItem.text)
            .join(InboundItem, InboundItem.id == MonitorHit.inbound_item_id)
            .order_by(MonitorHit.monitor_id, InboundItem.id)
        )
        return [(row[0], row[1]) for row in rows]


def test_a_monitor_catches_its_words_in_any_script_and_not_the_excluded(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    saved = created(desk, BROADBAND)
    judged(runtime, make, desk.account, "我家寬帶又斷了好幾天", "宽带装维招聘三名师傅", "今天天气不错啊")
    assert caught(runtime) == [(saved["id"], "我家寬帶又斷了好幾天")]
    listed = desk.browser.get("/monitors").get_json()["items"]
    assert [(m["id"], m["today"], m["week"]) for m in listed] == [
        (saved["id"], {"hits": 1, "kept": 1}, {"hits": 1, "kept": 1})
    ]


def test_groups_hold_together_and_authors_can_be_watched_alone(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    both = created(desk, {"any": ["宽带"], "all": ["云岭"]})
    author = created(desk, {"authors": ["a2"]})
    topic = created(desk, {"topics": ["#提速降费#"]})
    judged(
        runtime,
        make,
        desk.account,
        "云岭的宽带断了啊",
        "宽带断了没人来管",
        "随便说点什么吧",
        "#提速降费# 是真的吗",
    )
    assert caught(runtime) == [
        (both["id"], "云岭的宽带断了啊"),
        (author["id"], "随便说点什么吧"),
        (topic["id"], "#提速降费# 是真的吗"),
    ]


def test_only_the_authors_own_words_count_unless_the_rule_says_otherwise(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    created(desk, {"any": ["宽带"]})
    whole = created(desk, {"any": ["宽带"], "quoted": True})
    judged(runtime, make, desk.account, "有没有人管一管//@甲:云岭宽带断网公告")
    assert caught(runtime) == [(whole["id"], "有没有人管一管//@甲:云岭宽带断网公告")]


def test_what_was_not_said_to_us_needs_a_monitor_once_one_watches(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    def reasons(*texts: str) -> list[str]:
        return [v.reason for v in judged(runtime, make, desk.account, *texts, kind=ItemKind.REPOST)]

    assert reasons("没有规则的时候先留下") == ["needs_service"]
    created(desk, BROADBAND)
    assert reasons("和我们没关系的一条转发")[1:] == ["no_monitor_hit"]
    assert reasons("宽带断了，转给大家看看")[2:] == ["needs_service"]


def test_what_only_a_competitors_monitor_catches_is_counted_and_dropped(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    saved = created(desk, {"any": ["携号转网"]}, is_competitor=True)
    found = judged(runtime, make, desk.account, "听说那家携号转网挺方便", kind=ItemKind.REPOST)
    assert [(v.reason, v.monitor_id) for v in found] == [("competitor_only", saved["id"])]


def test_requests_of_a_monitor_join_its_teams_queue(desk: Desk, runtime: Runtime, make: Make) -> None:
    other = make.save(Team(created_at=make.now, agency_id=desk.account.agency_id, name="宽带组"))
    created(desk, BROADBAND, team_id=other.id, priority=1)
    judged(runtime, make, desk.account, "宽带断了没人来修吗", "话费多扣了二十块钱")
    with open_context(runtime, LISTENER, write=False) as ctx:
        teams = ctx.session.scalars(select(ServiceRequest.team_id).order_by(ServiceRequest.id)).all()
    assert teams == [other.id, desk.team.id]


def test_a_monitor_listens_only_to_its_accounts_kinds_and_hours(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    second = make.account(desk.agency, desk.team)
    here = created(desk, {"any": ["宽带"]}, account_ids=[second.id])
    comments = created(desk, {"any": ["宽带"]}, kinds=["comment"])
    nights = created(desk, {"any": ["宽带"]}, schedule={"begin": "22:00", "end": "06:00"})
    mornings = created(desk, {"any": ["宽带"]}, schedule={"begin": "09:00", "end": "12:00"})
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    numbers = [number for number, _ in caught(runtime)]
    assert mornings["id"] in numbers  # the tests' clock stands at ten in the morning in China
    assert not {here["id"], comments["id"], nights["id"]} & set(numbers)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ({}, {"rule": "Give at least one word, phrase, topic or author"}),
        ({"any": ["宽带", "  "]}, {"rule.any.1": "empty_term"}),
        ({"expression": "宽带 AND (断网"}, {"rule.expression": "unclosed_group"}),
        ({"expression": "NOT 招聘"}, {"rule": "matches_everything"}),
        ({"all": ["移动"], "none": ["移动"]}, {"rule": "contradiction"}),
        ({"all": ["宽带" * 80]}, {"rule.all.0": "term_too_long"}),
    ],
)
def test_a_rule_that_cannot_work_is_refused_at_the_place_that_is_wrong(
    desk: Desk, rule: dict[str, Any], fields: dict[str, str]
) -> None:
    answer = desk.browser.post("/monitors", monitor(rule))
    assert answer.status_code == 422
    assert answer.get_json()["fields"] == fields
    assert desk.browser.get("/monitors").get_json()["items"] == []


def test_an_expressions_error_tells_its_position(desk: Desk) -> None:
    problem = desk.browser.post("/monitors", monitor({"expression": "宽带 AND (断网"})).get_json()
    assert (problem["code"], problem["position"]) == ("bad_expression", 7)
    assert "(断网" in problem["near"]


def test_ten_thousand_words_are_a_rule_like_any_other(desk: Desk, runtime: Runtime, make: Make) -> None:
    words = [f"型号{number:05d}" for number in range(10_000)]
    saved = created(desk, {"any": words})
    judged(runtime, make, desk.account, "我的型号09999坏了怎么修")
    assert caught(runtime) == [(saved["id"], "我的型号09999坏了怎么修")]


def test_a_preview_counts_what_would_be_caught_and_what_changes(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, "宽带断了没人来修吗", "光猫红灯闪了一上午", "套餐怎么才能取消啊")
    saved = created(desk, {"any": ["宽带", "套餐"]})
    answer = desk.browser.post(
        "/monitors/preview", {"rule": {"any": ["宽带", "光猫"]}, "monitor_id": saved["id"]}
    ).get_json()
    assert (answer["scanned"], answer["hits"], answer["kept"]) == (3, 2, 2)
    assert [(day["day"], day["hits"]) for day in answer["per_day"]] == [("2026-11-22", 2)]
    assert (answer["gained"], answer["lost"], answer["is_complete"]) == (1, 1, True)
    assert [e["text"] for e in answer["gained_examples"]] == ["光猫红灯闪了一上午"]
    assert [e["text"] for e in answer["lost_examples"]] == ["套餐怎么才能取消啊"]
    assert {tuple(e["terms"]) for e in answer["examples"]} == {("宽带",), ("光猫",)}
    assert caught(runtime) == []


def test_a_preview_sees_no_other_agencys_items(
    desk: Desk, runtime: Runtime, make: Make, open_browser: Open
) -> None:
    stranger = make.operator(make.agency(), role=RoleName.SUPERVISOR)
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    answer = open_browser(stranger).post("/monitors/preview", {"rule": BROADBAND}).get_json()
    assert (answer["scanned"], answer["hits"], answer["examples"]) == (0, 0, [])


def test_a_paused_monitor_catches_nothing_and_listens_again_when_resumed(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    saved = created(desk, BROADBAND)
    path = f"/monitors/{saved['id']}/state"
    paused = desk.browser.put(path, {"is_active": False, "version": saved["version"]}).get_json()
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    assert caught(runtime) == []
    desk.browser.put(path, {"is_active": True, "version": paused["version"]})
    make.store(desk.account, make.post("光猫红灯闪了一上午", author="b"))
    judge_items(runtime)
    assert caught(runtime) == [(saved["id"], "光猫红灯闪了一上午")]


def test_an_edit_of_an_older_version_is_refused(desk: Desk) -> None:
    saved = created(desk, BROADBAND)
    edit = monitor({"any": ["光猫"]}, version=saved["version"])
    first = desk.browser.put(f"/monitors/{saved['id']}", edit)
    assert (first.status_code, first.get_json()["rule"]["any"]) == (200, ["光猫"])
    assert desk.browser.put(f"/monitors/{saved['id']}", edit).status_code == 409


def test_a_deleted_monitor_is_gone_and_its_hits_stay(desk: Desk, runtime: Runtime, make: Make) -> None:
    saved = created(desk, BROADBAND)
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    assert desk.browser.delete(f"/monitors/{saved['id']}").status_code == 204
    assert desk.browser.get(f"/monitors/{saved['id']}").status_code == 404
    assert desk.browser.get("/monitors").get_json()["items"] == []
    assert len(caught(runtime)) == 1


def test_every_change_of_a_monitor_is_in_the_audit_log(desk: Desk, runtime: Runtime) -> None:
    saved = created(desk, BROADBAND)
    desk.browser.delete(f"/monitors/{saved['id']}")
    with open_context(runtime, LISTENER, write=False) as ctx:
        acts = ctx.session.execute(
            select(AuditLog.action, AuditLog.operator_id).where(AuditLog.object_type == "monitor")
        ).all()
    assert [tuple(act) for act in acts] == [
        ("monitor.created", desk.supervisor.id),
        ("monitor.deleted", desk.supervisor.id),
    ]


def test_figures_add_up_per_day_and_by_reason(desk: Desk, runtime: Runtime, make: Make) -> None:
    saved = created(desk, BROADBAND)
    judged(
        runtime, make, desk.account, "投诉宽带断了三天没人管", "宽带这边随便聊聊而已", "光猫怎么重新启动呀"
    )
    figures = desk.browser.get(f"/monitors/{saved['id']}/figures", days=7).get_json()
    assert (figures["hits"], figures["kept"], figures["negative"]) == (3, 2, 1)
    assert figures["per_day"] == [{"day": "2026-11-22", "hits": 3, "kept": 2, "negative": 1}]
    assert [(r["reason"], r["count"]) for r in figures["reasons"]] == [
        ("needs_service", 2),
        ("no_request", 1),
    ]


def test_a_backfill_counts_stored_items_and_keeps_what_nobody_wanted(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    created(desk, {"any": ["携号转网"]})
    judged(runtime, make, desk.account, "宽带断了，转给大家看看", "天气真好转一个看看", kind=ItemKind.REPOST)
    assert [v.reason for v in verdicts(runtime)] == ["no_monitor_hit", "no_monitor_hit"]
    saved = created(desk, BROADBAND)
    path = f"/monitors/{saved['id']}/backfills"
    run = desk.browser.post(path, {"days": 30}).get_json()
    assert desk.browser.post(path, {"days": 30}).status_code == 409
    go_on(runtime, run["id"])
    (done,) = desk.browser.get(path).get_json()["items"]
    assert [done[key] for key in ("state", "scanned", "hits", "kept", "progress")] == ["done", 2, 1, 1, 1.0]
    assert [v.reason for v in verdicts(runtime)] == ["needs_service", "no_monitor_hit"]
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert len(ctx.session.scalars(select(ServiceRequest)).all()) == 1


def test_a_repeated_backfill_changes_nothing(desk: Desk, runtime: Runtime, make: Make) -> None:
    saved = created(desk, BROADBAND)
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    for _ in range(2):
        run = desk.browser.post(f"/monitors/{saved['id']}/backfills", {"days": 30}).get_json()
        go_on(runtime, run["id"])
        go_on(runtime, run["id"])
    assert len(caught(runtime)) == 1
    assert len(verdicts(runtime)) == 1


@pytest.mark.parametrize("role", [RoleName.OPERATOR, RoleName.MANAGER])
def test_only_who_manages_monitors_may_make_one(make: Make, open_browser: Open, role: RoleName) -> None:
    operator = make.operator(make.agency(), role=role)
    assert open_browser(operator).post("/monitors", monitor(BROADBAND)).status_code == 403


def test_another_agencys_monitor_account_and_team_do_not_exist(
    desk: Desk, make: Make, open_browser: Open
) -> None:
    saved = created(desk, BROADBAND)
    agency = make.agency()
    stranger = open_browser(make.operator(agency, role=RoleName.SUPERVISOR))
    assert stranger.get("/monitors").get_json()["items"] == []
    assert stranger.get(f"/monitors/{saved['id']}").status_code == 404
    assert stranger.delete(f"/monitors/{saved['id']}").status_code == 404
    foreign: Sequence[dict[str, Any]] = ({"account_ids": [desk.account.id]}, {"team_id": desk.team.id})
    for fields in foreign:
        assert stranger.post("/monitors", monitor(BROADBAND, **fields)).status_code == 422


def test_a_monitors_own_filter_is_shown_complete(desk: Desk) -> None:
    plain = created(desk, {"any": ["宽带"]})
    view = desk.browser.get(f"/monitors/{plain['id']}/filter").get_json()
    assert (view["is_default"], view["version"]) == (True, plain["version"])
    usual = {step["name"]: step["threshold"] for step in view["steps"]}
    strict = created(desk, {"any": ["光猫"]}, filters={"steps": [{"name": "spam", "threshold": 0.5}]})
    view = desk.browser.get(f"/monitors/{strict['id']}/filter").get_json()
    assert view["is_default"] is False
    assert {step["name"]: step["threshold"] for step in view["steps"]} == usual | {"spam": 0.5}
