"""What is indexed and what a query asks: nothing that a substring scan would find is lost."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.tokens import Phrase, index_tokens, query_phrases, split_syllables

CHINESE = st.text(alphabet="宽带断网套餐流量客服热线营业厅区路号", min_size=2, max_size=30)


def holds(tokens: list[str], phrase: Phrase) -> bool:
    if phrase.prefix:
        return any(token.startswith(phrase.tokens[0]) for token in tokens)
    size = len(phrase.tokens)
    return any(tuple(tokens[at : at + size]) == phrase.tokens for at in range(len(tokens) - size + 1))


def matches(text: str, query: str) -> bool:
    (tokens,) = index_tokens([text])
    return all(any(holds(tokens, phrase) for phrase in group) for group in query_phrases(query))


@settings(deadline=None)
@given(text=CHINESE, data=st.data())
def test_every_substring_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert matches(text, text[start:end])


@settings(deadline=None)
@given(text=CHINESE, query=st.text(alphabet="宽带断网套餐流量", min_size=2, max_size=4))
def test_characters_that_do_not_stand_together_are_not_found(text: str, query: str) -> None:
    assert matches(text, query) == (query in text)


def test_a_phrase_does_not_bridge_punctuation() -> None:
    assert not matches("宽带，断网", "带断")


def test_traditional_characters_find_simplified_ones_and_the_other_way_round() -> None:
    assert matches("宽带断了", "寬帶")
    assert matches("寬帶斷了", "宽带断")


def test_pinyin_and_initials_find_characters() -> None:
    assert matches("家里宽带断了", "kuandai")
    assert matches("家里宽带断了", "kddl")
    assert not matches("家里宽带断了", "liuliang")


def test_latin_and_digits_are_found_inside_words() -> None:
    assert matches("办了5G畅享129套餐", "5g")
    assert matches("办了5G畅享129套餐", "129")
    assert matches("Router XR2000", "r2000")


def test_every_word_of_a_query_must_be_there() -> None:
    assert matches("南屏区宽带断了", "宽带 南屏")
    assert not matches("南屏区宽带断了", "宽带 北山")


def test_a_query_of_punctuation_asks_nothing() -> None:
    assert query_phrases("?!  ，。") == []


def test_tokens_hold_no_query_operators() -> None:
    for tokens in index_tokens(["a\" OR b* NEAR(c) 'd' & | ! : \\", "x" * 5000, "\ud800 lone", "\x00nul"]):
        assert all(re.fullmatch(r"[^\W_]+", token) for token in tokens)


def test_letters_are_cut_into_syllables_only_where_they_are_pinyin() -> None:
    assert split_syllables("kuandai") == ["kuan", "dai"]
    assert split_syllables("xian") == ["xian"]
    assert split_syllables("xyz") is None
