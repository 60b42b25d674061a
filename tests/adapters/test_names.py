"""Where names end in texts: one rule per platform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.mastodon import content
from app.adapters.names import MASTODON, WEIBO
from app.nlp.text.normalise import (
    is_contentless,
    normalise,
    own_words,
    without_address,
    without_names_and_links,
)

COMPLAINT = "你们的宽带又断了三天没人修"
ANCHOR = (
    '<span class="h-card"><a href="https://s.example/@yunling" class="u-url mention">'
    "@<span>yunling</span></a></span>"
)


@pytest.mark.parametrize(
    "html",
    [
        f"<p>@yunling{COMPLAINT}</p>",
        f"<p>{ANCHOR}{COMPLAINT}</p>",
        f"<p>@yunling@social.example{COMPLAINT}</p>",
        f"<p>@YunLing_1{COMPLAINT}</p>",
        f"<p>@yun.ling{COMPLAINT}</p>",
        f"<p>{ANCHOR}<br>{COMPLAINT}</p>",
        f"<p>@yunling_{COMPLAINT}</p>",
    ],
)
def test_a_name_ends_before_chinese_words_on_mastodon(html: str) -> None:
    """Case B1: the words that follow a name at once are words."""
    text = content.to_text(html)
    assert is_contentless(text) is None
    assert without_address(text).strip() == COMPLAINT
    assert "".join(without_names_and_links(normalise(text)).split()).endswith(normalise(COMPLAINT))


@pytest.mark.parametrize("between", ["-", "--", "-客服"])
def test_a_dash_after_a_name_makes_the_words_no_part_of_it(between: str) -> None:
    """Case B1: neither platform ends our name later than it ends."""
    said = f"@yunling{between}{COMPLAINT}"
    for text in (content.to_text(f"<p>{said}</p>"), WEIBO.set_apart(said, frozenset({"yunling"}))):
        assert text == f"@yunling {between}{COMPLAINT}"
        assert is_contentless(text) is None


def test_a_low_line_after_our_weibo_name_ends_it() -> None:
    text = WEIBO.set_apart(f"@云岭通信_{COMPLAINT}", frozenset({"云岭通信"}))
    assert (text, is_contentless(text)) == (f"@云岭通信 _{COMPLAINT}", None)


def test_a_latin_word_after_an_anchored_name_is_no_part_of_it() -> None:
    """Case B1: the server's own mark says where the name ends."""
    assert content.to_text(f"<p>{ANCHOR}please fix it</p>") == "@yunling please fix it"


def test_a_chain_and_a_prefix_end_names_alike() -> None:
    """Case B1, repost chains: the server's blank does not hide whom a chain quotes."""
    assert content.to_text("<p>没人管//@yunling: 已登记</p>") == "没人管//@yunling: 已登记"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@云岭宽带-客服 网断了", ["云岭宽带-客服"]),
        ("@OPPO客服，在吗", ["OPPO客服"]),
        ("网断了@小明。急", ["小明"]),
        ("写信到 help@qq.com", []),
        ("https://weibo.com/@小明 看", []),
        ("@" + "长" * 30 + "断网", ["长" * 30]),
    ],
)
def test_a_weibo_name_may_be_chinese(text: str, names: list[str]) -> None:
    """Case B1: Weibo's names go on to a blank or a mark, for at most 30 characters."""
    assert [found.name for found in WEIBO.find(text)] == names
    assert WEIBO.set_apart("@OPPO客服，在吗") == "@OPPO客服，在吗"


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@amy_lee 您好", ["amy_lee"]),
        ("@amy.lee@far.example. 您好", ["amy.lee@far.example"]),
        ("您好@amy", ["amy"]),
        ("（@Amy）", ["Amy"]),
        ("a@b.example", []),
        ("https://s.example/@amy", []),
        ("看 https://s.example/x，@amy", ["amy"]),
        ("https://s.example/x,@amy", ["amy"]),
        ("@ @- ＠amy", []),
    ],
)
def test_a_mastodon_name_is_latin_and_may_have_a_server(text: str, handles: list[str]) -> None:
    assert [found.handle for found in MASTODON.find(text)] == handles


OURS = frozenset({"云岭通信", "云岭通信客服", "yunling"})


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        (f"@云岭通信客服{COMPLAINT}", f"@云岭通信客服 {COMPLAINT}"),
        (f"＠云岭通信客服{COMPLAINT}", f"@云岭通信客服 {COMPLAINT}"),
        (f"没人管//@云岭通信客服{COMPLAINT}", f"没人管//@云岭通信客服 {COMPLAINT}"),
        ("@YunLing你们宽带断了", "@YunLing 你们宽带断了"),
        ("@云岭通信客服，断了", "@云岭通信客服，断了"),
        ("@云岭通信客服 断了", "@云岭通信客服 断了"),
        ("@云岭通信客服小王 谢谢 @云岭通信客服", "@云岭通信客服小王 谢谢 @云岭通信客服"),
        ("@别人你们宽带断了", "@别人你们宽带断了"),
    ],
)
def test_our_own_name_ends_where_it_ends(text: str, apart: str) -> None:
    """Case B1 on Weibo: our name is known, and a longer one is somebody's who is named beside us."""
    assert WEIBO.set_apart(text, OURS) == apart


@pytest.mark.parametrize("sign", ["@", "＠", "﹫"])
def test_every_at_sign_names(sign: str) -> None:
    text = content.to_text(f"<p>{sign}yunling{COMPLAINT}</p>")
    assert text == f"@yunling {COMPLAINT}"
    assert without_address(f"{sign}yunling {COMPLAINT}") == COMPLAINT
    assert own_words(f"没人管//{sign}甲：{COMPLAINT}") == ("没人管", [COMPLAINT])
    assert is_contentless(f"{sign}云岭通信客服") == "mention_only"


@given(text=st.text(alphabet="@amy_.-断网 /:,，1", max_size=40))
def test_setting_names_apart_changes_no_name_and_no_word(text: str) -> None:
    apart = MASTODON.set_apart(text)
    assert [found.handle for found in MASTODON.find(apart)] == [f.handle for f in MASTODON.find(text)]
    assert "".join(apart.split()) == "".join(text.split())
    assert MASTODON.set_apart(apart) == apart


def test_a_name_before_a_colon_does_not_swallow_what_follows() -> None:
    """Case B1, clustering: names are cut out, not whole runs without a blank."""
    assert without_names_and_links("@云岭通信:网断了").strip() == ":网断了"
