"""The language of keyword rules."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.nlp.expression import And, Not, Or, Term, parse, terms_of


def test_words_beside_each_other_mean_and() -> None:
    assert parse("宽带 慢") == And((Term("宽带"), Term("慢")))


def test_or_binds_weaker_than_and() -> None:
    assert parse("甲一 乙二 OR 丙三") == Or((And((Term("甲一"), Term("乙二"))), Term("丙三")))


def test_groups_and_exclusions() -> None:
    assert parse("宽带 AND (慢 | 断网) NOT 招聘 -广告") == And(
        (Term("宽带"), Or((Term("慢"), Term("断网"))), Not(Term("招聘")), Not(Term("广告")))
    )


def test_full_width_brackets_and_quotes_are_understood() -> None:
    assert parse("（宽带）“5G 套餐”") == And((Term("宽带"), Term("5g 套餐")))


def test_a_phrase_may_hold_operators() -> None:
    assert parse('"OR (x)"') == Term("or (x)")


def test_terms_are_folded() -> None:
    assert parse("寬帶ＡＰＰ") == Term("宽带app")


def test_two_negations_cancel() -> None:
    assert parse("甲一 NOT NOT 乙二") == And((Term("甲一"), Term("乙二")))


def test_a_word_that_begins_like_an_operator_is_a_word() -> None:
    assert parse("ORANGE ANDROID") == And((Term("orange"), Term("android")))


def test_all_terms_are_listed() -> None:
    assert sorted(terms_of(parse("a1 (b1 OR c1) NOT d1"))) == ["a1", "b1", "c1", "d1"]


@pytest.mark.parametrize(
    ("expression", "problem", "position"),
    [
        ("", "empty", 0),
        ("   ", "empty", 0),
        ("宽带 AND", "dangling_operator", 6),
        ("OR 宽带", "dangling_operator", 0),
        ("宽带 OR OR 慢", "dangling_operator", 6),
        ("(宽带", "unclosed_group", 0),
        ("宽带)", "unexpected", 2),
        ("宽带 “慢", "unclosed_phrase", 3),
        ('宽带 ""', "empty_term", 3),
        ("宽带 \u200b", "empty_term", 3),
        ("()", "unexpected", 1),
        ("一二三四五六七八九十" * 11, "term_too_long", 0),
        ("(" * 50 + "宽带" + ")" * 50, "too_deep", 40),
    ],
)
def test_a_broken_rule_says_what_is_wrong_and_where(expression: str, problem: str, position: int) -> None:
    with pytest.raises(Invalid) as caught:
        parse(expression)
    assert caught.value.code == "bad_expression"
    assert (caught.value.details["problem"], caught.value.details["position"]) == (problem, position)


def test_too_many_terms_are_refused() -> None:
    with pytest.raises(Invalid, match="too_many_terms"):
        parse(" OR ".join(f"词{n}" for n in range(20_001)))


def test_an_absurdly_long_rule_is_refused() -> None:
    with pytest.raises(Invalid, match="too_long"):
        parse("词 " * 300_000)
