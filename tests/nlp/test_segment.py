"""Cutting text to words."""

from __future__ import annotations

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.nlp.text.features import Batch
from app.nlp.text.segment import Backend, Segmenter, default_segmenter, top_words

BACKENDS: list[Backend] = ["rjieba", "jieba"]
SENTENCE = "营业厅的工作人员态度很好，宽带第二天就装好了"

SENTENCES = [
    SENTENCE,
    "中华人民共和国工业和信息化部受理了我的投诉",
    "5g网速才3.2m,app v2.10还闪退,wifi-6也一样",
    "研究生命的起源,南京市长江大桥,结婚的和尚未结婚的",
    "[怒]太慢了!!!😡退钱~",
    "a b c 1 2 3 abc123",
    "𠮷野家的牛肉饭",
]


@pytest.mark.parametrize("backend", BACKENDS)
def test_words_are_jiebas(backend: Backend) -> None:
    assert default_segmenter(backend).cut(SENTENCE) == jieba.lcut(SENTENCE, HMM=False)


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_character_is_lost(backend: Backend) -> None:
    text = "网速  100M\n😡 @甲 \u3000http://a.cn/x?y=1"
    assert "".join(default_segmenter(backend).cut(text)) == text


def spans_of(segmenter: Segmenter, texts: list[str]) -> list[str]:
    batch = Batch.from_texts(texts)
    text = batch.codes.tobytes().decode("utf-32-le")
    return [text[a:b] for a, b in zip(*segmenter.spans(batch), strict=True)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_spans_point_at_the_words_and_skip_blanks(backend: Backend) -> None:
    assert spans_of(default_segmenter(backend), ["宽带 客服", "", "退款"]) == ["宽带", "客服", "退款"]


@pytest.mark.parametrize("text", SENTENCES)
def test_the_batch_segmenter_finds_the_packages_words(text: str) -> None:
    wanted = [word for word in jieba.lcut(text, HMM=False) if not word.isspace()]
    assert spans_of(default_segmenter("jieba"), [text]) == wanted


def test_the_batch_segmenter_takes_posts_of_all_lengths_at_once() -> None:
    posts = [*SENTENCES, "", SENTENCE * 60, "好"]
    wanted = [word for post in posts for word in jieba.lcut(post, HMM=False) if not word.isspace()]
    assert spans_of(default_segmenter("jieba"), posts) == wanted


@given(st.lists(st.text(alphabet="宽带慢不行了中国移动a1-。 Z😡营业厅", max_size=40), min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_the_batch_segmenter_covers_every_character_but_blanks(texts: list[str]) -> None:
    assert "".join(spans_of(default_segmenter("jieba"), texts)) == "".join(texts).replace(" ", "")


def test_the_batch_segmenter_knows_the_users_words() -> None:
    segmenter = Segmenter(["畅爽冰激凌套餐"], "jieba")
    assert "畅爽冰激凌套餐" in spans_of(segmenter, ["我的畅爽冰激凌套餐到期了"])


@pytest.mark.parametrize("backend", BACKENDS)
def test_user_words_are_kept_whole(backend: Backend) -> None:
    text = "我的畅爽冰激凌套餐到期了"
    assert "畅爽冰激凌套餐" in Segmenter(["畅爽冰激凌套餐"], backend).cut(text)
    assert "畅爽冰激凌套餐" not in default_segmenter(backend).cut(text)


@pytest.mark.parametrize("word", ["", "  ", "两 词", "长" * 41])
def test_an_unusable_user_word_is_refused(word: str) -> None:
    with pytest.raises(Invalid, match="bad_user_word"):
        Segmenter([word])


def test_nothing_has_no_words() -> None:
    assert spans_of(default_segmenter("rjieba"), [""]) == spans_of(default_segmenter("jieba"), [""]) == []


def test_top_words_count_posts_not_repetitions() -> None:
    posts = ["宽带宽带宽带慢", "宽带断了", "快递到了 2026"]
    assert top_words(posts, limit=1) == [("宽带", 2)]
