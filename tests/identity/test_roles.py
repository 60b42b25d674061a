"""Roles are made, changed and removed by who may; nobody allows more than they may, and somebody stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import Conflict
from app.core.permissions import (
    GIVABLE,
    AccountReach,
    Mandate,
    MaskedField,
    Permission,
    RequestReach,
    RoleName,
    system_actor,
    together,
)
from app.core.runtime import Runtime
from app.core.standard_roles import ROLES
from app.core.unit_of_work import open_context
from app.identity.actors import actor_of
from app.identity.built_in_roles import keep_built_in_roles
from app.identity.role_queries import ROOMS, right_groups
from app.identity.role_schemas import ChangeRole
from app.identity.roles import change_role
from app.identity.scope import role_audience, rooms_of, scope
from app.models import AgencyKind, AuditLog, Contact, Operator, Role
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
MANAGER = system_actor("test", Permission.OPERATORS_MANAGE)
PHONE = MaskedField.CONTACT_PHONE
_P = Permission


def _content(*rights: Permission, **fields: Any) -> dict[str, Any]:
    usual = {
        "rights": [right.value for right in rights],
        "account_reach": "team",
        "request_reach": "own",
        "masked": ["contact.phone"],
        "capacity": 0,
    }
    return usual | fields


def _new(*rights: Permission, **fields: Any) -> dict[str, Any]:
    return _content(*rights, **{"name": "质检员", "agency_id": None} | fields)


def _of(view: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The command that leaves a role as it is shown, but for `fields`."""
    kept = ("rights", "account_reach", "request_reach", "masked", "capacity", "version")
    return {"name": None, **{name: view[name] for name in kept}} | fields


def _shown(browser: Browser, role_id: int) -> dict[str, Any]:
    found = {row["id"]: row for row in browser.get("/roles").get_json()["items"]}
    shown: dict[str, Any] = found[role_id]
    return shown


def _admin(make: Make, open_browser: Open) -> Browser:
    return open_browser(make.operator(make.agency(), role=RoleName.ADMINISTRATOR, name="管理的人"))


def test_rights_add_up_the_widest_reach_counts_and_a_mask_holds_only_where_all_mask() -> None:
    narrow = Mandate(frozenset({_P.REPLIES_SEND}), AccountReach.TEAM, RequestReach.ALL, frozenset({PHONE}))
    wide = Mandate(frozenset({_P.AUDIT_READ}), AccountReach.AGENCY, RequestReach.OWN, frozenset())
    assert together([narrow]) == narrow
    assert together([narrow, wide]) == Mandate(
        frozenset({_P.REPLIES_SEND, _P.AUDIT_READ}), AccountReach.AGENCY, RequestReach.ALL, frozenset()
    )
    assert together([]) == Mandate()
    assert narrow.within(together([narrow, wide]))
    assert not wide.within(narrow)
    assert not Mandate(masked=frozenset()).within(Mandate(masked=frozenset({PHONE})))


def test_whoever_administers_may_give_every_right() -> None:
    """Otherwise a right that nobody has could be given by nobody."""
    assert ROLES[RoleName.ADMINISTRATOR].mandate.permissions == GIVABLE
    for role in ROLES.values():
        assert role.mandate.within(ROLES[RoleName.ADMINISTRATOR].mandate)


def test_every_right_stands_in_one_room() -> None:
    groups = right_groups()
    assert [group.room for group in groups] == list(ROOMS), "name the new resource in ROOMS"
    shown = [right for group in groups for right in group.rights]
    assert len(shown) == len(set(shown))
    assert set(shown) == GIVABLE - {_P.SESSION_USE}


def test_somebody_with_several_roles_may_what_any_of_them_allows(make: Make, open_browser: Open) -> None:
    agency = make.agency()
    team = make.team(agency)
    reads = make.role(_P.AUDIT_READ)
    person = make.operator(agency, team, role=[RoleName.AGENCY_OPERATOR, reads])
    browser = open_browser(person)
    session = browser.get("/session").get_json()
    assert [role["key"] or role["name"] for role in session["operator"]["roles"]] == [
        "agency_operator",
        reads.name,
    ]
    assert {"replies:send", "audit:read"} <= set(session["permissions"])
    assert make.actor(person).role_ids == {make.role_id(RoleName.AGENCY_OPERATOR), reads.id}
    nobody = open_browser(make.operator(agency, team, role=[]))
    assert nobody.get("/session").get_json()["permissions"] == []
    assert nobody.get("/service-requests").status_code == 403


