"""Which language a browser is answered in."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.core.i18n import best_locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("zh", "zh-CN"),
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.3,zh;q=0.8", "zh-CN"),
        ("fr, en;q=0.1", "en"),
        ("fr", "default"),
        ("", "default"),
        (";;q=x,,", "default"),
    ],
)
def test_the_best_language_that_we_speak_is_taken(header: str, locale: str) -> None:
    wanted = parse_accept_header(header, LanguageAccept)
    assert best_locale(wanted.values(), "default") == locale
