"""The list of the audit log: in order, page by page, narrowed by what conditions ask, within one's agency."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from app.auditing.fields import ACTS
from app.auditing.queries import list_acts
from app.auditing.schemas import AuditQuery
from app.core.events import EVENTS
from app.core.permissions import Permission, RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity import audit
from app.longwork.runner import go_on
from app.models import LongWork, Operator
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
ACT = "monitor.paused"


def _acts(runtime: Runtime, make: Make, who: Operator, count: int = 1) -> None:
    for number in range(count):
        with open_context(runtime, make.actor(who)) as ctx:
            kind = EVENTS.known(ACT).kind
            assert kind is not None
            audit.record(
                ctx, EVENTS.known(ACT).name, kind.about(number + 1), detail={"name": f"规则{number}"}
            )


def test_every_act_and_every_kind_has_words() -> None:
    audited = [each for each in EVENTS.everything() if each.is_audited]
    assert {each.name for each in audited} == set(ACTS.fields["action"].choices)
    kinds = {each.kind.name for each in audited if each.kind}
    assert kinds == set(ACTS.fields["object_type"].choices)


def test_acts_come_in_the_order_of_the_chain_and_page_by_page(
    make: Make, runtime: Runtime, open_browser: Open
) -> None:
    admin = make.operator(make.agency(), role=RoleName.ADMINISTRATOR)
    _acts(runtime, make, admin, 5)
    browser = open_browser(admin)
    found, cursor = [], None
    while True:
        page = browser.get("/audit-entries", limit=2, **({"cursor": cursor} if cursor else {})).get_json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    numbers = [row["number"] for row in found]
    assert len(numbers) >= 5
    assert numbers == sorted(set(numbers), reverse=True)
    oldest = browser.get("/audit-entries", sort="oldest").get_json()["items"]
    assert [row["number"] for row in oldest][:5] == sorted(numbers)[:5]
    row = next(row for row in found if row["action"] == ACT)
    assert row["operator"] == {"id": admin.id, "name": admin.name}
    assert row["object_type"] == "monitor"
    assert row["action_text"] not in ("", ACT)
    assert browser.get("/audit-entries", cursor="nonsense").get_json()["code"] == "invalid_cursor"


def test_conditions_narrow_it(make: Make, runtime: Runtime, open_browser: Open) -> None:
    agency = make.agency()
    admin = make.operator(agency, role=RoleName.ADMINISTRATOR)
    other = make.operator(agency, role=RoleName.ADMINISTRATOR)
    _acts(runtime, make, admin, 2)
    _acts(runtime, make, other, 1)
    act = {"field": "action", "op": "is", "value": ACT}
    mine = {"all": [act, {"field": "operator", "op": "any_of", "value": [other.id]}]}
    rows = open_browser(admin).get("/audit-entries", condition=json.dumps(mine)).get_json()["items"]
    assert [(row["action"], row["operator"]["id"]) for row in rows] == [(ACT, other.id)]
    wrong = json.dumps({"field": "nothing", "op": "is", "value": 1})
    assert open_browser(admin).get("/audit-entries", condition=wrong).status_code == 422


def test_nobody_sees_another_agencys_acts(make: Make, runtime: Runtime, open_browser: Open) -> None:
    home, away = make.agency(), make.agency()
    lead = make.operator(away, role=RoleName.SUPERVISOR)
    _acts(runtime, make, make.operator(home, role=RoleName.ADMINISTRATOR), 2)
    _acts(runtime, make, lead, 1)
    assert open_browser(lead).get("/audit-entries").status_code == 403
    with open_context(runtime, make.actor(lead), write=False) as ctx:
        narrow = ctx.actor
    assert narrow.account_ids is not None
    keeper = replace(narrow, permissions=narrow.permissions | {Permission.AUDIT_READ})
    with open_context(runtime, keeper, write=False) as ctx:
        seen = list_acts(ctx, AuditQuery(limit=50)).items
    assert {row.operator.id for row in seen if row.operator} <= {lead.id}
    assert any(row.action == ACT for row in seen)


def test_the_list_goes_into_a_file(make: Make, runtime: Runtime, open_browser: Open) -> None:
    admin = make.operator(make.agency(), role=RoleName.ADMINISTRATOR)
    _acts(runtime, make, admin, 3)
    only = json.dumps({"field": "action", "op": "is", "value": ACT})
    body = {"query": {"condition": only}, "columns": ["number", "action", "operator"], "format": "csv"}
    answer = open_browser(admin).post("/audit-entries/exports", body)
    assert answer.status_code == 201
    work_id = answer.get_json()["id"]
    go_on(runtime, work_id)
    with open_context(runtime, make.actor(admin), write=False) as ctx:
        work = ctx.session.get_one(LongWork, work_id)
        assert (work.state, work.done) == ("done", 3)
