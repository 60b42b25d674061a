"""Bringing a file as the composer does: its content is the body."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.factories.browser import Browser


def bring(browser: Browser, name: str, content: bytes, **options: Any) -> TestResponse:
    kind = "application/octet-stream"
    return browser.call(
        "POST", "/attachments", query_string={"name": name}, data=content, content_type=kind, **options
    )


def brought(browser: Browser, name: str, content: bytes) -> dict[str, Any]:
    answer = bring(browser, name, content)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told
