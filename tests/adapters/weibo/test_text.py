"""Weibo's dates, counting and addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.adapters.weibo import text


def test_dates_are_read_with_their_zone_and_english_months() -> None:
    assert text.parse_date("Mon Mar 02 16:05:09 +0800 2026") == datetime(2026, 3, 2, 8, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["", "2026-03-02", "Mon Foo 02 16:05:09 +0800 2026", None, 5, [], "Mon Feb 31 16:05:09 +0800 2026"],
)
def test_what_is_no_date_is_none(value: object) -> None:
    assert text.parse_date(value) is None


@pytest.mark.parametrize(
    ("content", "units"),
    [
        ("", 0),
        ("宽带坏了", 4),
        ("ok", 1),
        ("odd", 2),
        ("宽带ok", 3),
        ("看 http://example.com/a/very/long/address?with=query 吧", 13),
        ("https://a.cn", 10),
    ],
)
def test_length_counts_half_width_characters_as_half_and_addresses_as_ten(content: str, units: int) -> None:
    assert text.length(content) == units


def test_a_repost_chain_is_told_from_the_authors_own_words() -> None:
    own, quoted = text.own_words("我也遇到了 //@小周: 信号又没了 //@云岭通信: 已登记")
    assert own == "我也遇到了"
    assert quoted.startswith("//@小周")
    assert text.own_words("没有转发") == ("没有转发", "")


def test_mids_become_the_letters_of_a_web_address() -> None:
    # 7 digits from the right: 5000000 and 0000061 -> "KYQI" and "000Z"
    assert text.mid_to_letters("61") == "Z"
    assert text.mid_to_letters("10000061") == "1000Z"
    with pytest.raises(ValueError, match="decimal"):
        text.mid_to_letters("12a")
