"""What is indexed and what a query asks: nothing that a substring scan would find is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nlp.text.sounds import syllable
from app.search.syllables import SYLLABLES, split_syllables
from app.search.tokens import Phrase, index_tokens, query_phrases
from tests.support.processor import usual_seconds

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


def test_the_syllables_written_out_are_those_of_the_characters() -> None:
    readings = {syllable(chr(code)) for code in range(0x4E00, 0x9FA6)}
    assert {reading for reading in readings if reading.isascii()} == SYLLABLES


def _cut_trying_everything(letters: str) -> list[str] | None:
    """The plain way: exponential, and so only for short words."""
    if not letters:
        return []
    for length in range(min(6, len(letters)), 0, -1):
        rest = _cut_trying_everything(letters[length:]) if letters[:length] in SYLLABLES else None
        if rest is not None:
            return [letters[:length], *rest]
    return None


@given(letters=st.text(alphabet="anegixuoh", max_size=12))
def test_cutting_from_the_end_finds_what_trying_everything_finds(letters: str) -> None:
    assert split_syllables(letters) == _cut_trying_everything(letters)


@pytest.mark.parametrize(
    "letters", ["nengan" * 5 + "nengank", "nanan" * 6 + "vv", "nanan" * 20, "ang" * 33, "xianan" * 16 + "k"]
)
def test_letters_that_can_be_cut_in_many_ways_take_no_time(letters: str) -> None:
    """Case C1."""
    assert usual_seconds(lambda: query_phrases(letters), enough=0.05) < 0.05


@pytest.mark.parametrize("asked", ["WiFi 6", "ＷｉＦｉ６", "wifi6", "WIFI　６", "wi-fi 6"])
@pytest.mark.parametrize("written", ["家里 WiFi 6 路由器", "ＷｉＦｉ６信号差", "wifi6", "Wi-Fi 6 又断"])
def test_width_case_and_blanks_do_not_matter(written: str, asked: str) -> None:
    """Case C4."""
    assert matches(written, asked)


@pytest.mark.parametrize(
    ("written", "asked"),
    [("办理 5G 套餐", "5g套餐"), ("宽带200M太慢", "宽带 200M"), ("宽帶 200M", "宽带200m")],
)
def test_a_blank_between_scripts_does_not_matter(written: str, asked: str) -> None:
    """Case C4."""
    assert matches(written, asked)


PHONES = [
    "13800138000",
    "138-0013-8000",
    "138 0013 8000",
    "１３８－００１３－８０００",
    "138.0013.8000",
    "138–0013–8000",
]
OTHER = str.maketrans("8８", "7７")


@pytest.mark.parametrize("asked", PHONES)
@pytest.mark.parametrize("written", PHONES)
def test_numbers_are_compared_by_their_digits(written: str, asked: str) -> None:
    """Case C5."""
    assert matches(f"回电{written}，谢谢", asked)
    assert matches(f"+86 {written}", asked)
    assert not matches(f"回电{written.translate(OTHER)}", asked)


def test_a_part_of_a_number_is_found_over_its_dashes() -> None:
    assert matches("工单 2026-1129-0015", "11290015")
    assert not matches("12-34", "1234")
