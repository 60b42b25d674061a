"""Behind a proxy that ends TLS: sockets and commands work, with or without its telling so (case F2)."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.config import Settings
from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.migrate import FOLDER
from app.processes.web import create_app
from tests.factories.make import PASSWORD, Make

SAMPLES = FOLDER.parent / "docs" / "proxy"
PUBLIC = "https://lingke.example.com"
REFUSED = "Not an accepted origin"


@pytest.fixture
def proxied(settings: Settings, clock: ManualClock, make: Make) -> Iterator[Flask]:
    """An application that browsers know as PUBLIC."""
    make.operator(make.agency(), login_name="somebody")
    settings.public_url, settings.cookie_secure = PUBLIC, True
    application = create_app(settings, clock=clock, async_mode="threading")
    yield application
    runtime: Runtime = application.extensions["lingke"]
    runtime.redis.close()
    runtime.engine.dispose()


def _handshake(app: Flask, origin: str, **headers: str) -> str:
    answer = app.test_client().get(
        "/socket.io/?EIO=4&transport=websocket",
        headers={"Origin": origin, "Host": "lingke.example.com", **headers},
    )
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("origin", [PUBLIC, f"{PUBLIC}:443", "HTTPS://Lingke.example.com"])
def test_a_socket_opens_although_the_proxy_does_not_say_that_it_speaks_tls(
    proxied: Flask, origin: str
) -> None:
    assert REFUSED not in _handshake(proxied, origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://lingke.example.com.evil.example",
        "https://lingke.example.com:8443",
        "null",
        "http://[",
        "https://evil.example/https://lingke.example.com",
    ],
)
def test_another_page_opens_none(proxied: Flask, origin: str) -> None:
    assert REFUSED in _handshake(proxied, origin)
    assert REFUSED in _handshake(proxied, origin, **{"X-Forwarded-Host": "evil.example"})


def test_a_command_is_taken_from_a_page_of_the_public_address(proxied: Flask) -> None:
    client = proxied.test_client()
    client.environ_base["HTTP_HOST"] = "lingke.example.com"
    page = {"Origin": PUBLIC, "Referer": f"{PUBLIC}/login"}
    session = client.get("/api/v1/session", headers=page, base_url="https://lingke.example.com").get_json()
    answer = client.post(
        "/api/v1/session",
        json={"login_name": "somebody", "password": PASSWORD},
        headers={**page, "X-CSRF-Token": session["csrf_token"]},
        base_url="https://lingke.example.com",
    )
    assert answer.status_code == 200, answer.text


def _headers_of_sample() -> dict[str, str]:
    """What the sample makes nginx send for a browser on PUBLIC that opens a socket."""
    values = {
        "$host": "lingke.example.com",
        "$scheme": "https",
        "$http_upgrade": "websocket",
        "$connection_upgrade": "upgrade",
        "$proxy_add_x_forwarded_for": "203.0.113.7",
    }
    text = (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    return {name: values[value] for name, value in re.findall(r"proxy_set_header (\S+) (\S+);", text)}


def test_what_the_nginx_sample_sends_is_enough_without_public_url(
    settings: Settings, clock: ManualClock
) -> None:
    settings.trusted_proxies = 1
    application = create_app(settings, clock=clock, async_mode="threading")
    headers = _headers_of_sample()
    assert {"Host", "X-Forwarded-For", "X-Forwarded-Proto"} <= set(headers)
    # No socket stands behind this client: the request is judged, the connection not made.
    assert (headers.pop("Upgrade"), headers.pop("Connection")) == ("websocket", "upgrade")
    assert REFUSED not in _handshake(application, PUBLIC, **headers)
    assert REFUSED in _handshake(application, "https://evil.example", **headers)
    runtime: Runtime = application.extensions["lingke"]
    runtime.redis.close()
    runtime.engine.dispose()


def test_the_samples_take_the_longest_command() -> None:
    assert "client_max_body_size 8m;" in (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    assert "max_size 8MB" in (SAMPLES / "Caddyfile").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed here")
def test_nginx_understands_its_sample(tmp_path: Path) -> None:
    sample = (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    plain = re.sub(r"listen 443 ssl;|ssl_certificate\S*\s+\S+;", "", sample)
    whole = f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{plain}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    command = ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
