"""Mastodon's HTML and its way of counting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.mastodon import content


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>你好</p>", "你好"),
        ("<p>一</p><p>二<br>三</p>", "一\n\n二\n三"),
        ("<p>a &lt;b&gt; &amp; c</p>", "a <b> & c"),
        (
            '<p><span class="h-card"><a href="https://x.example/@a" class="u-url mention">'
            "@<span>a</span></a></span> 在吗</p>",
            "@a 在吗",
        ),
        (
            '<p>看 <a href="https://example.org/a/long/path"><span class="invisible">https://</span>'
            '<span class="ellipsis">example.org/a</span><span class="invisible">/long/path</span></a> 吧</p>',
            "看 https://example.org/a/long/path 吧",
        ),
        ('<a href="https://x.example/tags/a" class="mention hashtag">#<span>断网</span></a>', "#断网"),
        ("<ul><li>一</li><li>二</li></ul>", "- 一\n- 二"),
        ("<p>x</p><script>alert(1)</script>", "x"),
        ("plain", "plain"),
        ("", ""),
        ("<p>未闭合<b>的", "未闭合的"),
    ],
)
def test_html_is_read_as_a_person_sees_it(html: str, text: str) -> None:
    assert content.to_text(html) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<p onclick="x()">y</p>',
        "<iframe src=//a></iframe>",
        "<svg><script>alert(1)</script></svg>",
        '<p style="background:url(//a)">z</p>',
    ],
)
def test_kept_html_runs_nothing(hostile: str) -> None:
    kept = content.sanitize(hostile)
    for danger in ("script", "onerror", "onclick", "javascript:", "iframe", "style", "svg"):
        assert danger not in kept


@given(html=st.text(max_size=300))
def test_no_html_makes_the_reader_raise(html: str) -> None:
    content.to_text(html)
    content.length(html)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("宽带", 2),
        ("e\u0301", 1),
        ("👨‍👩‍👧", 1),
        ("👍🏽", 1),
        ("🇨🇳🇨🇳", 2),
        ("https://example.org/a/very/long/path/indeed/it/is", 23),
        ("@someone@far.example 您好", 11),
    ],
)
def test_length_counts_what_a_person_counts(text: str, units: int) -> None:
    assert content.length(text) == units
