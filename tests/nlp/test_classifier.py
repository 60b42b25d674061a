"""The shipped weights, on sentences written for this test."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nlp.serving.classifier import Classifier
from app.nlp.serving.heads import INTENTS
from app.nlp.text.normalise import normalise

COMPLAINTS = [
    "宽带断了三天没人管，客服电话也打不通",
    "你们家的冰箱用了两个月就不制冷了，售后一直推脱",
    "外卖送来汤全洒了，联系商家也不理人",
    "莫名其妙扣了我三十块钱，营业厅说查不到",
]
QUESTIONS = ["请问怎么取消自动续费？", "请问我的快递什么时候能到？"]
ADVERTS = [
    "转发抽奖送手机，关注@好运来 即可参与 http://t.cn/xyz",
    "全场五折包邮，点击链接领取优惠券 http://t.cn/abc",
]
CHAT = ["晚安，明天又是周一", "今天和朋友去爬山了[哈哈]", "这部电影的男主角好帅啊"]


def test_complaints_and_questions_need_service_and_chat_does_not(classifier: Classifier) -> None:
    assert all(verdict.is_request for verdict in classifier.classify(COMPLAINTS + QUESTIONS))
    assert not any(verdict.is_request for verdict in classifier.classify(CHAT + ADVERTS))


def test_intents_are_told_apart(classifier: Classifier) -> None:
    assert {v.intent for v in classifier.classify(COMPLAINTS)} == {"complaint"}
    assert {v.intent for v in classifier.classify(QUESTIONS)} == {"consult"}
    assert {v.intent for v in classifier.classify(ADVERTS)} == {"spam"}
    assert {v.intent for v in classifier.classify(CHAT)} == {"other"}


def test_sentiment_has_the_right_sign(classifier: Classifier) -> None:
    good, bad = classifier.classify(
        ["客服小姐姐特别耐心，太感谢了，好评！", "服务态度恶劣，再也不来了，差评"]
    )
    assert (good.sentiment, bad.sentiment) == (1, -1)
    assert bad.sentiment_score < 0.2
    assert good.sentiment_score > 0.8


def test_scores_are_probabilities_and_levels_are_in_range(classifier: Classifier) -> None:
    for verdict in classifier.classify([*COMPLAINTS, *CHAT, "", "😡", "a"]):
        for score in (
            verdict.intent_score,
            verdict.service_score,
            verdict.sentiment_score,
            verdict.spam_score,
        ):
            assert 0 <= score <= 1
        assert verdict.intent in INTENTS
        assert verdict.sentiment in (-1, 0, 1)
        assert verdict.urgency in (0, 1, 2)
        assert verdict.priority in (1, 2, 3, 4)
        assert (verdict.priority < 4) == verdict.is_request
        assert (verdict.service_score >= classifier.service_threshold) == verdict.is_request


def test_a_batch_gives_what_each_post_gives_alone(classifier: Classifier) -> None:
    texts = [*COMPLAINTS, "", *ADVERTS, "长" * 5000, "好"] * 40
    together = classifier.classify(texts)
    for text, verdict in list(zip(texts, together, strict=True))[:12]:
        alone = classifier.classify([text])[0]
        assert alone.intent == verdict.intent
        assert alone.service_score == pytest.approx(verdict.service_score, abs=2e-4)


def test_normalised_text_gets_the_same_verdict(classifier: Classifier) -> None:
    raw, normal = classifier.classify([ADVERTS[0], normalise(ADVERTS[0])])
    assert raw == normal


def test_traditional_spelling_gets_the_same_verdict(classifier: Classifier) -> None:
    simple, traditional = classifier.classify(["客服电话打不通", "客服電話打不通"])
    assert simple == traditional


def test_nothing_gives_no_verdicts(classifier: Classifier) -> None:
    assert classifier.classify([]) == []


@pytest.mark.parametrize(
    "text",
    ["\ud800\udfff", "\u202e退款\u202c", "\x00", "慢" * 1_000_000, "\n\n", "\ue000\ue001", "//@" * 9999],
)
def test_hostile_text_gets_a_verdict(classifier: Classifier, text: str) -> None:
    assert math.isfinite(classifier.classify([text], reasons=True)[0].service_score)


@given(st.lists(st.text(alphabet=st.characters(codec=None), max_size=80), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_batch_gets_one_verdict_per_text(texts: list[str]) -> None:
    assert len(SHARED.classify(texts, reasons=True)) == len(texts)


SHARED = Classifier.load()


def test_reasons_quote_the_post(classifier: Classifier) -> None:
    text = "今天宽带又断了，客服电话打不通"
    verdict = classifier.classify([text], reasons=True)[0]
    assert {reason.kind for reason in verdict.reasons} >= {"intent:complaint", "service", "sentiment"}
    for reason in verdict.reasons:
        assert reason.span is not None
        assert normalise(text[slice(*reason.span)]) == reason.text
    assert any("打不通" in reason.text for reason in verdict.reasons if reason.kind == "service")


def test_reasons_speak_of_the_decision_in_whole_words(classifier: Classifier) -> None:
    """Case G22."""
    complaints, adverts = (classifier.classify(texts, reasons=True) for texts in (COMPLAINTS, ADVERTS))
    assert not any(reason.kind == "spam" for verdict in complaints for reason in verdict.reasons)
    assert all(any(reason.kind == "spam" for reason in verdict.reasons) for verdict in adverts)
    assert all(len(r.text) > 1 or r.span is None for v in complaints for r in v.reasons)


def test_reasons_are_only_made_when_asked_for(classifier: Classifier) -> None:
    assert classifier.classify(["断网了"])[0].reasons == ()


def test_explain_names_the_strongest_spans_of_each_head(classifier: Classifier) -> None:
    heads = classifier.explain("服务态度太差，要求退款！")
    assert set(heads) == {"intent:complaint", "service", "sentiment", "spam"}
    weights = [abs(reason.weight) for reason in heads["service"]]
    assert weights == sorted(weights, reverse=True)
    assert heads["sentiment"][0].weight < 0


def test_a_replaced_link_is_named_without_a_place(classifier: Classifier) -> None:
    heads = classifier.explain("点击 http://t.cn/abc 领取")
    spans = [reason for head in heads.values() for reason in head if "链接" in reason.text]
    assert spans
    assert all(reason.span is None for reason in spans)


def test_pure_jieba_decides_alike(classifier: Classifier) -> None:
    plain = Classifier.load(backend="jieba")
    texts = COMPLAINTS + QUESTIONS + ADVERTS + CHAT
    assert [v.intent for v in plain.classify(texts)] == [v.intent for v in classifier.classify(texts)]


def test_the_model_has_a_version(classifier: Classifier) -> None:
    assert classifier.version.startswith("m")