def test_a_role_is_made_given_changed_and_removed(make: Make, open_browser: Open) -> None:
    admin = _admin(make, open_browser)
    made = admin.post("/roles", _new(_P.SERVICE_REQUESTS_READ, capacity=3))
    role = made.get_json()
    assert made.status_code == 201
    assert (role["key"], role["name"], role["people_count"]) == (None, "质检员", 0)
    assert role["rights"] == ["service_requests:read", "session:use"]
    person = make.operator(make.agency(), name="质检的人", role=[])
    theirs = open_browser(person)
    given = admin.put(
        f"/people/{person.id}", {"name": "质检的人", "role_ids": [role["id"]], "team_ids": []}
    ).get_json()
    assert [one["name"] for one in given["roles"]] == ["质检员"]
    assert theirs.get("/service-requests").status_code == 200
    assert theirs.get("/audit-log").status_code in (403, 404)
    shown = _shown(admin, role["id"])
    assert (shown["people_count"], shown["people"]) == (1, [{"id": person.id, "name": "质检的人"}])
    changed = admin.put(f"/roles/{role['id']}", _of(shown, rights=["operators:read"], name="观察员"))
    assert (changed.status_code, changed.get_json()["name"]) == (200, "观察员")
    assert theirs.get("/service-requests").status_code == 403
    held = admin.delete(f"/roles/{role['id']}")
    assert (held.status_code, held.get_json()["code"]) == (409, "role_in_use")
    make.give(person, RoleName.OPERATOR, instead=True)
    assert admin.delete(f"/roles/{role['id']}").status_code == 204
    assert role["id"] not in [row["id"] for row in admin.get("/roles").get_json()["items"]]
    with open_context(make.runtime, MANAGER, write=False) as ctx:
        acts = {row.action: row.detail for row in ctx.session.query(AuditLog)}
    assert {"role.created", "role.changed", "role.deleted"} <= set(acts)
    assert acts["role.changed"]["before"]["rights"] == ["service_requests:read", "session:use"]
    assert acts["role.changed"]["after"]["name"] == "观察员"


def test_what_changes_nothing_is_told_to_nobody(make: Make, open_browser: Open) -> None:
    admin = _admin(make, open_browser)
    role = make.role(_P.NOTES_WRITE)
    same = admin.put(f"/roles/{role.id}", _of(_shown(admin, role.id)))
    assert (same.status_code, same.get_json()["version"]) == (200, 1)
    with open_context(make.runtime, MANAGER, write=False) as ctx:
        assert "role.changed" not in [row.action for row in ctx.session.query(AuditLog)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "占用"}, 409, "role_name_taken"),
        ({"name": "  "}, 422, "invalid"),
        ({"name": "长" * 61}, 422, "invalid"),
        ({"rights": ["everything:do"]}, 422, "invalid"),
        ({"rights": ["callbacks:store"]}, 422, "invalid"),
        ({"account_reach": "galaxy"}, 422, "invalid"),
        ({"capacity": 101}, 422, "invalid"),
        ({"agency_id": 4_000_000_000_000}, 404, "not_found"),
    ],
)
def test_what_is_wrong_with_a_new_role_is_said(
    make: Make, open_browser: Open, body: dict[str, Any], status: int, code: str
) -> None:
    make.role(name="占用")
    admin = _admin(make, open_browser)
    before = admin.get("/roles").get_json()["items"]
    refused = admin.post("/roles", _new() | body)
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)
    assert admin.get("/roles").get_json()["items"] == before


def test_a_version_that_is_not_the_newest_is_refused(make: Make, open_browser: Open) -> None:
    admin = _admin(make, open_browser)
    role = make.role()
    shown = _shown(admin, role.id)
    assert admin.put(f"/roles/{role.id}", _of(shown, capacity=2)).get_json()["version"] == 2
    stale = admin.put(f"/roles/{role.id}", _of(shown, capacity=5))
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale_version")
    assert _shown(admin, role.id)["capacity"] == 2


def test_a_built_in_role_is_changed_but_neither_renamed_nor_removed(make: Make, open_browser: Open) -> None:
    admin = _admin(make, open_browser)
    role_id = make.role_id(RoleName.OPERATOR)
    shown = _shown(admin, role_id)
    wanted = [right for right in shown["rights"] if right != "monitors:read"]
    assert admin.put(f"/roles/{role_id}", _of(shown, rights=wanted)).status_code == 200
    assert "monitors:read" not in _shown(admin, role_id)["rights"]
    renamed = admin.put(f"/roles/{role_id}", _of(_shown(admin, role_id), name="小二"))
    assert renamed.get_json()["code"] == "role_is_built_in"
    assert admin.delete(f"/roles/{role_id}").get_json()["code"] == "role_is_built_in"


