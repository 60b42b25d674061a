"""Customer-service messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.adapters.types import Lane, Media, OutboundMedia, SendKind, SendRequest, SendState
from app.adapters.wechat import WeChatAdapter
from app.core.errors import PlatformError, PlatformErrorKind
from tests.adapters.support import NOW, ScriptedPlatform
from tests.adapters.wechat.callbacks import OPENID, account

STABLE, SEND = "/cgi-bin/stable_token", "/cgi-bin/message/custom/send"
LOG = "/customservice/msgrecord/getmsglist"
ACCOUNT = account()


@pytest.fixture
def platform() -> ScriptedPlatform:
    scripted = ScriptedPlatform()
    scripted.answers(STABLE, {"access_token": "T1", "expires_in": 7200})
    scripted.answers(SEND, {"errcode": 0, "errmsg": "ok"})
    return scripted


@pytest.fixture
def adapter(platform: ScriptedPlatform) -> WeChatAdapter:
    return WeChatAdapter(platform.services)


def say(text: str = "您好", **more: Any) -> SendRequest:
    return SendRequest(Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, text, "op-1", {"user_id": OPENID}, **more)


def test_text_goes_out_as_raw_utf8(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    result = adapter.send(ACCOUNT, say("您好\U0001f44b"))
    (request,) = platform.sent(SEND)
    assert "您好👋".encode() in request.content
    assert b"\\u" not in request.content
    assert json.loads(request.content) == {"touser": OPENID, "msgtype": "text", "text": {"content": "您好👋"}}
    assert (result.external_id, result.state) == (None, SendState.DONE)


def test_a_picture_is_uploaded_first(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers("/cgi-bin/media/upload", {"type": "image", "media_id": "M9", "created_at": 1})
    picture = OutboundMedia("image", b"\x89PNG....", "a.png", "image/png")
    adapter.send(ACCOUNT, say("", media=(picture,)))
    body = json.loads(platform.sent(SEND)[0].content)
    assert (body["msgtype"], body["image"]) == ("image", {"media_id": "M9"})
    upload = platform.sent("/cgi-bin/media/upload")[0]
    assert upload.url.params["type"] == "image"
    assert b'name="media"; filename="image.png"' in upload.content


def test_a_menu_message_is_passed_on_as_built(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    menu = {"head_content": "满意吗", "list": [{"id": "1", "content": "满意"}], "tail_content": ""}
    adapter.send(ACCOUNT, say("满意吗", options={"msgtype": "msgmenu", "body": menu}))
    assert json.loads(platform.sent(SEND)[0].content)["msgmenu"] == menu


def test_the_limit_counts_bytes(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    assert adapter.measure_text(SendKind.PRIVATE_MESSAGE, "好").units == 3
    assert adapter.validate(ACCOUNT, say("好" * 682)) == []
    assert [v.code for v in adapter.validate(ACCOUNT, say("好" * 683))] == ["too_long"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (45015, PlatformErrorKind.WINDOW_CLOSED),
        (45047, PlatformErrorKind.WINDOW_CLOSED),
        (43004, PlatformErrorKind.WINDOW_CLOSED),
        (40003, PlatformErrorKind.NOT_FOUND),
        (48001, PlatformErrorKind.CAPABILITY_MISSING),
        (48004, PlatformErrorKind.ACCOUNT_BLOCKED),
        (45011, PlatformErrorKind.RATE_LIMITED),
        (87014, PlatformErrorKind.REJECTED),
        (-1, PlatformErrorKind.UNKNOWN_OUTCOME),
        (987654, PlatformErrorKind.REJECTED),
    ],
)
def test_error_codes_become_kinds(
    platform: ScriptedPlatform, adapter: WeChatAdapter, code: int, kind: PlatformErrorKind
) -> None:
    platform.answers(SEND, {"errcode": code, "errmsg": "scripted hint: [abc] rid: 1-2"})
    with pytest.raises(PlatformError) as caught:
        adapter.send(ACCOUNT, say())
    assert (caught.value.kind, caught.value.platform_code) == (kind, str(code))


def test_the_message_log_proves_a_send(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    platform.answers(LOG, {"recordlist": [{"openid": OPENID, "opercode": 2002, "text": " 您好 ", "time": 1}]})
    found = adapter.reconcile(ACCOUNT, say(), NOW - timedelta(seconds=30))
    assert found is not None
    assert found.state is SendState.DONE


@pytest.mark.parametrize("answer", [{"recordlist": []}, {"errcode": 48001, "errmsg": "no right"}])
def test_an_absent_log_entry_leaves_the_outcome_open(
    platform: ScriptedPlatform, adapter: WeChatAdapter, answer: dict[str, Any]
) -> None:
    platform.answers(LOG, answer)
    with pytest.raises(PlatformError) as caught:
        adapter.reconcile(ACCOUNT, say(), NOW - timedelta(seconds=30))
    assert caught.value.kind is PlatformErrorKind.UNKNOWN_OUTCOME


def test_media_of_followers_are_fetched_by_id(platform: ScriptedPlatform, adapter: WeChatAdapter) -> None:
    headers = {"content-type": "image/jpeg", "content-disposition": 'attachment; filename="x.jpg"'}
    platform.answers(
        "/cgi-bin/media/get", lambda request: httpx.Response(200, content=b"\xff\xd8", headers=headers)
    )
    got = adapter.download(ACCOUNT, Media("image", source_ref="M1"))
    assert (got.content, got.mime_type, got.filename) == (b"\xff\xd8", "image/jpeg", "x.jpg")


def test_expired_media_are_an_error_though_the_status_is_200(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    platform.answers("/cgi-bin/media/get", {"errcode": 40007, "errmsg": "invalid media_id"})
    with pytest.raises(PlatformError) as caught:
        adapter.download(ACCOUNT, Media("image", source_ref="M1"))
    assert caught.value.kind is PlatformErrorKind.NOT_FOUND


def test_a_message_is_found_behind_the_first_page_of_the_log(
    platform: ScriptedPlatform, adapter: WeChatAdapter
) -> None:
    """The log of a busy day has more than the ten thousand lines that one answer holds."""
    other = {"openid": "o-other", "opercode": 2002, "text": "您好", "time": 1}
    ours = {"openid": OPENID, "opercode": 2002, "text": "您好", "time": 2}
    platform.answers(
        LOG,
        {"recordlist": [other] * 10_000, "number": 10_000, "msgid": 20165267},
        {"recordlist": [other, ours], "number": 2, "msgid": 20165269},
    )
    found = adapter.reconcile(ACCOUNT, say(), NOW)
    assert found is not None
    assert found.raw["time"] == 2
    asked = [json.loads(request.content)["msgid"] for request in platform.sent(LOG)]
    assert asked == [1, 20165267]
