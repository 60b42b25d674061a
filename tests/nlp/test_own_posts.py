"""The posts written for this project."""

from __future__ import annotations

from app.nlp.serving.heads import INTENTS
from app.nlp.training.own_posts import filled, own_posts


def test_every_intent_is_taught_by_whole_sentences() -> None:
    posts = own_posts()
    assert {post.intent for post in posts} == set(INTENTS)
    assert not any("{" in post.text or "}" in post.text for post in posts)
    assert not any(post.sampled for post in posts)


def test_hardly_a_sentence_is_repeated_and_none_with_another_judgement() -> None:
    posts = own_posts()
    judged = {(post.text, post.intent, post.sentiment) for post in posts}
    assert len(judged) == len({post.text for post in posts}) >= 0.99 * len(posts)


def test_fillings_differ_and_are_stable() -> None:
    assert filled("想买{物}", 0) == filled("想买{物}", 0) != filled("想买{物}", 1)
