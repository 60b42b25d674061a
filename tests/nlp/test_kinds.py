"""Case D, kinds of sentences: litotes and double negation, outages in two words, English and mixed, mockery.

On sentences of our own (`sentences.txt`), hardly any of them taught; a share of each kind is asked for, since
a model that errs nowhere here would have learnt the list.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.nlp.serving.classifier import Classification, Classifier
from app.nlp.text.denials import denials
from app.nlp.training.own_posts import own_posts
from tests.nlp import sentences


def test_hardly_a_sentence_of_the_tests_is_taught() -> None:
    taught = {post.text for post in own_posts()}
    said = [
        *sentences.ALL,
        *sentences.GOOD_BY_DENIAL,
        *sentences.OUTAGES,
        *sentences.MIXED,
        *sentences.MOCKED,
    ]
    assert len(taught.intersection(said)) <= 2


def wrong(verdicts: list[Classification], texts: list[str], right: list[bool]) -> list[str]:
    return [
        f"{t} {v.intent} {v.service_score}" for t, v, ok in zip(texts, verdicts, right, strict=True) if not ok
    ]


def test_praise_by_denial_is_no_complaint(classifier: Classifier) -> None:
    texts = sentences.GOOD_BY_DENIAL
    verdicts = classifier.classify(texts)
    bad = wrong(verdicts, texts, [not v.is_request and v.sentiment == 1 for v in verdicts])
    assert len(bad) <= 2, bad


@pytest.mark.parametrize("kind", ["BAD_BY_DENIAL", "OUTAGES", "MIXED"])
def test_what_is_broken_or_denied_asks_for_somebody(classifier: Classifier, kind: str) -> None:
    texts = getattr(sentences, kind)
    verdicts = classifier.classify(texts)
    bad = wrong(verdicts, texts, [v.is_request for v in verdicts])
    assert len(bad) <= len(texts) // 10, bad


def test_what_is_mocked_is_not_praised(classifier: Classifier) -> None:
    texts = sentences.MOCKED
    verdicts = classifier.classify(texts)
    assert wrong(verdicts, texts, [v.sentiment < 1 for v in verdicts]) == []


def test_small_talk_that_looks_alike_is_left_alone(classifier: Classifier) -> None:
    texts = sentences.CHATTER + sentences.CHAT
    verdicts = classifier.classify(texts)
    bad = wrong(verdicts, texts, [not v.is_request for v in verdicts])
    assert len(bad) <= 3, bad


def is_praised(verdict: Classification) -> bool:
    return verdict.intent == "praise" and not verdict.is_request


def is_asked(verdict: Classification) -> bool:
    return verdict.is_request


def is_left_alone(verdict: Classification) -> bool:
    return not verdict.is_request


def is_no_praise(verdict: Classification) -> bool:
    return verdict.sentiment < 1


@pytest.mark.parametrize(
    ("kind", "right", "first", "second"),
    [
        ("LITOTES", is_praised, 6, 0),
        ("LITOTES", is_left_alone, 8, 3),
        ("TWICE_DENIED_PRAISE", is_left_alone, 4, 4),
        ("TROUBLE_OVER", is_left_alone, 3, 0),
        ("TWICE_DENIED_PRAISE", is_praised, 3, 2),
        ("TWICE_DENIED_COMPLAINT", is_asked, 5, 3),
        ("GOOD_DENIED", is_asked, 5, 1),
        ("IN_FEW_WORDS", is_asked, 9, 5),
        ("MIXED", is_asked, 11, 7),
        ("MOCKED", is_no_praise, 5, 4),
        ("TROUBLE_OVER", is_praised, 2, 0),
        ("SMALL_TALK", is_left_alone, 6, 5),
    ],
)
def test_held_out_sentences_keep_their_rates(
    classifier: Classifier, kind: str, right: Callable[[Classification], bool], first: int, second: int
) -> None:
    """At least one less than was measured. The first lists were looked at while templates were added, the
    second were not.
    """
    found = [
        sum(map(right, classifier.classify(sentences.HELD_OUT[f"{part}_{kind}"])))
        for part in ("FIRST", "SECOND")
    ]
    assert found[0] >= first, found
    assert found[1] >= second, found


def test_no_held_out_sentence_is_taught() -> None:
    taught = {post.text for post in own_posts()}
    assert taught.isdisjoint(text for texts in sentences.HELD_OUT.values() for text in texts)


def test_denials_are_told_by_what_they_deny() -> None:
    texts = [
        "客服态度不差",
        "没有一次不满意的",
        "没有一次满意的",
        "没有一天不断网",
        "挑不出毛病",
        "好不好",
        "今天很好",
    ]
    found = denials("\n".join(texts), len(texts))
    assert found[:, 0].tolist() == [1, 1, 0, 0, 1, 0, 0]
    assert found[:, 1].tolist()[:5] == [0, 0, 1, 1, 0]


def test_a_denial_does_not_reach_into_the_next_post() -> None:
    assert denials("没有一次\n不满意", 2)[0].tolist() == [0, 0]
