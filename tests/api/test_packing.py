"""Issue 8: JSON answers leave packed, but for those that carry a secret."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from app.api.endpoint import ENDPOINTS
from app.api.packing import SECRETS, WORTH, carries_secret
from app.core.permissions import RoleName
from app.models import Operator
from tests.factories.browser import Browser
from tests.workbench.desk import Desk

OpenBrowser = Callable[[Operator | None], Browser]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}
LIST = "/service-requests?view=all"
pytestmark = pytest.mark.sqlite


def test_a_list_is_the_same_packed_and_plain(desk: Desk, open_browser: OpenBrowser) -> None:
    screen = open_browser(desk.operator)
    plain, packed = screen.call("GET", LIST), screen.call("GET", LIST, headers=GZIP)
    assert (packed.status_code, packed.headers["Content-Encoding"]) == (200, "gzip")
    assert json.loads(gzip.decompress(packed.data)) == plain.get_json()
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


def test_small_answers_and_problems_stay_as_they_are(desk: Desk, open_browser: OpenBrowser) -> None:
    screen = open_browser(desk.operator)
    small = screen.call("GET", "/service-requests?view=resolved", headers=GZIP)
    assert len(small.data) < WORTH
    for answer in (small, screen.call("GET", "/service-requests/999999", headers=GZIP)):
        assert "Content-Encoding" not in answer.headers


def test_what_carries_a_secret_is_never_packed(desk: Desk, open_browser: OpenBrowser) -> None:
    desk.make.account(desk.agency, desk.team)
    admin = desk.make.operator(desk.agency, desk.team, role=RoleName.ADMINISTRATOR)
    screen = open_browser(admin)
    accounts, session = (screen.call("GET", path, headers=GZIP) for path in ("/accounts", "/session"))
    assert len(accounts.data) >= WORTH, "or this proves nothing"
    assert session.get_json()["csrf_token"]
    for answer in (accounts, session):
        assert "Content-Encoding" not in answer.headers


def test_secrets_are_found_wherever_they_hang() -> None:
    """In the answer itself (session), within a list (accounts), within a part (a checked account)."""
    secret = {spec.name for spec in ENDPOINTS.values() if spec.response and carries_secret(spec.response)}
    assert {"identity.get_session", "accounts.list_accounts", "accounts.check_account"} <= secret
    assert "routing.list_requests" not in secret
    assert "csrf_token" in SECRETS
