"""Case D, emoji lose complaints: emoticons speak for the mood and for nothing else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.listener.chain.chain import chain_item_of, judge
from app.models import InboundItem, Lane
from app.nlp.serving.classifier import Classifier
from app.nlp.text.emoticons import split_emoticons
from tests.nlp.sentences import ALL, COMPLAINTS, EMOTICONS
from tests.support.processor import usual_seconds

SHARED = Classifier.load()


def decided(texts: list[str]) -> list[tuple[object, ...]]:
    """What intent, service and urgency say of each text, and whether the chain keeps it."""
    verdicts = SHARED.classify(texts)
    items = [
        InboundItem(id=n, text=t, lane=Lane.PUBLIC, kind="mention", media=[]) for n, t in enumerate(texts)
    ]
    kept = judge([chain_item_of(item) for item in items], SHARED)
    return [
        (v.intent, v.is_request, round(v.service_score, 3), v.urgency, d.outcome, d.reason, d.needs_review)
        for v, d in zip(verdicts, kept, strict=True)
    ]


def test_200_sentences_with_30_emoticons_are_decided_as_without() -> None:
    assert (len(set(ALL)), len(set(EMOTICONS))) == (200, 30)
    rng = random.Random(7)
    bare = decided(ALL)
    for emoticon in EMOTICONS:
        said = []
        for text in ALL:
            at = rng.choice((0, len(text), rng.randrange(len(text))))
            said.append(text[:at] + emoticon * rng.randint(1, 3) + text[at:])
        changed = [text for text, a, b in zip(said, bare, decided(said), strict=True) if a != b]
        assert changed == []


OTHER_SIGNS = (  # noqa: SIM905
    "QAQ QwQ ToT T.T Orz OTZ XD XDDD UwU o_O :-( ;-) :'( :D =_= -_-|| >_<||| @_@ $_$ →_→ ⊙▽⊙ (ಥ_ಥ) "
    "(；´д｀)ゞ ヽ(`Д´)ﾉ ┭┮﹏┭┮ ╥﹏╥ (╯°□°)╯︵┻━┻ (ノಠ益ಠ)ノ彡┻━┻ ┻━┻︵╰(‵□′)╯ "
    "٩(๑❛ᴗ❛๑)۶ (｡•́︿•̀｡) (͡°_ʖ͡°) o(╥﹏╥)o <(￣︶￣)> "
    "m(_._)m ¯\\_(ツ)_/¯ ε=ε=┏(>_<)┛ (*/ω＼*) (ง•̀_•́)ง ^_^ ^^ 囧rz [Yellow_Heart] [Broken_Heart] [smile_2] "
    "== =。= -。- -.- -.-|| =w= =皿= -v- ;-; ^v^ ^0^ >w< T—T TvT QvQ QuQ 〒▽〒 〒_〒 ￣へ￣ 0_0 凸(艹皿艹) "
    "/捂脸 /裂开 "
    "[Thumbs_Down] ™️ ©️ ↩️ ㊗️ ▶️ :broken_heart:"
).split()


def test_spelt_and_drawn_faces_are_decided_as_nothing_glued_and_repeated() -> None:
    """None of these signs stands in the lists above."""
    rng = random.Random(3)
    texts = [text for text in ALL[::5] if not text.isascii()]
    bare = decided(texts)
    for sign in (*OTHER_SIGNS, "= =", "= =||", "- -"):
        said = []
        for text in texts:
            at = rng.choice([n for n in range(len(text) + 1) if not text[max(0, n - 1) : n + 1].isascii()])
            said.append(text[:at] + sign * rng.randint(1, 3) + text[at:])
        assert [text for text, a, b in zip(said, bare, decided(said), strict=True) if a != b] == []


@given(st.sampled_from(ALL), st.lists(st.tuples(st.sampled_from(EMOTICONS), st.integers(0, 60)), max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_number_of_emoticons_at_any_place_changes_no_decision(
    text: str, emoticons: list[tuple[str, int]]
) -> None:
    said = text
    for emoticon, at in sorted(emoticons, key=lambda pair: -pair[1]):
        said = said[: min(at, len(text))] + emoticon + said[min(at, len(text)) :]
    assert decided([said]) == decided([text])


def test_complaints_of_the_case_are_kept() -> None:
    said = [
        "宽带断了[泪][泪]什么时候修好啊",
        "流量莫名其妙被扣50块[怒][怒][怒]到底管不管",
        "网断了三天孩子上不了网课[怒][泪]😡 能不能快点派人来",
    ]
    assert all(verdict.is_request for verdict in SHARED.classify(said))


def test_a_mood_still_follows_its_emoticon() -> None:
    glad, upset = SHARED.classify(["今天就这样吧[哈哈][哈哈]", "今天就这样吧[泪][泪]"])
    assert glad.sentiment_score > upset.sentiment_score + 0.2


@pytest.mark.parametrize("emoticon", ["[赞]", "👍", "[哈哈]", "❤️", "/::)"])
def test_a_glad_emoticon_makes_no_complaint_a_praise(emoticon: str) -> None:
    verdicts = SHARED.classify([text + emoticon for text in COMPLAINTS])
    assert [v for v in verdicts if v.intent == "complaint" and v.sentiment > 0] == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("@客服[怒]网断了", "@客服 网断了"),
        ("看 http://t.cn/abc[泪]宽带", "看 http://t.cn/abc 宽带"),
        ("138[泪]00138000", "13800138000"),
        ("！！[怒]！！", "！！！！"),
        ("(T_T)网断了╮(╯▽╰)╭", "网断了"),
        ("谢谢/::)/:strong", "谢谢"),
        (":sob: ok", " ok"),
        ("[断网三天]没人管", "[断网三天]没人管"),
        ("[数字x]元没到账", "[数字x]元没到账"),
        ("原因：（一）网断（二）没人修", "原因：（一）网断（二）没人修"),
        ("比分2:3，10:30:45", "比分2:3，10:30:45"),
        ("价格（含税）", "价格（含税）"),
        ("http://a.b/c", "http://a.b/c"),
        ("http://a.b/first_time/T_T?x=QAQ", "http://a.b/first_time/T_T?x=QAQ"),
        ("status first_time input_type", "status first_time input_type"),
        ("@yunling_t_t 你好", "@yunling_t_t 你好"),
        ("@客服T_T网断了", "@客服 网断了"),
        ("planQAQ", "plan"),
        ("QAQQAQQAQ网断了TATTAT", "网断了"),
        ("^_^^_^^_^", ""),
        ("[订单号123][error404][5G]", "[订单号123][error404][5G]"),
        ("[WiFi6]慢", "[WiFi6]慢"),
        ("[Thumbs_Down][smile_2]", ""),
        ("a<(b)，3<4(元)，f(x)=1，mm(5)", "a<(b)，3<4(元)，f(x)=1，mm(5)"),
        ("━━━━━━", "━━━━━━"),
        ("a==b，x-v-y，8=8，user-v-2，a>w<b，f=w=g", "a==b，x-v-y，8=8，user-v-2，a>w<b，f=w=g"),
        ("100--200元，流量0.0元", "100--200元，流量0.0元"),
        ("网断了= =||", "网断了"),
    ],
)
def test_what_is_an_emoticon_and_what_is_not(text: str, bare: str) -> None:
    assert split_emoticons(text)[0] == bare


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "[" * 20_000,
        ":" * 20_000,
        "(^" * 10_000,
        "T_" * 10_000,
        "/:" * 10_000,
        ":d" * 10_000 + ":",
        ":a" * 10_000,
        "qaq" * 9_999 + "b",
        "(_" * 10_000,
        "╯(" * 10_000,
        "@_" * 10_000,
        "http://a" + "T_T" * 9_000,
        "x" + "t_t" * 9_999 + "x",
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    assert usual_seconds(lambda: split_emoticons(text), enough=0.5) < 0.5


def test_a_name_of_ours_is_scored_as_nothing_by_the_chain_too() -> None:
    """The chain scores normal forms, in which a name is a token; short outages said to us were dropped."""
    texts = ["4G没了", "网炸了", "停机了", "网卡爆", "断线了"]
    bare = decided(texts)
    for opening in ("@云岭通信 ", "@云岭通信 @云岭宽带：", "＠yunling@social.example ", "[怒]@云岭通信 "):
        assert decided([opening + text for text in texts]) == bare
    assert _kept([text + closing for text in texts for closing in (" @云岭通信", "@云岭通信 @云岭宽带")])
    assert _kept([f"家里\n\n@yunling {text}" for text in texts[1:4]])  # below a content warning


def _kept(texts: list[str]) -> bool:
    return {(outcome, reason) for *_, outcome, reason, _ in decided(texts)} == {("kept", "needs_service")}
