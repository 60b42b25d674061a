"""The tree of units: what can be made of it, what is refused, and that two hands at once build no circle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.core.errors import Conflict
from app.core.permissions import AccountReach, Permission, RequestReach, RoleName, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity import units
from app.identity.planting import unit_of_agency
from app.identity.unit_schemas import MoveUnit
from app.models import Agency, AgencyKind, Operator, Team, Unit, UnitKind
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.factories.tree import Tree

Open = Callable[[Operator | None], Browser]
MANAGER = system_actor("test", Permission.OPERATORS_MANAGE)


@pytest.fixture
def tree(make: Make) -> Tree:
    return Tree(make)


@pytest.fixture
def admin(make: Make, open_browser: Open, tree: Tree) -> Browser:
    return open_browser(make.operator(tree.agency, role=RoleName.ADMINISTRATOR))


def _units(browser: Browser) -> dict[str, dict[str, Any]]:
    return {unit["name"]: unit for unit in browser.get("/units").get_json()["items"]}


def _code(answer: Any) -> str:
    return str(answer.get_json()["code"])


def test_a_tree_is_built_from_centre_to_team_and_shows_who_belongs_where(
    make: Make, admin: Browser, tree: Tree
) -> None:
    centre = admin.post("/units", {"parent_id": tree.root, "kind": "centre", "name": "客户服务中心"})
    assert centre.status_code == 201
    department = admin.post(
        "/units", {"parent_id": centre.get_json()["id"], "kind": "department", "name": "热线部"}
    ).get_json()
    team = admin.post("/units", {"parent_id": department["id"], "kind": "team", "name": "夜班组"}).get_json()
    assert (team["level"], team["agency"]["id"]) == (3, tree.agency.id)
    person = make.operator(tree.agency)
    put = admin.put(f"/people/{person.id}/unit", {"unit_id": team["id"], "leads": True})
    assert put.get_json()["unit_id"] == team["id"]
    shown = _units(admin)
    assert [(row["name"], row["level"]) for row in shown.values()][-3:] == [
        ("客户服务中心", 1),
        ("热线部", 2),
        ("夜班组", 3),
    ]
    assert [(one["id"], one["leads"]) for one in shown["夜班组"]["people"]] == [(person.id, True)]
    assert (shown["客户服务中心"]["people_below"], shown["客户服务中心"]["people"]) == (1, [])
    assert shown[tree.agency.name]["people_below"] == 2
    # The team is a team like any other: people can serve in it, accounts can be given to it.
    assert team["team_id"] in [row["id"] for row in admin.get("/agencies").get_json()["items"][0]["teams"]]


def test_a_new_agency_is_a_unit_of_its_own_kind(admin: Browser, tree: Tree) -> None:
    body = {"parent_id": tree.root, "kind": "agency", "name": "蓝桥", "agency_kind": "third_party"}
    made = admin.post("/units", body).get_json()
    assert (made["kind"], made["level"], made["agency"]["kind"]) == ("agency", 1, "third_party")
    assert made["agency"]["id"] != tree.agency.id
    for wrong in ({"agency_kind": None}, {"kind": "centre"}, {"kind": "enterprise"}):
        assert _code(admin.post("/units", {**body, **wrong, "name": "另一家"})) == "invalid"


def test_a_team_that_is_made_elsewhere_stands_directly_in_its_agency(admin: Browser, tree: Tree) -> None:
    admin.post("/teams", {"agency_id": tree.agency.id, "name": "晚班组"})
    assert _units(admin)["晚班组"]["parent_id"] == tree.root


def test_what_would_not_be_a_tree_is_refused(admin: Browser, tree: Tree) -> None:
    centre, department, inner = tree.centre, tree.department, tree.inner

    def move(unit: int, parent: int) -> str:
        body = {"parent_id": parent, "version": tree.version(unit)}
        return _code(admin.post(f"/units/{unit}/move", body))

    assert move(centre, inner) == "unit_circle"
    assert move(centre, centre) == "unit_circle"
    assert move(tree.root, centre) == "root_stays"
    assert move(centre, tree.team_unit) == "unit_circle"
    assert move(tree.other_centre, tree.team_unit) == "unit_misplaced"
    assert move(tree.other_centre, department) == "unit_misplaced"
    # root / centre / department / inner / team: a department with a team of its own fits nowhere below.
    deep = tree.add(UnitKind.DEPARTMENT, "深处", tree.other_centre)
    tree.add(UnitKind.TEAM, "深处的组", deep)
    assert move(deep, inner) == "unit_too_deep"
    assert (
        _code(admin.post("/units", {"parent_id": tree.team_unit, "kind": "team", "name": "组中组"}))
        == "unit_misplaced"
    )
    tree.add(UnitKind.DEPARTMENT, "部室", tree.other_centre)
    assert move(department, tree.other_centre) == "unit_name_taken"


def test_names_are_unique_below_one_parent_only(admin: Browser, tree: Tree) -> None:
    taken = {"parent_id": tree.centre, "kind": "department", "name": "部室"}
    assert _code(admin.post("/units", taken)) == "unit_name_taken"
    elsewhere = admin.post("/units", {**taken, "parent_id": tree.other_centre})
    assert elsewhere.status_code == 201
    renamed = admin.put(f"/units/{tree.inner}", {"name": "里间", "version": tree.version(tree.inner)})
    assert renamed.get_json()["name"] == "里间"
    stale = admin.put(f"/units/{tree.inner}", {"name": "外间", "version": 1})
    assert _code(stale) == "stale_version"
    # A team's name is the team's: both ways of renaming it are one, under one rule.
    beside = tree.add(UnitKind.TEAM, "旁边组", tree.inner)
    team_id = next(row["team_id"] for row in _units(admin).values() if row["id"] == beside)
    version = tree.version(tree.team_unit)
    assert _code(admin.put(f"/units/{tree.team_unit}", {"name": "旁边组", "version": version})) in (
        "unit_name_taken",
        "team_name_taken",
    )
    admin.put(f"/teams/{team_id}", {"name": "对面组"})
    assert _units(admin)["对面组"]["id"] == beside
    unit = tree.add(UnitKind.DEPARTMENT, "同名", tree.inner)
    assert unit
    assert _code(admin.put(f"/teams/{team_id}", {"name": "同名"})) == "unit_name_taken"


def test_a_move_takes_all_below_with_it(admin: Browser, tree: Tree) -> None:
    version = tree.version(tree.department)
    moved = admin.post(f"/units/{tree.department}/move", {"parent_id": tree.root, "version": version})
    assert (moved.status_code, moved.get_json()["level"]) == (200, 1)
    shown = {row["id"]: row for row in _units(admin).values()}
    assert [shown[unit]["level"] for unit in (tree.department, tree.inner, tree.team_unit)] == [1, 2, 3]
    assert tree.path(tree.team_unit) == f"/{tree.root}/{tree.department}/{tree.inner}/{tree.team_unit}/"


def test_a_unit_stays_within_its_agency_and_an_agency_goes_anywhere(
    make: Make, admin: Browser, tree: Tree
) -> None:
    away = make.agency(AgencyKind.THIRD_PARTY)
    theirs = tree.of_agency(away)
    inside = tree.add(UnitKind.DEPARTMENT, "代运营部", theirs)
    body = {"parent_id": tree.centre, "version": tree.version(inside)}
    assert _code(admin.post(f"/units/{inside}/move", body)) == "unit_of_another_agency"
    moved = admin.post(f"/units/{theirs}/move", {"parent_id": tree.centre, "version": tree.version(theirs)})
    assert moved.get_json().get("parent_id") == tree.centre, moved.get_json()
    # Agencies are what circles could be made of: one's department holds the other, and so on.
    back = {"parent_id": inside, "version": tree.version(tree.centre)}
    assert _code(admin.post(f"/units/{tree.centre}/move", back)) == "unit_circle"
    stranger = make.operator(away, role=RoleName.SUPERVISOR)
    assert _code(admin.put(f"/people/{stranger.id}/unit", {"unit_id": tree.centre})) == (
        "unit_of_another_agency"
    )
    assert admin.put(f"/people/{stranger.id}/unit", {"unit_id": inside}).status_code == 200


def test_what_still_holds_something_is_not_closed(make: Make, admin: Browser, tree: Tree) -> None:
    def close(unit: int) -> Any:
        return admin.post(f"/units/{unit}/close", {"version": tree.version(unit)})

    assert _code(close(tree.root)) == "root_stays"
    refused = close(tree.centre)
    assert _code(refused) == "unit_has_units"
    assert refused.get_json()["count"] == 1
    person = make.operator(tree.agency, unit_id=tree.other_centre)
    assert _code(close(tree.other_centre)) == "unit_has_people"
    admin.put(f"/people/{person.id}/unit", {"unit_id": tree.root})
    assert close(tree.other_centre).status_code == 204
    assert tree.other_centre not in [row["id"] for row in _units(admin).values()]
    assert close(tree.other_centre).status_code == 404
    again = {"parent_id": tree.root, "kind": "centre", "name": "另一中心"}
    assert admin.post("/units", again).status_code == 201  # its name is free again


def test_a_teams_people_accounts_grants_and_queue_keep_it(make: Make, admin: Browser, tree: Tree) -> None:
    def close() -> Any:
        return admin.post(f"/units/{tree.team_unit}/close", {"version": tree.version(tree.team_unit)})

    member = make.operator(tree.agency, tree.team)
    assert _code(close()) == "unit_has_people"
    as_it_was = {"name": member.name, "role_ids": [make.role_id(RoleName.OPERATOR)]}
    assert admin.put(f"/people/{member.id}", {**as_it_was, "team_ids": []}).status_code == 200
    account = make.account(tree.agency, tree.team)
    request = make.request(account)
    assert _code(close()) == "unit_has_accounts"
    edited = {"name": account.name, "kind": "official", "team_id": None, "owner_operator_id": None}
    assert admin.put(f"/accounts/{account.id}", edited).status_code == 200
    assert _code(close()) == "unit_has_requests"
    done = {"status": "resolved", "version": request.version, "confirm": ["claimed_by_other"]}
    assert admin.put(f"/service-requests/{request.id}/status", done).status_code == 200
    owner = make.agency()
    grant = make.grant(make.account(owner), tree.agency, tree.team)
    assert _code(close()) == "unit_has_grants"
    assert admin.post(f"/grants/{grant.id}/end", {"version": grant.version}).status_code == 200
    assert close().status_code == 204
    # Nothing is given to it any more.
    refused = admin.put(f"/people/{member.id}", {**as_it_was, "team_ids": [tree.team.id]})
    assert refused.get_json()["fields"] == {"team_ids": refused.get_json()["fields"]["team_ids"]}
    refused = admin.put(f"/accounts/{account.id}", {**edited, "team_id": tree.team.id})
    assert _code(refused) == "invalid"
    agencies = admin.get("/agencies").get_json()["items"]
    assert tree.team.id not in [team["id"] for row in agencies for team in row["teams"]]


def test_agencies_are_for_who_reaches_everything_and_others_units_are_not_there(
    make: Make, open_browser: Open, tree: Tree
) -> None:
    away = make.agency(AgencyKind.THIRD_PARTY)
    theirs = tree.of_agency(away)
    managing = make.role(
        Permission.OPERATORS_MANAGE,
        Permission.PEOPLE_READ,
        account_reach=AccountReach.AGENCY,
        request_reach=RequestReach.ALL,
        agency_id=away.id,
    )
    lead = open_browser(make.operator(away, role=managing))
    shown = lead.get("/units").get_json()["items"]
    assert [(row["id"], row["parent_id"]) for row in shown] == [(theirs, None)]
    for path in (f"/units/{tree.centre}/move", f"/units/{tree.centre}/close"):
        body = {"version": 1, **({"parent_id": theirs} if path.endswith("move") else {})}
        assert lead.post(path, body).status_code == 404
    version = tree.version(theirs)
    agency = {"parent_id": theirs, "kind": "agency", "name": "转包", "agency_kind": "third_party"}
    assert _code(lead.post("/units", agency)) == "unit_beyond_own"
    assert _code(lead.put(f"/units/{theirs}", {"name": "改名", "version": version})) == "unit_beyond_own"
    own = lead.post("/units", {"parent_id": theirs, "kind": "department", "name": "自己的部"})
    assert own.status_code == 201


def test_nobody_opens_requests_that_they_do_not_reach(make: Make, open_browser: Open, tree: Tree) -> None:
    """Who belongs higher reaches more: whoever does not reach it cannot give it, nor take it themselves."""
    managing = make.role(Permission.OPERATORS_MANAGE, Permission.PEOPLE_READ, agency_id=tree.agency.id)
    person = make.operator(tree.agency, role=managing, unit_id=tree.other_centre)
    browser = open_browser(person)
    assert _code(browser.put(f"/people/{person.id}/unit", {"unit_id": tree.centre})) == "unit_beyond_own"
    body = {"parent_id": tree.other_centre, "version": tree.version(tree.department)}
    assert _code(browser.post(f"/units/{tree.department}/move", body)) == "unit_beyond_own"


def test_two_moves_at_once_build_no_circle(runtime: Runtime, make: Make, tree: Tree) -> None:
    """Each would be right alone; one of them sees what the other did, and is refused."""
    start, answers = threading.Barrier(2), list[str]()

    def move(unit: int, parent: int) -> None:
        start.wait(10)
        try:
            with open_context(runtime, MANAGER) as ctx:
                units.move_unit(ctx, unit, MoveUnit(parent_id=parent, version=versions[unit]))
            answers.append("moved")
        except Conflict as refused:
            answers.append(refused.code)

    first = tree.add(UnitKind.CENTRE, "甲", tree.root)
    second = tree.add(UnitKind.CENTRE, "乙", tree.root)
    versions = {unit: tree.version(unit) for unit in (first, second)}
    hands = [threading.Thread(target=move, args=pair) for pair in ((first, second), (second, first))]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(30)
    assert sorted(answers) == ["moved", "unit_circle"]
    for unit in (first, second):
        above = [int(number) for number in tree.path(unit).strip("/").split("/")]
        assert above[0] == tree.root
        assert len(set(above)) == len(above)


def test_two_first_agencies_at_once_make_one_root(runtime: Runtime, make: Make) -> None:
    agencies = [make.agency(), make.agency()]
    start = threading.Barrier(2)

    def plant(agency: Agency) -> None:
        start.wait(10)
        with open_context(runtime, MANAGER) as ctx:
            unit_of_agency(ctx.session, agency.id, ctx.now())

    hands = [threading.Thread(target=plant, args=(agency,)) for agency in agencies]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(30)
    with open_context(runtime, MANAGER, write=False) as ctx:
        rows = ctx.session.query(Unit).all()
        assert sorted(row.kind.value for row in rows) == ["agency", "enterprise"]
        assert {row.agency_id for row in rows} == {agency.id for agency in agencies}
        assert ctx.session.query(Team).count() == 0
