"""Saved views: kept, shared, counted, broken; lists that are narrowed by them; who hears of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.identity.scope import rooms_of
from app.listener.jobs import LISTENER
from app.models import Account, Agency, AuditLog, Monitor, Operator, Team
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
WAITS = {"field": "waiting", "op": "longer_than", "value": {"amount": 2, "unit": "hours"}}


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@dataclass
class Office:
    agency: Agency
    team: Team
    account: Account
    lead: Operator
    mate: Operator
    elsewhere: Operator
    """Of the same agency, in another team."""
    stranger: Operator


@pytest.fixture
def office(make: Make) -> Office:
    agency = make.agency()
    team, other = make.team(agency), make.team(agency)
    away = make.agency()
    return Office(
        agency,
        team,
        make.account(agency, team),
        make.operator(agency, team, role=RoleName.SUPERVISOR),
        make.operator(agency, team),
        make.operator(agency, other),
        make.operator(away, make.team(away)),
    )


def kept(browser: Browser, condition: Any = WAITS, **more: Any) -> dict[str, Any]:
    body = {"subject": "service_request", "name": "等久了", "condition": condition, **more}
    answer = browser.post("/saved-views", body)
    assert answer.status_code == 201, answer.get_json()
    view: dict[str, Any] = answer.get_json()
    return view


def names(browser: Browser, subject: str = "service_request") -> list[str]:
    return [view["name"] for view in browser.get("/saved-views", subject=subject).get_json()["items"]]


def test_a_view_is_its_owners_until_it_is_shared(open_browser: Open, office: Office) -> None:
    lead, mate = open_browser(office.lead), open_browser(office.mate)
    view = kept(lead, sort="oldest")
    assert view["sentence"] == "Time waited is more than 2 h"
    assert (view["sharing"], view["may_edit"], view["sort"], view["faults"]) == (
        "private",
        True,
        "oldest",
        {},
    )
    assert names(lead) == ["等久了"]
    content = {"name": "等久了", "condition": WAITS, "version": 1}
    for other in (mate, open_browser(office.stranger)):
        assert names(other) == []
        assert other.put(f"/saved-views/{view['id']}", content).status_code == 404
        assert other.delete(f"/saved-views/{view['id']}").status_code == 404
        assert other.get("/service-requests", saved_view_id=view["id"]).status_code == 404

    shared = lead.put(
        f"/saved-views/{view['id']}", {**content, "sharing": "team", "team_id": office.team.id}
    ).get_json()
    assert shared["team"]["id"] == office.team.id
    assert names(mate) == ["等久了"]
    assert names(open_browser(office.elsewhere)) == []
    everybody = lead.put(f"/saved-views/{view['id']}", {**content, "sharing": "agency", "version": 2})
    assert everybody.status_code == 200
    assert names(open_browser(office.elsewhere)) == ["等久了"]
    assert names(open_browser(office.stranger)) == []
    # Seen, not owned, and no right to share: it stays as it is.
    refused = mate.put(f"/saved-views/{view['id']}", {**content, "version": 3})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")
    assert (
        lead.put(f"/saved-views/{view['id']}", {**content, "version": 2}).get_json()["code"]
        == "stale_version"
    )
    assert lead.delete(f"/saved-views/{view['id']}").status_code == 204
    assert names(mate) == []


def test_sharing_needs_its_right_and_a_team_within_reach(
    open_browser: Open, office: Office, make: Make
) -> None:
    mate, lead = open_browser(office.mate), open_browser(office.lead)
    body = {"subject": "service_request", "name": "大家的", "condition": WAITS}
    for sharing in ({"sharing": "agency"}, {"sharing": "team", "team_id": office.team.id}):
        assert mate.post("/saved-views", {**body, **sharing}).get_json()["code"] == "forbidden"
    strange = make.team(make.agency())
    for wrong in (
        {"sharing": "team"},
        {"sharing": "team", "team_id": strange.id},
        {"team_id": office.team.id},
    ):
        answer = lead.post("/saved-views", {**body, **wrong})
        assert list(answer.get_json()["fields"]) == ["team_id"]


def test_a_wrong_condition_is_not_kept_and_its_leaf_is_named(open_browser: Open, office: Office) -> None:
    browser = open_browser(office.lead)
    body = {
        "subject": "service_request",
        "name": "x",
        "condition": {"all": [WAITS, leaf("status", "is", "lost")]},
    }
    answer = browser.post("/saved-views", body)
    assert answer.status_code == 422
    assert answer.get_json()["fields"] == {"condition.all.1.value": "There is no such choice"}
    shapeless = browser.post("/saved-views", {**body, "condition": {"all": [{"op": "is"}]}})
    assert shapeless.get_json()["fields"] == {"condition.all.0.field": "Please fill this in"}
    assert browser.post("/saved-views", {**body, "subject": "weather"}).status_code == 404
    listed = browser.get("/service-requests", condition='{"all": [{"op": "is"}]}')
    assert listed.get_json()["fields"] == {"condition.all.0.field": "Please fill this in"}
    assert browser.get("/service-requests", condition="no json").status_code == 422


def test_lists_members_and_counts_follow_the_view(
    open_browser: Open, office: Office, make: Make, clock: ManualClock
) -> None:
    browser = open_browser(office.lead)
    old = make.request(office.account, "宽带ＡＢＣ断了")
    clock.advance(3 * 3600)
    new = make.request(office.account, "套餐怎么改")
    waits = kept(browser)
    named = kept(browser, {"not": leaf("last_message", "contains", "abc")}, name="其他")
    done = kept(browser, leaf("status", "any_of", ["resolved", "closed"]), name="已完成")

    def ids(**query: Any) -> list[int]:
        answer = browser.get("/service-requests", **query)
        assert answer.status_code == 200, answer.get_json()
        return sorted(item["id"] for item in answer.get_json()["items"])

    assert ids(saved_view_id=waits["id"]) == [old.id]
    assert ids(saved_view_id=named["id"]) == [new.id]
    assert ids(saved_view_id=done["id"]) == []
    assert ids(saved_view_id=waits["id"], condition=json.dumps(leaf("lane", "is", "private"))) == []
    assert ids(condition=json.dumps({"all": []})) == [old.id, new.id]
    assert ids(condition=json.dumps({"all": []}), view="mine") == []
    members = browser.get(
        "/service-requests/membership", ids=f"{old.id},{new.id}", saved_view_id=waits["id"]
    ).get_json()
    assert ([item["id"] for item in members["items"]], members["total"]) == ([old.id], 1)
    counts = browser.get("/saved-views/counts", subject="service_request").get_json()["items"]
    assert {row["id"]: row["count"] for row in counts} == {waits["id"]: 1, named["id"]: 1, done["id"]: 0}
    check = browser.post("/condition-subjects/service_request/checks", {"condition": WAITS}).get_json()
    assert check == {"sentence": "Time waited is more than 2 h", "faults": {}, "count": 1}

    version = browser.get(f"/service-requests/{old.id}").get_json()["version"]
    resolved = {"status": "resolved", "version": version, "confirm": ["claimed_by_other"]}
    assert browser.put(f"/service-requests/{old.id}/status", resolved).status_code == 200
    assert ids(saved_view_id=done["id"]) == [old.id]
    assert ids(saved_view_id=waits["id"]) == []
    # Both kinds of status: neither list's own order, and still all of them.
    either = leaf("status", "is_not", "pending")
    assert ids(condition=json.dumps(either)) == [old.id, new.id]


def test_items_are_narrowed_too(open_browser: Open, office: Office, make: Make) -> None:
    browser = open_browser(office.lead)
    make.store(office.account, make.post("宽带坏了"), make.post("天气真好", author="someone"))
    view = kept(browser, leaf("text", "contains", "宽带"), subject="inbound_item", name="宽带")
    listed = browser.get("/inbound-items", saved_view_id=view["id"]).get_json()["items"]
    assert [item["text"] for item in listed] == ["宽带坏了"]
    waiting = json.dumps(leaf("outcome", "is_empty"))
    assert len(browser.get("/inbound-items", condition=waiting).get_json()["items"]) == 2
    counts = browser.get("/saved-views/counts", subject="inbound_item").get_json()["items"]
    assert counts == [{"id": view["id"], "count": 1}]
    # A view of one subject narrows no list of another.
    assert browser.get("/service-requests", saved_view_id=view["id"]).status_code == 404
    assert names(browser) == []


def test_a_view_whose_reference_is_gone_is_broken_and_shown(
    open_browser: Open, office: Office, make: Make, runtime: Runtime
) -> None:
    browser = open_browser(office.lead)
    make.store(office.account, make.post())
    monitor = make.save(
        Monitor(created_at=make.now, updated_at=make.now, agency_id=office.agency.id, name="宽带")
    )
    view = kept(
        browser, {"not": leaf("monitors", "has_any", [monitor.id])}, subject="inbound_item", name="其他"
    )
    assert len(browser.get("/inbound-items", saved_view_id=view["id"]).get_json()["items"]) == 1
    with open_context(runtime, LISTENER) as ctx:
        ctx.session.get_one(Monitor, monitor.id).deleted_at = make.now
    (shown,) = browser.get("/saved-views", subject="inbound_item").get_json()["items"]
    assert shown["faults"] == {"not.value": "What this refers to is gone, or out of your sight"}
    assert browser.get("/saved-views/counts", subject="inbound_item").get_json()["items"] == [
        {"id": view["id"], "count": None}
    ]
    refused = browser.get("/inbound-items", saved_view_id=view["id"])
    assert (refused.status_code, refused.get_json()["code"]) == (409, "saved_view_broken")
    check = browser.post(
        "/condition-subjects/inbound_item/checks", {"condition": view["condition"]}
    ).get_json()
    assert check["count"] is None
    assert list(check["faults"]) == ["not.value"]


def test_the_catalogue_shows_what_one_may_ask(open_browser: Open, office: Office, make: Make) -> None:
    browser = open_browser(office.lead)
    fields = {
        field["key"]: field
        for field in browser.get("/condition-subjects/service_request").get_json()["fields"]
    }
    assert fields["status"]["label"] == "Status"
    assert {"value": "open", "label": "Open"} in fields["status"]["choices"]
    assert fields["assignee"]["refers_to"] == "operator"
    assert {"key": "is_own", "label": "is mine", "takes": "nothing"} in fields["assignee"]["operators"]
    served = open_browser(make.operator(office.agency, office.team, role=RoleName.AGENCY_OPERATOR))
    assert served.get("/condition-subjects/inbound_item").status_code == 403
    assert served.get("/saved-views", subject="inbound_item").status_code == 403


def test_changes_are_heard_by_those_who_see_the_view_and_kept_in_the_audit_log(
    open_browser: Open, office: Office, runtime: Runtime, make: Make
) -> None:
    lead = open_browser(office.lead)
    content = {"name": "等久了", "condition": WAITS}
    view = kept(lead, sharing="agency")
    lead.put(
        f"/saved-views/{view['id']}",
        {**content, "sharing": "team", "team_id": office.team.id, "version": 1},
    )
    lead.put(f"/saved-views/{view['id']}", {**content, "version": 2})
    lead.delete(f"/saved-views/{view['id']}")
    hearers = {
        who.id: rooms_of(make.actor(who))
        for who in (office.lead, office.mate, office.elsewhere, office.stranger)
    }
    with open_context(runtime, LISTENER, write=False) as ctx:
        events = list(
            ctx.session.scalars(
                select(EventLog).where(EventLog.about_kind == "saved_view").order_by(EventLog.id)
            )
        )
        acts = list(ctx.session.scalars(select(AuditLog.action).where(AuditLog.object_type == "saved_view")))

    def heard(event: EventLog, rooms: list[str]) -> list[int]:
        return [who for who, own in hearers.items() if own & set(rooms)]

    lead_id, mate_id, elsewhere_id = office.lead.id, office.mate.id, office.elsewhere.id
    wanted = ["saved_view.added", "saved_view.edited", "saved_view.edited", "saved_view.removed"]
    assert [event.name for event in events] == wanted == acts
    assert [heard(event, event.rooms) for event in events] == [
        [lead_id, mate_id, elsewhere_id],
        [lead_id, mate_id],
        [lead_id],
        [lead_id],
    ]
    # Whoever sees it no more is told that it left.
    assert elsewhere_id in heard(events[1], events[1].withdraw_rooms)
    assert heard(events[2], events[2].withdraw_rooms) == [lead_id, mate_id]
