"""An account that another agency takes over begins with that agency (case E2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Account, AgencyKind, AuditLog, Operator
from tests.factories.browser import Browser
from tests.factories.make import Make

OpenBrowser = Callable[[Operator | None], Browser]


def _connect(admin: Browser, account: Account, agency_id: int) -> int:
    body = {
        "platform": account.platform,
        "external_id": account.external_id,
        "name": "云岭宽带",
        "agency_id": agency_id,
        "credentials": {"app_key": "k", "app_secret": "s", "access_token": "t"},
    }
    answer = admin.post("/accounts", body)
    assert answer.status_code == 201, answer.text
    return int(answer.get_json()["id"])


def _rows(runtime: Runtime) -> list[tuple[int, int]]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return [(row.id, row.agency_id) for row in ctx.session.scalars(select(Account).order_by(Account.id))]


@pytest.fixture
def admin(make: Make, open_browser: OpenBrowser) -> Browser:
    return open_browser(make.operator(make.agency(), role=RoleName.ADMINISTRATOR))


def test_the_other_agency_reads_nothing_of_what_was_said_before(
    make: Make, runtime: Runtime, admin: Browser, open_browser: OpenBrowser
) -> None:
    first, second = make.agency(AgencyKind.THIRD_PARTY), make.agency(AgencyKind.THIRD_PARTY)
    account = make.account(first, make.team(first))
    request = make.request(account, "我家的宽带断了", author="老客户")
    assert admin.delete(f"/accounts/{account.id}").status_code == 204
    new_id = _connect(admin, account, second.id)
    assert _rows(runtime) == [(account.id, first.id), (new_id, second.id)]
    theirs = open_browser(make.operator(second, make.team(second), role=RoleName.SUPERVISOR))
    assert theirs.get(f"/conversations/{request.conversation_id}/messages").status_code == 404
    assert theirs.get(f"/service-requests/{request.id}").status_code == 404
    assert not any(theirs.get("/search", q="宽带断").get_json().values())
    ours = open_browser(make.operator(first, role=RoleName.SUPERVISOR))
    assert len(ours.get(f"/conversations/{request.conversation_id}/messages").get_json()["items"]) == 1
    with open_context(runtime, LISTENER, write=False) as ctx:
        entry = ctx.session.scalars(
            select(AuditLog).where(AuditLog.action == "account.connected").order_by(AuditLog.id.desc())
        ).first()
    assert entry is not None
    assert entry.detail["served_before_by"] == [first.id]


def test_the_same_agency_goes_on_where_it_stood(make: Make, runtime: Runtime, admin: Browser) -> None:
    first, second = make.agency(AgencyKind.THIRD_PARTY), make.agency(AgencyKind.THIRD_PARTY)
    account = make.account(first)
    admin.delete(f"/accounts/{account.id}")
    theirs = _connect(admin, account, second.id)
    assert admin.delete(f"/accounts/{theirs}").status_code == 204
    assert _connect(admin, account, first.id) == account.id
    assert _rows(runtime) == [(account.id, first.id), (theirs, second.id)]


def test_connected_again_it_does_not_say_when_its_old_consent_ended(
    make: Make, runtime: Runtime, admin: Browser
) -> None:
    agency = make.agency()
    account = make.account(agency)
    with open_context(runtime, LISTENER) as ctx:
        ctx.session.get_one(Account, account.id).token_expires_at = make.later(-86_400)
    assert admin.delete(f"/accounts/{account.id}").status_code == 204
    assert _connect(admin, account, agency.id) == account.id
    assert admin.get(f"/accounts/{account.id}").get_json()["token_expires_at"] is None


def test_two_agencies_never_have_it_at_once(make: Make, admin: Browser) -> None:
    first, second = make.agency(AgencyKind.THIRD_PARTY), make.agency(AgencyKind.THIRD_PARTY)
    account = make.account(first)
    body = {
        "platform": account.platform,
        "external_id": account.external_id,
        "name": "x",
        "agency_id": second.id,
    }
    credentials = {"app_key": "k", "app_secret": "s", "access_token": "t"}
    answer = admin.post("/accounts", {**body, "credentials": credentials})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "account_exists")
