"""WeChat access tokens: stable and classic, expiry, forced refresh, address list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.testing import SandboxProcess


@pytest.fixture
def ask(sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]) -> Callable[..., Any]:
    known = credentials("wechat-main")

    def stable(**changes: Any) -> Any:
        body = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["app_secret"]}
        return sandbox.http.post("/wechat/cgi-bin/stable_token", json={**body, **changes}).json()

    return stable


@pytest.fixture
def classic(sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]) -> Callable[[], str]:
    known = credentials("wechat-main")

    def token() -> str:
        query = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["app_secret"]}
        return str(sandbox.http.get("/wechat/cgi-bin/token", params=query).json()["access_token"])

    return token


def _code(sandbox: SandboxProcess, token: str) -> int:
    """errcode of a harmless call; 0 when the token is good."""
    answer = sandbox.http.get("/wechat/cgi-bin/getcallbackip", params={"access_token": token}).json()
    return int(answer.get("errcode", 0))


def _later(sandbox: SandboxProcess, seconds: float) -> None:
    sandbox.control("POST", "/clock", {"advance_seconds": seconds})


def test_repeated_calls_give_the_same_token(ask: Callable[..., Any]) -> None:
    first, second = ask(), ask()
    assert first["access_token"] == second["access_token"]
    assert 7190 <= second["expires_in"] <= 7200


def test_in_the_last_five_minutes_old_and_new_are_both_valid(
    sandbox: SandboxProcess, ask: Callable[..., Any]
) -> None:
    old = ask()["access_token"]
    _later(sandbox, 7200 - 200)
    new = ask()["access_token"]
    assert new != old
    assert (_code(sandbox, old), _code(sandbox, new)) == (0, 0)
    _later(sandbox, 201)
    assert (_code(sandbox, old), _code(sandbox, new)) == (42001, 0)


def test_a_forced_refresh_ends_the_old_token(sandbox: SandboxProcess, ask: Callable[..., Any]) -> None:
    old = ask()["access_token"]
    new = ask(force_refresh=True)["access_token"]
    assert (_code(sandbox, old), _code(sandbox, new)) == (40001, 0)


def test_forced_refreshes_are_30_seconds_apart_and_20_a_day(
    sandbox: SandboxProcess, ask: Callable[..., Any]
) -> None:
    sandbox.control(
        "POST", "/clock", {"set": 1_800_000_000}
    )  # 16:00 in Beijing, so that the day does not turn
    assert "access_token" in ask(force_refresh=True)
    assert ask(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        _later(sandbox, 31)
        assert "access_token" in ask(force_refresh=True)
    _later(sandbox, 31)
    assert ask(force_refresh=True)["errcode"] == 45009


def test_a_new_classic_token_ends_the_one_before_after_five_minutes(
    sandbox: SandboxProcess, classic: Callable[[], str]
) -> None:
    old, new = classic(), classic()
    assert old != new
    assert _code(sandbox, old) == 0
    _later(sandbox, 301)
    assert (_code(sandbox, old), _code(sandbox, new)) == (42001, 0)


def test_the_two_kinds_do_not_touch_each_other(
    sandbox: SandboxProcess, ask: Callable[..., Any], classic: Callable[[], str]
) -> None:
    stable = ask()["access_token"]
    classic()
    classic()
    _later(sandbox, 301)
    assert _code(sandbox, stable) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "no"}, 40125),
        ({"secret": ""}, 41004),
        ({"grant_type": "code"}, 40002),
    ],
)
def test_wrong_credentials_get_the_documented_code(
    ask: Callable[..., Any], changes: dict[str, str], code: int
) -> None:
    answer = ask(**changes)
    assert answer["errcode"] == code
    assert " rid: " in answer["errmsg"]


def test_an_address_outside_the_list_is_named_in_the_refusal(
    sandbox: SandboxProcess, ask: Callable[..., Any]
) -> None:
    sandbox.control("POST", "/accounts/wechat-main/settings", {"ip_whitelist": ["10.1.2.3"]})
    answer = ask()
    assert answer["errcode"] == 40164
    assert "invalid ip 127.0.0.1" in answer["errmsg"]


def test_calls_without_a_good_token_are_refused(sandbox: SandboxProcess) -> None:
    assert _code(sandbox, "") == 41001
    assert _code(sandbox, "made-up") == 40001
