"""Case G22: what a platform would not take is told in words and units that people use."""

from __future__ import annotations

import re

import pytest

from app.adapters.outbound import Violation
from app.outbound import refusal_words

CASES = [
    (Violation("too_long", "text", {"units": 2100, "limit": 2048, "unit": "utf8_bytes"}), "最多 683 字"),
    (Violation("too_long", "text", {"units": 141, "limit": 140, "unit": "weibo_140"}), "最多 140 字"),
    (Violation("media_too_large", "media", {"limit": 10 * 1024 * 1024}), "最多 10 MB"),
    (Violation("media_type", "media", {"allowed": ["image/png"]}), "格式"),
    (Violation("media_not_supported", "media", {"kind": "voice"}), "不能发"),
    (Violation("missing_target", "target", {"name": "status_id"}), "哪条内容"),
    (Violation("visibility_not_offered", "visibility", {"offered": "public, private"}), "可见范围"),
]


@pytest.mark.parametrize(("problem", "words"), CASES, ids=[problem.code for problem, _ in CASES])
def test_a_refusal_has_plain_words(problem: Violation, words: str) -> None:
    sentence = refusal_words.by_field([problem], "zh-CN")[problem.field]
    assert words in sentence
    assert re.findall(r"[a-z_]{3,}|字节|[{}]", sentence) == [], "codes, bytes and gaps are none"


def test_names_are_told_as_names() -> None:
    problem = Violation("names_others", "text", {"names": ["@bob", "@eve"]})
    assert "@bob, @eve" in refusal_words.by_field([problem], "zh-CN")["text"]