def test_nobody_changes_a_role_that_they_have(make: Make, open_browser: Open) -> None:
    admin = _admin(make, open_browser)
    role_id = make.role_id(RoleName.ADMINISTRATOR)
    shown = _shown(admin, role_id)
    assert shown["may_change"] is False
    refused = admin.put(f"/roles/{role_id}", _of(shown, rights=["people:read"]))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "own_role")


def _lesser(make: Make, agency: Any, **reach: Any) -> Operator:
    """Somebody who manages people and otherwise may little."""
    role = make.role(_P.OPERATORS_MANAGE, _P.PEOPLE_READ, _P.REPLIES_SEND, agency_id=agency.id, **reach)
    return make.operator(agency, role=role)


_WIDE = {"account_reach": AccountReach.AGENCY, "request_reach": RequestReach.TEAM}


@pytest.mark.parametrize(
    "more",
    [
        {"rights": ["audit:read"]},
        {"account_reach": "all"},
        {"request_reach": "all"},
        {"masked": []},
    ],
)
def test_nobody_allows_more_than_they_may_or_see(
    make: Make, open_browser: Open, more: dict[str, Any]
) -> None:
    agency = make.agency()
    browser = open_browser(_lesser(make, agency, **_WIDE))
    fine = _new(_P.REPLIES_SEND, agency_id=agency.id, account_reach="agency", request_reach="team")
    refused = browser.post("/roles", {**fine, "name": "多的", **more})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "role_beyond_own")
    made = browser.post("/roles", fine)
    assert made.status_code == 201
    widened = browser.put(f"/roles/{made.get_json()['id']}", _of(made.get_json(), **more))
    assert widened.get_json()["code"] == "role_beyond_own"


def test_a_role_that_allows_more_than_ones_own_is_neither_changed_nor_removed(
    make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    browser = open_browser(_lesser(make, agency, **_WIDE))
    higher = make.role(_P.AUDIT_READ, agency_id=agency.id)
    shown = _shown(browser, higher.id)
    assert (shown["may_change"], shown["may_give"]) == (False, False)
    emptied = browser.put(f"/roles/{higher.id}", _of(shown, rights=[]))
    assert emptied.get_json()["code"] == "role_beyond_own"
    assert browser.delete(f"/roles/{higher.id}").get_json()["code"] == "role_beyond_own"


def test_who_looks_after_one_agency_changes_its_roles_alone(make: Make, open_browser: Open) -> None:
    agency, other = make.agency(), make.agency()
    browser = open_browser(_lesser(make, agency, **_WIDE))
    shared, theirs = make.role(name="共用"), make.role(name="别家", agency_id=other.id)
    names = {row["name"] for row in browser.get("/roles").get_json()["items"]}
    assert "共用" in names
    assert "别家" not in names
    for refused in (
        browser.put(f"/roles/{shared.id}", _of(_shown(browser, shared.id), capacity=1)),
        browser.post("/roles", _new()),
    ):
        assert (refused.status_code, refused.get_json()["code"]) == (409, "shared_role")
    assert browser.delete(f"/roles/{theirs.id}").status_code == 404
    assert browser.post("/roles", _new(agency_id=other.id)).status_code == 404


def test_people_who_serve_for_others_get_no_role_that_sees_every_account(
    make: Make, open_browser: Open
) -> None:
    admin = _admin(make, open_browser)
    away = make.agency(AgencyKind.THIRD_PARTY)
    refused = admin.post("/roles", _new(agency_id=away.id, account_reach="all"))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "role_beyond_agency")
    shared = make.role()
    make.operator(away, role=shared)
    widened = admin.put(f"/roles/{shared.id}", _of(_shown(admin, shared.id), account_reach="all"))
    assert widened.get_json()["code"] == "role_beyond_agency"


def test_an_agencys_role_is_given_to_its_people_alone(make: Make, open_browser: Open) -> None:
    admin = _admin(make, open_browser)
    home, away = make.agency(), make.agency()
    role = make.role(agency_id=home.id)
    stranger = make.operator(away)
    refused = admin.put(
        f"/people/{stranger.id}", {"name": stranger.name, "role_ids": [role.id], "team_ids": []}
    )
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["role_ids"])


