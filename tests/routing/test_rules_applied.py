"""What rules make of requests: where they wait, who gets them, and what a broken rule leads to."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.models import Operator, Presence, RequestStatus, ServiceRequest, TeamMember, Unit, UnitKind
from app.routing.job_names import ASSIGN_WAITING
from app.routing.setup.configuration import setup_changed
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ANY, ROUTER, SetupOffice, leaf, made, says
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> SetupOffice:
    return SetupOffice(make)


@pytest.fixture
def lead(office: SetupOffice, open_browser: Open) -> Browser:
    return open_browser(office.lead)


def set_presence(office: SetupOffice, person: Operator, presence: Presence) -> None:
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.execute(update(Operator).where(Operator.id == person.id).values(presence=presence))


def hand_out(office: SetupOffice) -> None:
    perform(office.make.runtime, ASSIGN_WAITING.name, [])


def test_the_first_rule_that_holds_sends_a_request_where_it_says(office: SetupOffice, lead: Browser) -> None:
    queue = office.queue(lead, "宽带投诉", team_id=office.other.id)
    office.rule(lead, "表扬", condition=says("感谢"), priority=4)
    rule = office.rule(lead, "宽带", condition=says("宽带"), queue_id=queue["id"], priority=1)
    office.rule(lead, "其余", condition=ANY, priority=3)
    found = office.now(office.make.request(office.account, "宽带坏了，谁来修？"))
    assert (found.queue_id, found.routed_by_id, found.team_id) == (queue["id"], rule["id"], office.other.id)
    assert (found.priority, found.priority_parts["rule"]) == (1, 1)
    assert found.assignee_id == office.cleo.id, "she alone is of the queue's team"
    opened = office.changes(found)[0]
    assert (opened.after["queue_id"], opened.after["routed_by_id"]) == (queue["id"], rule["id"])
    assert opened.reason is None


def test_without_a_rule_that_holds_all_is_as_before(office: SetupOffice, lead: Browser) -> None:
    office.rule(lead, condition=says("宽带"), priority=1)
    found = office.now(office.make.request(office.account, "套餐怎么改？"))
    assert (found.routed_by_id, found.queue_id, found.team_id) == (None, None, office.ours.id)
    assert found.assignee_id is not None


def test_a_rule_that_is_off_is_not_asked(office: SetupOffice, lead: Browser) -> None:
    rule = office.rule(lead, priority=1)
    made(lead.put(f"/routing/rules/{rule['id']}/switch", {"is_on": False, "version": rule["version"]}))
    assert office.now(office.make.request(office.account)).routed_by_id is None


def test_a_rules_word_on_priority_stands_until_a_person_speaks(office: SetupOffice, lead: Browser) -> None:
    office.rule(lead, priority=4)
    request = office.make.request(office.account, "宽带坏了，我要投诉，太差劲了！", author="c1")
    office.make.store(office.account, office.make.post("还没修好，我要投诉到工信部！", author="c1"))
    office.make.judge()
    found = office.now(request)
    assert (found.message_count, found.priority) == (2, 4)
    made(
        lead.put(
            f"/service-requests/{found.id}/classification",
            {"priority": 2, "version": found.version, "confirm": ["claimed_by_other"]},
        )
    )
    assert office.now(request).priority == 2


def test_a_broken_rule_is_passed_over_and_both_sides_say_so(office: SetupOffice, lead: Browser) -> None:
    closed = office.make.team(office.agency)
    queue = office.queue(lead, "撤销的", team_id=closed.id)
    broken = office.rule(lead, "坏了的", queue_id=queue["id"])
    after = office.rule(lead, "后一条", priority=1)
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.add(
            Unit(
                created_at=ctx.now(),
                agency_id=office.agency.id,
                kind=UnitKind.TEAM,
                path="/9/",
                team_id=closed.id,
                closed_at=ctx.now(),
            )
        )
        ctx.session.flush()
        setup_changed(ctx)
    shown = made(lead.get("/routing/setup"))
    assert shown["rules"][0]["is_broken"]
    assert "queue_id" in shown["rules"][0]["faults"]
    assert shown["queues"][0]["fault"] == "team_closed"
    found = office.now(office.make.request(office.account))
    assert (found.routed_by_id, found.priority) == (after["id"], 1)
    assert office.changes(found)[0].reason == "broken_rule_passed_over"
    history = lead.get(f"/service-requests/{found.id}/changes").get_json()["items"]
    assert "a broken routing rule was passed over" in history[-1]["text"]
    assert broken["id"] != after["id"]


def test_wanted_skills_leave_out_who_lacks_them_and_fall_away_by_waiting(
    office: SetupOffice, lead: Browser, clock: ManualClock
) -> None:
    broadband = office.skill(lead, "宽带", anna=3, bo=1)
    english = office.skill(lead, "英语", cleo=5)
    queue = office.queue(lead, "技能", ring_minutes=10)
    wanted = [{"skill_id": broadband, "level": 2}, {"skill_id": english, "level": 1}]
    office.rule(lead, queue_id=queue["id"], skills=wanted)
    request = office.make.request(office.account)
    assert office.now(request).assignee_id is None
    codes = {one["operator_id"]: one["excluded"] for one in office.decisions(request)[0].candidates}
    assert codes == {
        office.lead.id: "lacks_skill",
        office.anna.id: "lacks_skill",
        office.bo.id: "lacks_skill",
        office.cleo.id: "lacks_skill",
    }
    clock.advance(9 * 60)
    hand_out(office)
    assert office.now(request).assignee_id is None
    clock.advance(60)
    hand_out(office)
    assert office.now(request).assignee_id == office.anna.id, "English has fallen away, broadband has not"
    assert [one.ring for one in office.decisions(request)] == [0, 1]


def test_a_request_moved_to_a_team_by_hand_joins_its_first_queue(office: SetupOffice, lead: Browser) -> None:
    office.queue(lead, "后", team_id=office.other.id)
    first = office.queue(lead, "先", team_id=office.other.id)
    made(lead.put(f"/routing/queues/{first['id']}/position", {"position": 0, "version": 1}))
    request = office.make.request(office.account)
    body = {
        "team_id": office.other.id,
        "version": office.now(request).version,
        "confirm": ["claimed_by_other"],
    }
    made(lead.put(f"/service-requests/{request.id}/team", body))
    found = office.now(request)
    assert (found.queue_id, found.team_id) == (first["id"], office.other.id)


def test_each_queue_is_handed_out_by_its_own_strategy(office: SetupOffice, lead: Browser) -> None:
    pulled = office.queue(lead, "抢单", strategy="pull")
    named = office.queue(lead, "指定", strategy="named", settings={"operator_ids": [office.bo.id]})
    office.rule(lead, "一", condition=says("套餐"), queue_id=pulled["id"])
    office.rule(lead, "二", condition=says("宽带"), queue_id=named["id"])
    left = office.make.request(office.account, "套餐怎么改？")
    given = office.make.request(office.account, "宽带坏了怎么办？")
    hand_out(office)
    assert (office.now(left).assignee_id, office.now(left).status) == (None, RequestStatus.NEW)
    assert office.decisions(left)[0].reason == "left_to_pull"
    decision = office.decisions(given)[0]
    assert (office.now(given).assignee_id, decision.strategy, decision.reason) == (
        office.bo.id,
        "named",
        "named",
    )
    assert decision.queue_id == named["id"]


def test_turns_go_round_in_one_batch_and_over_several(office: SetupOffice, lead: Browser) -> None:
    queue = office.queue(lead, "轮询", strategy="round_robin")
    office.rule(lead, queue_id=queue["id"])
    people = [office.anna.id, office.bo.id, office.cleo.id]
    posts = [office.make.post(f"第{n}个问题怎么办？", author=f"t{n}") for n in range(4)]
    office.make.store(office.account, *posts)
    office.make.judge()
    again = office.make.request(office.account, "还有一个问题怎么办？")
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        rows = ctx.session.query(ServiceRequest).order_by(ServiceRequest.id).all()
        got = [row.assignee_id for row in rows]
    assert got == [*people, people[0], people[1]], again.id


def test_a_customer_goes_back_to_whoever_answered_them(
    office: SetupOffice, lead: Browser, open_browser: Open, clock: ManualClock
) -> None:
    queue = office.queue(lead, "熟客", strategy="last_operator", settings={"days": 7, "exclusive": True})
    office.rule(lead, queue_id=queue["id"])
    first = office.make.request(office.account, "宽带坏了怎么办？", author="c9", assignee=office.cleo)
    screen = open_browser(office.cleo)
    reply = {
        "service_request_id": first.id,
        "lane": "public",
        "text": "您好，已为您核实。",
        "idempotency_key": "k" * 16,
    }
    made(screen.post(f"/conversations/{first.conversation_id}/replies", reply), 202)
    done = {"status": "resolved", "version": office.now(first).version}
    made(screen.put(f"/service-requests/{first.id}/status", done))
    second = office.make.request(office.account, "套餐怎么改？", author="c9")
    assert office.now(second).assignee_id == office.cleo.id
    assert office.decisions(second)[0].reason == "last_operator"


def test_nothing_that_is_not_configured_costs_a_statement(office: SetupOffice, lead: Browser) -> None:
    numbers = itertools.count()

    def of_a_post() -> int:
        office.make.store(office.account, office.make.post(author=f"a{next(numbers)}"))
        with counted(office.make.runtime.engine) as statements:
            office.make.judge()
        return len(statements)

    of_a_post()
    before = of_a_post()
    for at in range(12):
        office.rule(lead, f"规则{at}", condition=leaf("type", "is", "praise"), priority=1)
    of_a_post()
    assert of_a_post() == before, "rules that are known are asked in memory"


def test_rules_of_somebody_who_left_the_team_are_nobodys(office: SetupOffice, lead: Browser) -> None:
    queue = office.queue(lead, "空", team_id=office.other.id)
    office.rule(lead, queue_id=queue["id"])
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.execute(delete(TeamMember).where(TeamMember.team_id == office.other.id))
    request = office.make.request(office.account)
    assert office.now(request).assignee_id is None
    codes = {one["excluded"] for one in office.decisions(request)[0].candidates}
    assert codes == {"other_team"}
