"""The language of keyword rules."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.nlp.text.expression import And, Not, Or, Term, parse, terms_of
from app.nlp.text.expression_tokens import looks_like_expression
from tests.support.processor import usual_seconds


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


NETWORK = Or((Term("宽带"), Term("断网")))


@pytest.mark.parametrize(
    "expression",
    [
        "宽带 or 断网",
        "宽带 Or 断网",
        "宽带OR断网",
        "宽带or断网",
        "宽带｜断网",
        "宽带||断网",
        "宽带 ＯＲ 断网",
        "宽带 或 断网",
        "宽带　或者　断网",
        "「宽带」OR『断网』",
        "＂宽带＂｜＂断网＂",
        "（宽带）or（断网）",
    ],
)
def test_operators_are_understood_as_people_type_them(expression: str) -> None:
    """Case C3."""
    assert parse(expression) == NETWORK


def test_and_and_not_are_understood_in_the_same_ways() -> None:
    """Case C3."""
    both = And((Term("宽带"), Not(Term("招聘"))))
    ways = ["宽带 AND NOT 招聘", "宽带 且 不含 招聘", "宽带＆！招聘", "宽带 －招聘", "宽带NOT招聘"]
    assert [parse(way) for way in ways] == [both] * len(ways)


JOINERS = {
    "+": "AND",
    "＋": "AND",
    "/": "OR",
    "／": "OR",
    "、": "OR",
    ",": "OR",
    "，": "OR",
    ";": "OR",
    "；": "OR",
}


OTHERS = [("宽带", "断网"), ("宽带", "WiFi")]


@pytest.mark.parametrize("joiner", list(JOINERS))
@pytest.mark.parametrize("form", ["{}", " {}", "{} ", " {} ", "　{}　"])
@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_a_mark_between_words_is_refused_with_what_to_write(
    joiner: str, form: str, one: str, other: str
) -> None:
    """Case C3: with and without blanks beside it, of half and full width."""
    expression = f"{one}{form.format(joiner)}{other}"
    meant = f"{one} {JOINERS[joiner]} {other}"
    with pytest.raises(Invalid) as caught:
        parse(expression)
    assert (caught.value.details["problem"], caught.value.details["suggestion"]) == ("list_mark", meant)
    hint = looks_like_expression(expression)
    assert hint is not None, "also as one watched word"
    assert hint[2] == meant


@pytest.mark.parametrize("joiner", [*"&＆|｜", "OR", "or", "AND", *("和", "与", "或", "及", "以及", "且")])
@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_an_operator_with_blanks_beside_it_is_understood(joiner: str, one: str, other: str) -> None:
    found = parse(f"{one} {joiner} {other}")
    assert isinstance(found, And | Or)
    assert found.parts == (Term(one), Term(other.lower()))


@pytest.mark.parametrize("word", ["C++", "Disney+", "5G+宽带", "24/7", "1,000", "WiFi/5G", "+86"])
def test_what_belongs_to_a_word_stays_in_it(word: str) -> None:
    assert parse(word) == Term(word.lower())
    assert looks_like_expression(word) is None


@pytest.mark.parametrize(
    ("expression", "problem", "position", "suggestion"),
    [
        ("宽带、断网", "list_mark", 2, "宽带 OR 断网"),
        ("宽带，断网，卡顿", "list_mark", 2, "宽带 OR 断网 OR 卡顿"),
        ("客服 宽带；断网", "list_mark", 5, "宽带 OR 断网"),
        ("宽带/断网", "list_mark", 2, "宽带 OR 断网"),
        ("宽带＋电视", "list_mark", 2, "宽带 AND 电视"),
        ("客服 宽带以及断网", "operator_in_word", 5, "宽带 AND 断网"),
        ("宽带不包含招聘", "operator_in_word", 2, "宽带 NOT 招聘"),
        ("宽带 断?", "wildcard", 4, "断"),
        ("not 断网", "ambiguous_not", 0, "NOT"),
        ("宽带not断网", "ambiguous_not", 2, "宽带 NOT 断网"),
    ],
)
def test_what_would_never_match_is_refused_with_what_to_write(
    expression: str, problem: str, position: int, suggestion: str
) -> None:
    """Case C3."""
    with pytest.raises(Invalid) as caught:
        parse(expression)
    details = caught.value.details
    assert (details["problem"], details["position"], details["suggestion"]) == (problem, position, suggestion)


@pytest.mark.parametrize("word", ["ANDROID手机", "VENDOR系统", "24/7", "1,000元", "R2000", "orange"])
def test_words_that_only_look_like_lists_or_operators_stay_words(word: str) -> None:
    assert isinstance(parse(word), Term)


@pytest.mark.parametrize("expression", ["!" * 200_000, "(" * 200_000, "|" * 200_000, "& " * 100_000])
def test_operators_without_end_are_refused_at_once(expression: str) -> None:
    """Case C6."""

    def refuse() -> None:
        with pytest.raises(Invalid):
            parse(expression)

    assert usual_seconds(refuse, enough=0.1) < 0.1