def test_the_last_role_by_which_somebody_manages_people_stays(make: Make) -> None:
    agency = make.agency()
    only = make.role(_P.OPERATORS_MANAGE)
    make.operator(agency, role=only)
    make.operator(agency, role=RoleName.ADMINISTRATOR, is_active=False)
    without = ChangeRole(
        name=None,
        version=1,
        rights=[],
        account_reach=AccountReach.TEAM,
        request_reach=RequestReach.OWN,
        masked=[],
        capacity=0,
    )
    with pytest.raises(Conflict, match="last_administrator"), open_context(make.runtime, MANAGER) as ctx:
        change_role(ctx, only.id, without)
    make.operator(agency, role=RoleName.ADMINISTRATOR)
    with open_context(make.runtime, MANAGER) as ctx:
        change_role(ctx, only.id, without)


def test_a_version_of_the_program_adds_its_new_rights_and_keeps_what_people_changed(
    runtime: Runtime, make: Make
) -> None:
    role_id = make.role_id(RoleName.OPERATOR)
    with open_context(runtime, MANAGER) as ctx:
        role = ctx.session.get_one(Role, role_id)
        # As if the version before had meant it to have an old right and not yet that to write notes.
        role.offered = (role.offered - {"notes:write"}) | {"faxes:send"}
        role.rights = (role.rights - {"notes:write", "monitors:read"}) | {"faxes:send", "audit:read"}
    for _ in range(2):
        with open_context(runtime, MANAGER) as ctx:
            keep_built_in_roles(ctx.session, ctx.now())
    with open_context(runtime, MANAGER, write=False) as ctx:
        rights = ctx.session.get_one(Role, role_id).rights
    assert {"notes:write", "audit:read"} <= rights, "the new one is there, and the one people gave"
    assert rights.isdisjoint({"faxes:send", "monitors:read"}), "gone, and taken away by people"


def test_a_right_that_is_not_known_any_more_allows_nothing(runtime: Runtime, make: Make) -> None:
    role = make.role()
    with open_context(runtime, MANAGER) as ctx:
        ctx.session.get_one(Role, role.id).rights |= {"faxes:send", "callbacks:store"}
    actor = make.actor(make.operator(make.agency(), role=role))
    assert actor.permissions == {_P.SESSION_USE}


def test_a_masked_number_stays_masked_until_one_role_shows_it(
    runtime: Runtime, make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    team = make.team(agency)
    request = make.request(make.account(agency, team), "宽带断了")
    with open_context(runtime, MANAGER) as ctx:
        ctx.session.query(Contact).one().phone = runtime.vault.seal("13812345678")
    path = f"/conversations/{request.conversation_id}"
    masked = make.operator(agency, team)
    told = open_browser(masked).get(path)
    assert told.get_json()["contact"]["phone"] == "138 **** 5678"
    assert told.get_json()["contact"]["phone_is_masked"] is True
    assert "13812345678" not in told.get_data(as_text=True)
    make.give(masked, make.role(masked=frozenset()))
    shown = open_browser(masked).get(path).get_json()["contact"]
    assert (shown["phone"], shown["phone_is_masked"]) == ("13812345678", False)


@pytest.mark.parametrize("whose", ["everybody's", "its agency's"])
def test_who_looks_after_people_hears_of_a_role_that_they_see_and_who_has_it_hears_too(
    make: Make, whose: str
) -> None:
    home, away = make.agency(), make.agency()
    role = make.role(agency_id=None if whose == "everybody's" else home.id)
    make_readers = {agency.id: make.operator(agency, role=RoleName.SUPERVISOR) for agency in (home, away)}
    people = [
        *make_readers.values(),
        make.operator(away, role=RoleName.MANAGER),
        make.operator(home),
        make.operator(home, role=role),
    ]
    with open_context(make.runtime, MANAGER, write=False) as ctx:
        audience = role_audience(ctx.session.get_one(Role, role.id))
        for person in people:
            actor = actor_of(ctx.session, person, ctx.now())
            hears = not rooms_of(actor).isdisjoint(audience.rooms)
            sees = ctx.session.scalar(scope(select(Role.id), actor, Role).where(Role.id == role.id))
            reads = actor.may(_P.PEOPLE_READ) and sees is not None
            assert hears == (reads or role.id in actor.role_ids)
