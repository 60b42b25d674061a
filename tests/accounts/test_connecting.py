"""Accounts from connecting to removing: who may, what is refused, what stays secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import open_session
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.models import Account, AccountKind, Agency, AgencyKind, AuditLog, Operator, Stream
from tests.factories.browser import Browser
from tests.factories.make import Make

OpenBrowser = Callable[[Operator | None], Browser]
SECRET = "very-secret-app-secret"


@pytest.fixture
def agency(make: Make) -> Agency:
    return make.agency()


@pytest.fixture
def admin(make: Make, agency: Agency, open_browser: OpenBrowser) -> Browser:
    return open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))


def form(agency: Agency, **changes: Any) -> dict[str, Any]:
    return {
        "platform": "weibo",
        "external_id": "7788990011",
        "name": "云岭新号",
        "agency_id": agency.id,
        "credentials": {"app_key": "k", "app_secret": SECRET, "access_token": "token-1"},
        **changes,
    }


def test_a_connected_account_is_read_from_at_once_and_shows_no_secret(
    admin: Browser, agency: Agency, runtime: Runtime
) -> None:
    answer = admin.post("/accounts", form(agency))
    assert answer.status_code == 201, answer.text
    assert SECRET not in answer.text
    assert "token-1" not in answer.text
    session = open_session(runtime.sessions, write=False)
    stored = session.get_one(Account, answer.get_json()["id"])
    streams = set(session.scalars(select(Stream.name).where(Stream.account_id == stored.id)))
    session.close()
    assert SECRET.encode() not in stored.credentials
    assert runtime.vault.open(stored.credentials)["app_secret"] == SECRET
    assert {"mentions", "comments"} <= streams
    assert not any(name.startswith("own_") for name in streams)


def test_a_missing_credential_is_named_by_its_field(admin: Browser, agency: Agency) -> None:
    answer = admin.post("/accounts", form(agency, credentials={"app_key": "k"}))
    assert answer.status_code == 422
    assert "credentials.app_secret" in answer.get_json()["fields"]


@pytest.mark.parametrize("address", ["ftp://api.example", "javascript:alert(1)", "https://", "http://[", ""])
def test_an_address_that_is_no_web_address_is_refused_by_its_name(
    admin: Browser, agency: Agency, address: str
) -> None:
    answer = admin.post("/accounts", form(agency, base_urls={"api": address}))
    assert answer.status_code == 422
    said = {"base_urls.api": "Must be an address that begins with http:// or https://"}
    assert answer.get_json()["fields"] == said


def test_the_same_account_is_not_connected_twice(admin: Browser, agency: Agency) -> None:
    assert admin.post("/accounts", form(agency)).status_code == 201
    again = admin.post("/accounts", form(agency))
    assert (again.status_code, again.get_json()["code"]) == (409, "account_exists")


def test_an_unknown_platform_is_refused(admin: Browser, agency: Agency) -> None:
    assert admin.post("/accounts", form(agency, platform="fax")).status_code == 404


def test_a_team_of_another_agency_is_refused(admin: Browser, agency: Agency, make: Make) -> None:
    foreign = make.team(make.agency(AgencyKind.THIRD_PARTY))
    answer = admin.post("/accounts", form(agency, team_id=foreign.id))
    assert answer.status_code == 422
    assert "team_id" in answer.get_json()["fields"]


@pytest.mark.parametrize("role", [RoleName.OPERATOR, RoleName.SUPERVISOR, RoleName.MANAGER])
def test_only_administrators_manage_accounts(
    role: RoleName, agency: Agency, make: Make, open_browser: OpenBrowser
) -> None:
    assert open_browser(make.operator(agency, role=role)).post("/accounts", form(agency)).status_code == 403


def test_a_paused_account_can_be_resumed(admin: Browser, agency: Agency) -> None:
    account = admin.post("/accounts", form(agency)).get_json()
    paused = admin.put(f"/accounts/{account['id']}/status", {"status": "paused"}).get_json()
    assert paused["status"] == "paused"
    assert (
        admin.put(f"/accounts/{account['id']}/status", {"status": "active"}).get_json()["status"] == "active"
    )


def test_new_credentials_replace_only_what_they_name(
    admin: Browser, agency: Agency, runtime: Runtime
) -> None:
    account = admin.post("/accounts", form(agency)).get_json()
    path = f"/accounts/{account['id']}/credentials"
    assert admin.put(path, {"credentials": {"access_token": "token-2"}}).status_code == 200
    session = open_session(runtime.sessions, write=False)
    opened = runtime.vault.open(session.get_one(Account, account["id"]).credentials)
    session.close()
    assert opened == {"app_key": "k", "app_secret": SECRET, "access_token": "token-2"}


def test_removing_wipes_credentials_stops_reading_and_can_be_undone_only_by_connecting_again(
    admin: Browser, agency: Agency, runtime: Runtime
) -> None:
    account = admin.post("/accounts", form(agency)).get_json()
    assert admin.delete(f"/accounts/{account['id']}").status_code == 204
    session = open_session(runtime.sessions, write=False)
    row = session.get_one(Account, account["id"])
    active = session.scalars(select(Stream.is_active).where(Stream.account_id == row.id)).all()
    session.close()
    assert runtime.vault.open(row.credentials) == {}
    assert not any(active)
    assert account["id"] not in {a["id"] for a in admin.get("/accounts").get_json()["items"]}
    assert admin.put(f"/accounts/{account['id']}/status", {"status": "active"}).status_code == 404
    assert admin.post("/accounts", form(agency)).get_json()["id"] == account["id"]


def test_every_act_is_on_the_audit_log_without_secrets(
    admin: Browser, agency: Agency, runtime: Runtime
) -> None:
    account = admin.post("/accounts", form(agency)).get_json()
    admin.put(f"/accounts/{account['id']}/credentials", {"credentials": {"access_token": "token-2"}})
    admin.put(f"/accounts/{account['id']}/status", {"status": "paused"})
    admin.delete(f"/accounts/{account['id']}")
    session = open_session(runtime.sessions, write=False)
    rows = session.scalars(select(AuditLog).where(AuditLog.account_id == account["id"])).all()
    session.close()
    assert [row.action for row in rows] == [
        "account.connected",
        "account.credentials_changed",
        "account.paused",
        "account.removed",
    ]
    assert all("token-2" not in str(row.detail) for row in rows)


def test_an_employees_account_is_seen_by_its_owner_and_supervisors_only(
    make: Make, agency: Agency, open_browser: OpenBrowser
) -> None:
    team = make.team(agency)
    owner, colleague = make.operator(agency, team), make.operator(agency, team)
    supervisor = make.operator(agency, role=RoleName.SUPERVISOR)
    account = make.account(agency, team, kind=AccountKind.EMPLOYEE, owner_operator_id=owner.id)
    request = make.request(account, "员工号上的问题，怎么办理？")
    path = f"/service-requests/{request.id}"
    assert open_browser(owner).get(path).status_code == 200
    assert open_browser(supervisor).get(path).status_code == 200
    assert open_browser(colleague).get(path).status_code == 404


def test_a_consent_works_once_and_only_for_who_began_it(
    make: Make, agency: Agency, admin: Browser, open_browser: OpenBrowser
) -> None:
    account = admin.post("/accounts", form(agency)).get_json()
    url = admin.post(f"/accounts/{account['id']}/authorisation").get_json()["authorize_url"]
    state = url.split("state=")[1].split("&")[0]
    other = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    stolen = other.get("/accounts/authorised", state=state, code="c")
    assert stolen.headers["Location"].endswith("reason=authorisation_expired")
    refused = admin.get("/accounts/authorised", state=state)
    assert refused.headers["Location"].endswith("reason=authorisation_refused")
    assert admin.get("/accounts/authorised", state=state, code="c").headers["Location"].endswith("_expired")
