"""Weibo's OAuth2: consent, code, token, its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.testing import SandboxProcess

BACK = "http://127.0.0.1:5000/connect/weibo"


@pytest.fixture
def app(credentials: Callable[[str], dict[str, str]]) -> dict[str, str]:
    known = credentials("weibo-care")
    return {"client_id": known["app_key"], "client_secret": known["app_secret"], "redirect_uri": BACK}


def _consent(sandbox: SandboxProcess, app: dict[str, str], decision: str = "allow") -> dict[str, str]:
    """Decide on the consent page; the query that comes back to the product."""
    form = {**app, "state": "s1", "account": "weibo-care", "decision": decision}
    answer = sandbox.http.post("/weibo/oauth2/authorize", data=form)
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def _exchange(sandbox: SandboxProcess, app: dict[str, str], code: str) -> Any:
    form = {**app, "grant_type": "authorization_code", "code": code}
    return sandbox.http.post("/weibo/oauth2/access_token", data=form)


def test_the_page_asks_for_one_of_the_accounts(sandbox: SandboxProcess, app: dict[str, str]) -> None:
    page = sandbox.http.get("/weibo/oauth2/authorize", params={**app, "response_type": "code"})
    assert page.status_code == 200
    assert "云岭通信客服" in page.text
    assert "style=" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_a_code_becomes_a_token_that_works_and_ends(sandbox: SandboxProcess, app: dict[str, str]) -> None:
    back = _consent(sandbox, app)
    assert back["state"] == "s1"
    token = _exchange(sandbox, app, back["code"]).json()
    assert (token["uid"], token["expires_in"]) == ("7712000001", 2_592_000)
    form = {"access_token": token["access_token"]}
    info = sandbox.http.post("/weibo/oauth2/get_token_info", data=form).json()
    assert (info["uid"], info["appkey"]) == (7712000001, app["client_id"])
    assert 2_591_990 <= info["expire_in"] <= 2_592_000
    sandbox.control("POST", "/clock", {"advance_seconds": 2_592_001})
    assert sandbox.http.get("/weibo/2/account/get_uid.json", params=form).json()["error_code"] == 21327


def test_a_code_serves_once(sandbox: SandboxProcess, app: dict[str, str]) -> None:
    code = _consent(sandbox, app)["code"]
    assert _exchange(sandbox, app, code).status_code == 200
    assert _exchange(sandbox, app, code).json()["error_code"] == 21325


def test_a_refusal_comes_back_with_21330(sandbox: SandboxProcess, app: dict[str, str]) -> None:
    back = _consent(sandbox, app, "deny")
    assert (back["error"], back["error_code"]) == ("access_denied", "21330")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_secret": "no"}, 21324),
        ({"redirect_uri": "http://elsewhere.example/"}, 21322),
        ({"client_id": "0"}, 21324),
    ],
)
def test_wrong_exchanges_get_the_documented_code(
    sandbox: SandboxProcess, app: dict[str, str], change: dict[str, str], code: int
) -> None:
    granted = _consent(sandbox, app)["code"]
    assert _exchange(sandbox, {**app, **change}, granted).json()["error_code"] == code


def test_a_revoked_token_is_unknown(sandbox: SandboxProcess, app: dict[str, str]) -> None:
    token = _exchange(sandbox, app, _consent(sandbox, app)["code"]).json()["access_token"]
    assert sandbox.http.post("/weibo/oauth2/revokeoauth2", data={"access_token": token}).json() == {
        "result": "true"
    }
    answer = sandbox.http.get("/weibo/2/account/get_uid.json", params={"access_token": token})
    assert answer.json()["error_code"] == 21332
