"""The central access token."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.adapters.types import HealthState, Lane, SendKind, SendRequest
from app.adapters.wechat import WeChatAdapter
from app.core.errors import PlatformError, PlatformErrorKind
from tests.adapters.support import NOW, ScriptedPlatform, json_response
from tests.adapters.wechat.callbacks import OPENID, account

STABLE, SEND, QUOTA = "/cgi-bin/stable_token", "/cgi-bin/message/custom/send", "/cgi-bin/openapi/quota/get"
ACCOUNT = account()


def token(value: str, expires_in: int = 7200) -> dict[str, Any]:
    return {"access_token": value, "expires_in": expires_in}


@pytest.fixture
def platform() -> ScriptedPlatform:
    scripted = ScriptedPlatform()
    scripted.answers(STABLE, token("T1"))
    scripted.answers(SEND, {"errcode": 0, "errmsg": "ok"})
    return scripted


@pytest.fixture
def adapter(platform: ScriptedPlatform) -> WeChatAdapter:
    return WeChatAdapter(platform.services)


def say(text: str = "您好") -> SendRequest:
    return SendRequest(Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, text, "op-1", {"user_id": OPENID})


def used_tokens(platform: ScriptedPlatform) -> list[str]:
    return [request.url.params["access_token"] for request in platform.sent(SEND)]


def test_the_token_is_fetched_once_and_kept(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    for _ in range(3):
        adapter.send(ACCOUNT, say())
    assert len(platform.sent(STABLE)) == 1
    assert used_tokens(platform) == ["T1"] * 3


def test_it_is_renewed_at_four_fifths_of_its_life(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers(STABLE, token("T1"), token("T2"))
    adapter.send(ACCOUNT, say())
    platform.clock.advance(7200 * 0.8 - 1)
    adapter.send(ACCOUNT, say())
    platform.clock.advance(1)
    adapter.send(ACCOUNT, say())
    assert used_tokens(platform) == ["T1", "T1", "T2"]


def test_a_refused_token_is_replaced_and_the_call_repeated_once(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(STABLE, token("T1"), token("T2"))
    platform.answers(SEND, {"errcode": 42001, "errmsg": "expired rid: 1a-2b"}, {"errcode": 0})
    adapter.send(ACCOUNT, say())
    assert used_tokens(platform) == ["T1", "T2"]


def test_a_call_refused_twice_is_not_repeated_for_ever(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(SEND, {"errcode": 40001, "errmsg": "invalid credential"})
    with pytest.raises(PlatformError) as caught:
        adapter.send(ACCOUNT, say())
    assert caught.value.kind is PlatformErrorKind.AUTH_EXPIRED
    assert len(platform.sent(SEND)) == 2


def test_a_new_token_is_forced_only_when_the_refused_one_comes_again(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(STABLE, token("T1"), token("T1"), token("T9"))
    platform.answers(SEND, {"errcode": 40001}, {"errcode": 0})
    adapter.send(ACCOUNT, say())
    forced = [b'"force_refresh":true' in request.content for request in platform.sent(STABLE)]
    assert forced == [False, False, True]
    assert used_tokens(platform) == ["T1", "T9"]


def test_twenty_threads_fetch_one_token(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    def slowly(request: httpx.Request) -> httpx.Response:
        time.sleep(0.05)
        return json_response(token("T1"))

    platform.answers(STABLE, slowly)
    threads = [threading.Thread(target=adapter.send, args=(ACCOUNT, say())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(platform.sent(SEND)) == 20
    assert len(platform.sent(STABLE)) == 1


def test_twenty_threads_replace_a_refused_token_once(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    adapter.send(ACCOUNT, say())
    platform.answers(STABLE, token("T2"), token("T3"))

    def old_token_is_dead(request: httpx.Request) -> httpx.Response:
        dead = request.url.params["access_token"] == "T1"
        return json_response({"errcode": 40001 if dead else 0})

    platform.answers(SEND, old_token_is_dead)
    threads = [threading.Thread(target=adapter.send, args=(ACCOUNT, say())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(platform.sent(STABLE)) == 2
    assert set(used_tokens(platform)[-20:]) == {"T2"}


def test_a_failing_renewal_does_not_stop_a_token_that_still_lives(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(STABLE, token("T1"), lambda request: httpx.Response(503))
    adapter.send(ACCOUNT, say())
    platform.clock.advance(6000)
    adapter.send(ACCOUNT, say())
    assert used_tokens(platform) == ["T1", "T1"]


def test_a_missing_whitelist_entry_becomes_advice(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    refusal = {"errcode": 40164, "errmsg": "invalid ip 198.51.100.7, not in whitelist rid: 68d4-32"}
    platform.answers(STABLE, refusal)
    health = adapter.check_account(ACCOUNT)
    assert (health.state, health.advice) == (HealthState.MISCONFIGURED, "add_ip_to_whitelist")
    assert "198.51.100.7" in health.detail
    assert health.checked_at == NOW


def test_tokens_and_secrets_stay_out_of_errors(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    def timeout(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout(f"while reading {request.url}", request=request)

    platform.answers(SEND, timeout)
    with pytest.raises(PlatformError) as caught:
        adapter.send(ACCOUNT, say())
    shown = f"{caught.value!r} {caught.value.raw} {caught.value.__cause__!r}"
    assert "T1" not in shown
    assert "s3cret" not in f"{ACCOUNT!r}"
    assert caught.value.kind is PlatformErrorKind.UNKNOWN_OUTCOME


def test_a_daily_quota_ends_at_midnight_in_beijing(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers(SEND, {"errcode": 45009, "errmsg": "used up for today rid: 12ab-1"})
    with pytest.raises(PlatformError) as caught:
        adapter.send(ACCOUNT, say())
    assert caught.value.kind is PlatformErrorKind.QUOTA_EXHAUSTED
    assert caught.value.retry_at == NOW.replace(hour=16)
    assert caught.value.request_id == "12ab-1"
    assert caught.value.retry_at - NOW < timedelta(days=1)
