"""Exact and near duplicates."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.nlp.text.fingerprint import (
    NEAR_DISTANCE,
    bands,
    exact_hash,
    fingerprint,
    fingerprints,
    hamming,
    is_near,
    simhashes,
)

LONG = "昨天在营业厅办理的宽带到今天还没有人上门安装，打了三次电话都说再等等，请给个准话。"

signed = st.integers(min_value=-(1 << 63), max_value=(1 << 63) - 1)


def test_width_case_links_and_names_do_not_change_the_exact_hash() -> None:
    assert exact_hash("App 打不開 http://a.cn/x @甲") == exact_hash("ａｐｐ 打不开 http://b.cn/y")


def test_other_words_change_the_exact_hash() -> None:
    assert exact_hash("退款到了") != exact_hash("退款没到")


def test_both_numbers_fit_a_signed_column() -> None:
    for text in ("", "短", LONG, "另外一段足够长的文字用来比较"):
        mark = fingerprint(text)
        assert -(1 << 63) <= mark.exact < 1 << 63
        assert mark.simhash is None or -(1 << 63) <= mark.simhash < 1 << 63


def test_a_slightly_changed_post_is_near() -> None:
    changed = LONG + "！！"
    assert is_near(fingerprint(LONG).simhash, fingerprint(changed).simhash)


def test_a_very_long_post_is_compared_too() -> None:
    article = "".join(f"第{n}天客服说还要再等{n * 7 % 13}个工作日，" for n in range(200))
    assert is_near(fingerprint(article).simhash, fingerprint(article + "完。").simhash)


def test_the_simhash_is_the_majority_of_its_trigrams() -> None:
    assert simhashes(["一二三"]) == simhashes(["一二三一二三"[:3]])
    assert hamming(simhashes(["一二三"])[0], simhashes(["三二一"])[0]) > 10


def test_an_unrelated_post_is_far() -> None:
    other = fingerprint("周末和家人去公园看花，天气晴朗，孩子们玩得特别高兴，晚上吃了火锅。")
    assert not is_near(fingerprint(LONG).simhash, other.simhash)


def test_a_short_post_is_near_to_nothing() -> None:
    assert fingerprint("好的").simhash is None
    assert not is_near(None, fingerprint(LONG).simhash)


def test_a_batch_gives_what_each_post_gives_alone() -> None:
    texts = [LONG, "短", "", "转发 " + LONG, "\ud800", "完全不同的一句话，长度也够"]
    assert fingerprints(texts) == [fingerprint(text) for text in texts]


@given(signed, st.sets(st.integers(0, 63), max_size=3))
def test_three_changed_bits_leave_one_band_equal(value: int, bits: set[int]) -> None:
    other = value
    for bit in bits:
        other ^= 1 << bit
    assert hamming(value, other) == len(bits) <= NEAR_DISTANCE
    assert any(a == b for a, b in zip(bands(value), bands(other), strict=True))
