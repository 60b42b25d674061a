"""What text looks like to the models, whatever was sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nlp.text.emoticons import without_emoticons
from app.nlp.text.normalise import (
    MENTION,
    NUMBER,
    URL,
    fold,
    folded_with_positions,
    is_contentless,
    normalise,
    normalise_many,
    own_words,
    without_address,
)


def test_width_case_and_script_are_folded() -> None:
    assert normalise("ＡＰＰ打不開，客服電話占線！") == "app打不开,客服电话占线!"


def test_characters_of_both_scripts_stay() -> None:
    assert normalise("著名的乾隆，面條很好") == "著名的干隆,面条很好"


def test_links_names_and_long_numbers_become_tokens() -> None:
    text = normalise("@小林客服 订单20261122001 到哪了 https://example.com/a?b=1 看图")
    assert text == f"{MENTION} 订单{NUMBER} 到哪了 {URL} 看图"


def test_short_numbers_stay_because_they_name_services() -> None:
    assert normalise("打10086问") == "打10086问"


def test_invisible_and_broken_characters_vanish() -> None:
    assert normalise("退\u200b款\u202e\ufeff\ud800到\x00账\udfff") == "退款到账"


def test_line_breaks_and_blanks_become_one_blank() -> None:
    assert normalise("网速\r\n\t 很　慢") == "网速 很 慢"


def test_shouting_is_shortened_but_digits_are_kept() -> None:
    assert normalise("啊啊啊啊啊啊啊！！！！！10000元") == "啊啊啊!!!10000元"


def test_a_normal_form_stays_as_it_is() -> None:
    once = normalise("@甲 看 http://t.cn/x 编号123456789")
    assert normalise(once) == once


@given(st.lists(st.text(alphabet=st.characters(codec=None), max_size=60), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_batch_gives_what_each_text_gives_alone(texts: list[str]) -> None:
    assert normalise_many(texts) == [normalise(text) for text in texts]


def test_a_megabyte_of_text_is_cut_to_what_is_scored() -> None:
    text = "开头" + "长" * 500_000 + "很长" * 250_000 + "结尾"
    normal = normalise(text)
    assert normal.startswith("开头")
    assert normal.endswith("结尾")
    assert len(normal) <= 4000


def test_positions_lead_back_to_the_text_as_sent() -> None:
    text = "退\u200b款Ａ"
    folded, positions = folded_with_positions(text)
    assert folded == "退款a"
    assert [text[at] for at in positions] == ["退", "款", "Ａ"]


def test_folding_keeps_links_and_names() -> None:
    assert fold("@ABC 看HTTP://X.CN") == "@abc 看http://x.cn"


def test_a_repost_chain_is_split_from_the_authors_words() -> None:
    assert own_words("确实慢//@乙: 真的吗//@甲：新装的宽带") == ("确实慢", ["真的吗", "新装的宽带"])


def test_a_reply_prefix_is_not_the_authors_words() -> None:
    assert own_words("回复@客服小王:还是不行") == ("还是不行", [])


def test_a_link_is_not_a_repost_chain() -> None:
    assert own_words("见 https://example.com/@abc 页面")[1] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \u200b\n ", "empty"),
        ("[怒][怒]", "emoji_only"),
        ("😡😡", "emoji_only"),
        ("。。。", "emoji_only"),
        ("@林小满 @客服", "mention_only"),
        ("https://example.com/1", "url_only"),
        ("转发微博", "pure_forward"),
        ("轉發微博//@甲:断网了", "pure_forward"),
        ("//@甲:断网了", "pure_forward"),
        ("断网了", None),
        ("？？？", None),
        ("转账失败", None),
        ("好 //@甲:断网了", None),
    ],
)
def test_posts_without_content_are_told_apart(text: str, reason: str | None) -> None:
    assert is_contentless(text) == reason


def test_emoticons_can_be_stripped() -> None:
    assert without_emoticons("太慢了[怒][抓狂]😡!") == "太慢了!"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@lingke_help 宽带断了", "宽带断了"),
        ("@中国移动 @10086：宽带断了", "宽带断了"),
        (" @客服，在吗", "在吗"),
        ("@甲 @乙 @丙 快来", "@甲 @乙 @丙 快来"),
        ("@甲 @乙", "@甲 @乙"),
        ("宽带断了 @甲", "宽带断了 @甲"),
        ("@", "@"),
    ],
)
def test_whom_a_post_addresses_is_no_part_of_what_it_says(text: str, rest: str) -> None:
    assert without_address(text) == rest
