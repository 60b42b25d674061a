"""Recorded payloads of the real platforms, where this machine has them: read without an exception."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.adapters import registry
from app.adapters.base import PushReceiver
from app.adapters.mastodon import content as mastodon_content
from app.adapters.mastodon import parse as mastodon
from app.adapters.types import AccountRef, ItemKind
from app.adapters.wechat import crypto
from app.adapters.wechat import errors as wechat_errors
from app.adapters.weibo import errors as weibo_errors
from app.adapters.weibo import parse as weibo
from app.adapters.weibo import text as weibo_text
from app.core.errors import PlatformError
from tests.adapters import fixtures
from tests.adapters.readings import all_readings
from tests.adapters.support import NOW, ScriptedPlatform, json_response

pytestmark = pytest.mark.skipif(
    not fixtures.FOLDER.is_dir(), reason="recorded payloads are not on this machine"
)


def named(*patterns: str) -> pytest.MarkDecorator:
    paths = fixtures.files(*patterns)
    return pytest.mark.parametrize("path", paths, ids=[f"{p.parent.name}/{p.stem}" for p in paths])


@named("wechat/events/*", "wechat/inbound/*", "wechat/reply/*", "wecom/*.xml")
def test_wechat_callbacks_are_understood(path: Path) -> None:
    adapter = registry.build("wechat", ScriptedPlatform().services)
    assert isinstance(adapter, PushReceiver)
    (item,) = adapter.parse_push(path.read_bytes(), {}, AccountRef("wechat", "gh"), NOW).items
    assert item.external_id
    if path.parent.name in ("events", "inbound"):
        assert item.kind is not ItemKind.UNKNOWN, item.reason
    assert item.reason is not None or item.author is not None


@named("weibo/push/*")
def test_weibo_pushes_are_understood(path: Path) -> None:
    adapter = registry.build("weibo", ScriptedPlatform().services)
    assert isinstance(adapter, PushReceiver)
    (item,) = adapter.parse_push(path.read_bytes(), {}, AccountRef("weibo", "1"), NOW).items
    is_a_push = path.stem not in ("event_generic", "reply_text_form", "signature_vector")
    assert (item.kind is not ItemKind.UNKNOWN) is is_a_push
    assert item.created_at < NOW or not is_a_push


@named("weibo/*.json")
def test_weibo_objects_are_read(path: Path) -> None:
    for value in fixtures.objects_in(fixtures.body_of(path)):
        item = weibo.status(value, "1", NOW)
        assert weibo.comment(value, "1", NOW).external_id
        if "created_at" in value and "text" in value:
            assert item.created_at < NOW
            assert item.text
        if "screen_name" in value:
            author = weibo.author(value)
            assert author is not None
            assert author.name
        weibo_errors.error_code(value)


@named("mastodon/*.json", "gotosocial/*.json")
def test_mastodon_entities_are_read(path: Path) -> None:
    for value in fixtures.objects_in(fixtures.body_of(path)):
        item = mastodon.status(value, NOW)
        mastodon.event(value, NOW)
        if "visibility" in value and "content" in value:
            assert item.author is not None
            assert "<" not in mastodon_content.to_text(item.html or "").replace("<3", "")
            assert "<script" not in (item.html or "")
        if "acct" in value and "followers_count" in value:
            author = mastodon.author(value)
            assert author is not None
            assert author.handle


def answers_everything(body: Any, status: int) -> ScriptedPlatform:
    platform = ScriptedPlatform()
    answer = json_response(body, status)

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/cgi-bin/stable_token":
            return json_response({"access_token": "T", "expires_in": 7200})
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    platform.handle_all(respond)
    return platform


@pytest.mark.parametrize("platform_name", ["weibo", "wechat", "mastodon"])
@named("weibo/*.json", "wechat/api/*.json", "wecom/*.json", "mastodon/*.json", "gotosocial/*.json")
def test_no_recorded_answer_makes_a_call_fail_in_an_unexpected_way(path: Path, platform_name: str) -> None:
    """Every answer for every call, also where it does not belong: a platform in disorder."""
    platform = answers_everything(fixtures.body_of(path), fixtures.status_of(path))
    for name, call in all_readings(platform_name, platform.services).items():
        try:
            call()
        except PlatformError:
            continue
        except Exception as error:  # the call's name is what a failure must show
            raise AssertionError(f"{name} with {path.name}") from error


@named("wechat/crypto/*.json")
def test_encryption_vectors_hold(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    if "encrypt" in vector:
        key, receiver = vector["encoding_aes_key"], vector["receive_id"]
        assert crypto.decrypt(vector["encrypt"], key, receiver).decode() == vector["plaintext"]
        if "random16" in vector:
            again = crypto.encrypt(vector["plaintext"].encode(), key, receiver, vector["random16"].encode())
            assert base64.b64decode(again) == base64.b64decode(vector["encrypt"])
    if "msg_signature" in vector:
        signed = crypto.message_signature(
            vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"]
        )
        assert signed == vector["msg_signature"]


@named("weibo/mid_base62_vectors.json")
def test_web_addresses_match_public_ones(path: Path) -> None:
    for vector in json.loads(path.read_text(encoding="utf-8")):
        assert weibo_text.mid_to_letters(vector["mid"]) == vector["bid"]


@named("wechat/api/err_*.json")
def test_recorded_wechat_errors_are_in_the_table(path: Path) -> None:
    code = wechat_errors.error_code(json.loads(path.read_text(encoding="utf-8")))
    assert code in wechat_errors.FAULTS


@named("weibo/error_*.json")
def test_recorded_weibo_errors_have_a_code(path: Path) -> None:
    code = weibo_errors.error_code(json.loads(path.read_text(encoding="utf-8")))
    assert code is not None
    assert code >= 10000
