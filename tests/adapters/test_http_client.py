"""The client for trusted hosts: no secret in a log, no endless body, no surprise from the environment."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest

from app.core.http_client import BodyTooLarge, build_client, redact


@pytest.mark.parametrize(
    "message",
    [
        "GET https://a.cn/x?access_token=S3CRET&b=1",
        "access_token=S3CRET",
        '{"access_token": "S3CRET", "expires_in": 7200}',
        '{"secret":"S3CRET"}',
        "Authorization: Bearer S3CRET",
        "Authorization: OAuth2 S3CRET",
        "https://a.cn/oauth2/access_token?client_secret=S3CRET&code=S3CRET",
    ],
)
def test_secrets_are_cut_out_of_messages(message: str) -> None:
    assert "S3CRET" not in redact(message)


def test_the_rest_of_a_message_stays() -> None:
    assert redact("GET https://a.cn/x?access_token=T&next=5") == "GET https://a.cn/x?access_token=***&next=5"


def test_request_logs_show_no_token(caplog: pytest.LogCaptureFixture) -> None:
    client = build_client(transport=httpx.MockTransport(lambda request: httpx.Response(200)))
    with caplog.at_level(logging.DEBUG), client:
        client.get("https://a.cn/x", params={"access_token": "S3CRET"})
    assert "a.cn" in caplog.text
    assert "S3CRET" not in caplog.text


def test_a_long_answer_is_not_read_to_its_end() -> None:
    sent: list[int] = []

    def endless(request: httpx.Request) -> httpx.Response:
        def chunks() -> Iterator[bytes]:
            while True:
                sent.append(400)
                yield b"x" * 400

        return httpx.Response(200, content=chunks())

    client = build_client(transport=httpx.MockTransport(endless), max_body_bytes=1000)
    with client, pytest.raises(BodyTooLarge):
        client.get("https://a.cn/x")
    assert len(sent) == 3


def test_redirects_and_the_environments_proxy_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    away = httpx.MockTransport(lambda request: httpx.Response(302, headers={"location": "https://b.cn"}))
    with build_client(transport=away) as client:
        assert client.get("https://a.cn/x").status_code == 302
        assert client.headers["accept-encoding"] == "identity"
