"""Cases E1, E8, B17: a signed field ends where it ends; plain fields beside a sealed part are no message."""

from __future__ import annotations

import hashlib

import pytest

from app.adapters.base import SignatureRejected
from app.adapters.types import ItemKind
from app.adapters.wechat import WeChatAdapter
from app.adapters.weibo import WeiboAdapter
from tests.adapters.support import NOW, ScriptedPlatform
from tests.adapters.wechat import callbacks as made
from tests.adapters.weibo.test_push import ACCOUNT, SECRET


def signed(secret: str, timestamp: str, nonce: str) -> dict[str, str]:
    joined = "".join(sorted([secret, timestamp, nonce]))
    return {
        "signature": hashlib.sha1(joined.encode()).hexdigest(),
        "timestamp": timestamp,
        "nonce": nonce,
    }


def moved(query: dict[str, str], digits: int) -> dict[str, str]:
    """The same signature with the border between timestamp and nonce elsewhere."""
    joined = query["timestamp"] + query["nonce"]
    at = len(query["timestamp"]) + digits
    return {**query, "timestamp": joined[:at], "nonce": joined[at:]}


@pytest.mark.parametrize("digits", [-2, -1, 1, 2, 3, 4])
def test_a_digit_moved_between_timestamp_and_nonce_is_refused(digits: int) -> None:
    adapter = WeChatAdapter(ScriptedPlatform().services)
    query = signed(made.TOKEN, str(int(NOW.timestamp())), "7834512")
    adapter.verify(query, {}, b"{}", made.account())
    for ask in (
        lambda: adapter.verify(moved(query, digits), {}, b"{}", made.account()),
        lambda: adapter.verify_challenge({**moved(query, digits), "echostr": "1"}, made.account()),
    ):
        with pytest.raises(SignatureRejected):
            ask()


@pytest.mark.parametrize("digits", [-2, -1, 1, 2])
def test_the_same_at_weibo_in_milliseconds(digits: int) -> None:
    adapter = WeiboAdapter(ScriptedPlatform().services)
    query = signed(SECRET, str(int(NOW.timestamp() * 1000)), "7834512")
    adapter.verify(query, {}, b"{}", ACCOUNT)
    with pytest.raises(SignatureRejected):
        adapter.verify(moved(query, digits), {}, b"{}", ACCOUNT)


@pytest.mark.parametrize("seconds", [301, 3_600, 30 * 86_400, 10**9])
def test_a_moment_far_ahead_is_refused(seconds: int) -> None:
    adapter = WeChatAdapter(ScriptedPlatform().services)
    with pytest.raises(SignatureRejected):
        adapter.verify(
            signed(made.TOKEN, str(int(NOW.timestamp()) + seconds), "1"), {}, b"{}", made.account()
        )


@pytest.mark.parametrize(
    "stamp", ["１７００００００００", "+170000000", "170000000.", "0x17000000", " 170000000", ""]
)
def test_a_timestamp_is_digits_and_nothing_else(stamp: str) -> None:
    adapter = WeChatAdapter(ScriptedPlatform().services)
    with pytest.raises(SignatureRejected):
        adapter.verify(signed(made.TOKEN, stamp, "1"), {}, b"{}", made.account())


@pytest.mark.parametrize("nonce", ["1\n2", "a b", "n" * 33, "１"])
def test_a_nonce_is_short_and_plain(nonce: str) -> None:
    adapter = WeChatAdapter(ScriptedPlatform().services)
    with pytest.raises(SignatureRejected):
        adapter.verify(signed(made.TOKEN, str(int(NOW.timestamp())), nonce), {}, b"{}", made.account())


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
@pytest.mark.parametrize("wrong", ["key", "app"])
def test_plain_fields_beside_a_part_that_we_cannot_open_are_not_believed(mode: str, wrong: str) -> None:
    """Cases E8 and B17."""
    key, app = (made.OLD_KEY, made.APPID) if wrong == "key" else (made.KEY, "wx9999999999999999")
    _, cipher = made.encrypted(made.xml(made.message(Content="真的")), key=key, receiver=app)
    body = made.xml({**made.message(Content="假的"), "Encrypt": cipher}).encode()
    adapter = WeChatAdapter(ScriptedPlatform().services)
    (item,) = adapter.parse_push(body, {}, made.account(mode), NOW).items
    assert item.kind is ItemKind.UNKNOWN
    assert item.text == ""
    assert (item.reason or "").startswith("undecryptable")


def test_a_compatible_push_without_its_encrypted_part_is_refused() -> None:
    """Case B17: whoever leaves the protected part away must not be believed for it."""
    adapter = WeChatAdapter(ScriptedPlatform().services)
    body = made.xml(made.message()).encode()
    with pytest.raises(SignatureRejected):
        adapter.verify(made.query(), {}, body, made.account("compatible"))
