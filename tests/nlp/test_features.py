"""Features of a post depend on the post alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nlp.text.encode import Encoded, encode, own_parts
from app.nlp.text.features import NO_SLOT, Batch, char_slots, prefix_hashes, span_hashes
from app.nlp.text.segment import default_segmenter
from app.nlp.text.surface import NAMES, surface_features

POSTS = ["宽带又断了！", "", "请问怎么办理5G套餐？", "好", "😡😡", "回复@甲: 不行//@乙:断了", " "]


def features_of(encoded: Encoded, post: int) -> list[int]:
    features = encoded.features()
    return sorted(features.slots[features.owner == post].tolist())


def test_a_batch_gives_each_post_the_features_it_has_alone() -> None:
    segmenter = default_segmenter()
    together = encode(POSTS, segmenter)
    for number, post in enumerate(POSTS):
        assert features_of(together, number) == features_of(encode([post], segmenter), 0)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_encoded(texts: list[str]) -> None:
    encoded = encode(texts, default_segmenter())
    assert encoded.batch.size == len(texts)
    features = encoded.features()
    assert len(features.owner) == np.count_nonzero(encoded.slots != NO_SLOT)
    assert (features.begins < features.stops).all()
    assert (np.diff(features.owner) >= 0).all()


def test_n_grams_mark_where_a_post_begins_and_ends() -> None:
    grid = char_slots(Batch.from_texts(["断网"]))
    assert (grid != NO_SLOT).sum(axis=0).tolist() == [2, 3, 2, 1]


def test_an_opening_word_is_another_feature_than_the_same_word_inside() -> None:
    first = set(char_slots(Batch.from_texts(["请"]))[:, 1].tolist()) - {NO_SLOT}
    inside = set(char_slots(Batch.from_texts(["你请我"]))[:, 1].tolist())
    assert len(first) == 2
    assert first.isdisjoint(inside)


def test_a_feature_knows_its_span() -> None:
    encoded = encode(["宽带断了"], default_segmenter("jieba"))
    features = encoded.features()
    text = encoded.batch.codes.tobytes().decode("utf-32-le")
    spans = [text[a:b] for a, b in zip(features.begins, features.stops, strict=True)]
    singles = ["\n宽", "了\n", *"宽带断了", "宽带", "带断", "断了"]
    longer = ["\n宽带", "宽带断", "带断了", "断了\n", "\n宽带断", "宽带断了", "带断了\n"]
    words = ["宽带", "断", "了", "宽带断", "断了"]
    assert sorted(spans) == sorted([*singles, *longer, *words])


def test_a_span_has_the_same_hash_wherever_it_stands() -> None:
    batch = Batch.from_texts(["宽带断网", "又断网"])
    text = batch.codes.tobytes().decode("utf-32-le")
    at = [text.index("断网"), text.rindex("断网"), text.index("宽带")]
    hashes = span_hashes(prefix_hashes(batch.codes), np.array(at), np.array(at) + 2)
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_repost_is_read_by_its_authors_words() -> None:
    own, reposted = own_parts(["慢//@甲:新装的", "慢", "//@甲:新装的"])
    assert own == ["慢", "慢", "新装的"]
    assert reposted.tolist() == [True, False, True]


def test_surface_facts_are_counted_per_post() -> None:
    rows = surface_features(Batch.from_texts(["为什么?!?", "", "😡"]), np.zeros(3, dtype=np.bool_))
    column = {name: at for at, name in enumerate(NAMES)}
    assert rows.shape == (3, len(NAMES))
    assert np.allclose(rows[:, column["question"]], np.log1p([2, 0, 0]))
    assert np.allclose(rows[:, column["exclamation"]], np.log1p([1, 0, 0]))
    assert rows[:, column["empty"]].tolist() == [0, 1, 0]
    assert np.allclose(rows[:, column["pictograph"]], np.log1p([0, 0, 1]))
