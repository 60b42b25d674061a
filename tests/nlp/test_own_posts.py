"""The posts written for this project."""

from __future__ import annotations

from app.nlp.corpus import INTENTS
from app.nlp.own_posts import filled, own_posts


def test_every_intent_is_taught_by_whole_sentences() -> None:
    posts = own_posts()
    assert {post.intent for post in posts} == set(INTENTS)
    assert not any("{" in post.text or "}" in post.text for post in posts)
    assert not any(post.sampled for post in posts)


def test_no_sentence_is_repeated() -> None:
    texts = [post.text for post in own_posts()]
    assert len(texts) == len(set(texts))


def test_fillings_differ_and_are_stable() -> None:
    assert filled("想买{物}", 0) == filled("想买{物}", 0) != filled("想买{物}", 1)
