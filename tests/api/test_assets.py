"""Case G20: built files leave packed and are kept; what names them is asked for each time."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SCRIPT = b"console.log('lingke');" * 200
ADDRESS = "/static/dist/assets/main-abc123.js"


@pytest.fixture
def client(app: Flask, tmp_path: Path) -> FlaskClient:
    folder = tmp_path / "dist" / "assets"
    folder.mkdir(parents=True)
    (folder / "main-abc123.js").write_bytes(SCRIPT)
    (folder / "main-abc123.js.br").write_bytes(b"brotli bytes")
    (folder / "main-abc123.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "dist" / "theme.js").write_bytes(SCRIPT)
    app.static_folder = str(tmp_path)
    return app.test_client()


def ask(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    """Read to the end, so that no file stays open."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(address, headers=named, buffered=True)


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_browser_gets_the_smallest_form_it_takes(
    client: FlaskClient, accepts: str, encoding: str | None
) -> None:
    answer = ask(client, ADDRESS, accept_encoding=accepts)
    body = {"br": b"brotli bytes", "gzip": gzip.compress(SCRIPT), None: SCRIPT}[encoding]
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, encoding)
    assert len(answer.data) == len(body)
    assert answer.mimetype in ("text/javascript", "application/javascript")
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_each_form_has_a_tag_of_its_own(client: FlaskClient) -> None:
    forms = [ask(client, ADDRESS, accept_encoding=name) for name in ("br", "gzip", "identity")]
    tags = {form.headers["ETag"] for form in forms}
    assert len(tags) == 3
    again = ask(client, ADDRESS, accept_encoding="br", if_none_match=forms[0].headers["ETag"])
    assert again.status_code == 304


def test_hashed_files_are_kept_and_the_others_asked_for(client: FlaskClient) -> None:
    kept = ask(client, ADDRESS).headers["Cache-Control"]
    assert {part.strip() for part in kept.split(",")} == {"public", "max-age=31536000", "immutable"}
    assert ask(client, "/static/dist/theme.js").headers["Cache-Control"] == "no-cache"
    assert ask(client, "/workbench").headers["Cache-Control"] == "no-cache"


def test_a_part_of_a_file_is_a_part_of_the_file_itself(client: FlaskClient) -> None:
    answer = ask(client, ADDRESS, accept_encoding="br", range="bytes=0-6")
    assert (answer.status_code, answer.data) == (206, SCRIPT[:7])
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["../secret", "dist/assets/nothing.js", "..%2f..%2fwsgi.py"])
def test_nothing_else_is_reachable(client: FlaskClient, path: str) -> None:
    assert ask(client, f"/static/{path}", accept_encoding="br").status_code == 404
