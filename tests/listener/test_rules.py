"""A monitor's rule: what is refused with a hint, and that ten thousand words are checked in no time."""

from __future__ import annotations

import contextlib

import pytest

from app.core.errors import Invalid
from app.listener.matching.rules import MonitorRule, check_rule, terms_of
from app.nlp.text.keywords import KeywordMatcher
from tests.support.processor import usual_seconds

LETTERS = "宽带断网套餐流量客服热线营业厅区路号电信移联"


def words(count: int, beginning: str = "") -> list[str]:
    """Different short words, many of which hold one another."""
    size = len(LETTERS)
    return [
        beginning + LETTERS[n % size] + LETTERS[n // size % size] + LETTERS[n // size**2 % size]
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("word", "problem", "suggestion"),
    [
        ("宽带 or 断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带OR断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带｜断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带、断网", "list_mark", "宽带 OR 断网"),
        ("宽带。断网", "list_mark", "宽带 OR 断网"),
        ("宽带\\断网", "list_mark", "宽带 OR 断网"),
        ("宽带丨断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带 │ 断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带&&断网", "operator_in_word", "宽带 AND 断网"),
        ("宽带或断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带或者断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带 或 断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带 和 断网", "operator_in_word", "宽带 AND 断网"),
        ("宽带 not 断网", "operator_in_word", "宽带 NOT 断网"),
        ("宽带　断网", "operator_in_word", "宽带 AND 断网"),
        ("宽带 断网 卡顿", "operator_in_word", "宽带 AND 断网 AND 卡顿"),
        ("!断网", "operator_in_word", "断网"),
        ("（断网", "operator_in_word", "断网"),
        ("宽带*", "wildcard", "宽带"),
        ("宽?", "wildcard", "宽"),
        ("宽带？", "wildcard", "宽带"),
        ("宽%", "wildcard", "宽"),
        ("宽.带", "wildcard", "宽带"),
        ("宽带.*断网", "wildcard", "宽带 AND 断网"),
        ("宽带以及断网", "operator_in_word", "宽带 AND 断网"),
        ("宽带并且断网", "operator_in_word", "宽带 AND 断网"),
        ("宽带而且断网", "operator_in_word", "宽带 AND 断网"),
        ("宽带不含招聘", "operator_in_word", "宽带 NOT 招聘"),
        ("宽带 -招聘", "operator_in_word", "宽带 NOT 招聘"),
        ("宽带 OR", "operator_in_word", "宽带"),
        ("（宽带 or 断网）and 慢", "operator_in_word", "(宽带 or 断网)and 慢"),
        ("宽带‖断网", "operator_in_word", "宽带 OR 断网"),
        ("宽带→断网", "list_mark", "宽带 OR 断网"),
    ],
)
@pytest.mark.parametrize("group", ["any", "all", "none"])
def test_one_word_that_was_meant_as_several_is_refused_with_a_hint(
    group: str, word: str, problem: str, suggestion: str
) -> None:
    """Case C3."""
    with pytest.raises(Invalid) as caught:
        check_rule(MonitorRule.model_validate({"any": ["客服"], group: ["客服", word]}))
    assert caught.value.details["fields"] == {f"rule.{group}.1": problem}
    assert caught.value.details["suggestion"] == suggestion


@pytest.mark.parametrize(
    "word", ["或许", "不可或缺的网络", "5G 套餐", "WiFi 6 路由器", "C++", "24/7", "A and B", "e-sim"]
)
def test_what_only_looks_so_is_a_word(word: str) -> None:
    check_rule(MonitorRule(any=[word]))


@pytest.mark.parametrize("typed", ["宽带或断网", "宽带。断网", "宽带*"])
def test_an_expression_that_never_matches_is_refused_too(typed: str) -> None:
    with pytest.raises(Invalid, match="bad_expression"):
        check_rule(MonitorRule(expression=typed))
    check_rule(MonitorRule(expression=f'"{typed}"'))


def test_a_phrase_is_meant_letter_by_letter() -> None:
    check_rule(MonitorRule(phrases=["宽带、断网"], any=["WiFi 6", "terms and conditions"]))


def test_a_stored_rule_with_such_a_word_goes_on() -> None:
    terms = terms_of(MonitorRule(any=["宽带、断网", "客服"]), 1)
    assert terms is not None
    assert KeywordMatcher([terms]).match_many(["客服不理人", "宽带"]) == [{1}, set()]


@pytest.mark.parametrize(
    "rule",
    [
        MonitorRule(any=words(10_000)),
        MonitorRule(any=words(10_000), none=words(9_000, "招"), variants=True),
        MonitorRule(any=words(5_000), none=words(5_000)),
        MonitorRule(any=words(1_000), synonyms={word: ["甲", "乙"] * 5 for word in words(1_000)}),
    ],
    ids=["words", "words and exclusions", "contradictions", "synonyms"],
)
def test_a_large_rule_is_checked_in_no_time(rule: MonitorRule) -> None:
    """Case C6: six seconds before; a tenth of one is what the web process may give to a request."""

    def check() -> None:
        with contextlib.suppress(Invalid):
            check_rule(rule)

    assert usual_seconds(check, enough=0.2) < 0.2


def test_spellings_are_counted_before_anything_is_done_with_them() -> None:
    """Case C6: 10,000 words with 10 synonyms each."""
    rule = MonitorRule(any=words(10_000), synonyms={word: ["同义"] * 10 for word in words(10_000)})

    def check() -> None:
        with pytest.raises(Invalid, match="too_many_terms"):
            check_rule(rule)

    assert usual_seconds(check, enough=0.1) < 0.1


@pytest.mark.parametrize("word", ["「宽带」", "‘宽带’", "'宽带'", "『宽带』", "“宽带”"])
def test_quotes_of_any_kind_around_a_word_are_no_part_of_it(word: str) -> None:
    """Case C3: it was accepted and never matched."""
    for rule in ({"any": [word]}, {"expression": word}):
        terms = terms_of(MonitorRule.model_validate(rule), 1)
        assert terms is not None
        assert KeywordMatcher([terms]).match_many(["家里宽带断了"]) == [{1}]


@pytest.mark.parametrize("word", ["100%", "宽带以及时", "非常", "与众不同", "Node.js", "怎么办"])
def test_what_only_looks_like_a_sign_is_a_word(word: str) -> None:
    check_rule(MonitorRule.model_validate({"any": [word], "phrases": ["怎么办？"]}))
