"""Many monitors' rules in one pass."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.nlp.text.keywords import KeywordMatcher, MonitorTerms, check


def matches(expression: str, text: str, **options: object) -> bool:
    return KeywordMatcher([MonitorTerms("m", expression, **options)]).match(text) == {"m"}  # type: ignore[arg-type]


def test_every_text_gets_the_monitors_whose_rule_holds() -> None:
    matcher = KeywordMatcher(
        [
            MonitorTerms("net", "宽带 (慢 OR 断网) NOT 招聘"),
            MonitorTerms("shop", "营业厅"),
            MonitorTerms(7, '"5G 套餐"'),
        ]
    )
    found = matcher.match_many(["宽带又断网", "招聘宽带安装，不怕慢", "营业厅问5G 套餐", "", "宽带不错"])
    assert found == [{"net"}, set(), {"shop", 7}, set(), set()]


def test_traditional_spelling_and_width_do_not_matter() -> None:
    assert matches("寬帶 app", "ＡＰＰ查不到宽带")


def test_latin_terms_match_whole_words_only() -> None:
    assert matches("app", "这个app不行")
    assert not matches("app", "apple手机")
    assert not matches("10086", "号码100861")


def test_a_word_does_not_reach_over_two_posts() -> None:
    assert KeywordMatcher([MonitorTerms("m", "断网")]).match_many(["中断", "网络"]) == [set(), set()]


def test_exclusions_silence_a_rule() -> None:
    assert matches("小米", "小米手机坏了", exclusions=["小米粥"])
    assert not matches("小米", "熬小米粥", exclusions=["小米粥"])


def test_synonyms_count_as_the_term() -> None:
    assert matches("客户端", "APP闪退", synonyms={"客户端": ["app", "软件"]})


def test_pinyin_spelling_counts_when_asked_for() -> None:
    assert matches("宽带", "kuandai太差", pinyin=True)
    assert matches("宽带", "Kuan Dai 太差", pinyin=True)
    assert not matches("宽带", "kuandai太差")


def test_found_terms_are_named() -> None:
    matcher = KeywordMatcher([MonitorTerms("m", "宽带 OR 断网")])
    assert matcher.found_terms("宽带没有断网") == ["宽带", "断网"]


@pytest.mark.parametrize(
    "expression", ["移动 NOT 移动", "移动电源 NOT 移动", "(甲一 OR 乙二) NOT (甲一 OR 乙二)"]
)
def test_a_rule_that_can_never_match_is_refused(expression: str) -> None:
    with pytest.raises(Invalid, match="contradiction"):
        check(MonitorTerms("m", expression))


def test_an_exclusion_that_contradicts_the_rule_is_refused() -> None:
    with pytest.raises(Invalid, match="contradiction"):
        check(MonitorTerms("m", "移动", exclusions=["移"]))


@pytest.mark.parametrize("expression", ["NOT 广告", "宽带 OR NOT 广告", "NOT (甲一 乙二)"])
def test_a_rule_that_matches_nearly_everything_is_refused(expression: str) -> None:
    with pytest.raises(Invalid, match="matches_everything"):
        check(MonitorTerms("m", expression))


def test_an_exclusion_that_only_touches_one_branch_is_allowed() -> None:
    assert matches("(移动 OR 联通) NOT 移动", "联通断网")


def test_ten_thousand_terms_are_one_monitor() -> None:
    terms = " OR ".join(f"产品{n}号机" for n in range(10_000))
    matcher = KeywordMatcher([MonitorTerms("big", terms, exclusions=[f"第{n}届" for n in range(5_000)])])
    assert matcher.match_many(["我的产品9999号机坏了", "产品号机", "第7届产品3号机展"]) == [
        {"big"},
        set(),
        set(),
    ]


def test_hostile_text_is_searched_like_any_other() -> None:
    texts = ["\ud800断\u200b网\x00", "断\u202e网" + "长" * 200_000, "断\n网"]
    assert KeywordMatcher([MonitorTerms("m", "断网")]).match_many(texts) == [{"m"}, {"m"}, set()]


def test_without_monitors_nothing_matches() -> None:
    assert KeywordMatcher([]).match_many(["断网", ""]) == [set(), set()]
