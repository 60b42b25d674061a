"""Cutting text to words."""

from __future__ import annotations

import jieba
import pytest

from app.core.errors import Invalid
from app.nlp.segment import Backend, Segmenter, default_segmenter, top_words

BACKENDS: list[Backend] = ["rjieba", "jieba"]
SENTENCE = "营业厅的工作人员态度很好，宽带第二天就装好了"


@pytest.mark.parametrize("backend", BACKENDS)
def test_words_are_jiebas(backend: Backend) -> None:
    assert default_segmenter(backend).cut(SENTENCE) == jieba.lcut(SENTENCE, HMM=False)


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_character_is_lost(backend: Backend) -> None:
    text = "网速  100M\n😡 @甲 \u3000http://a.cn/x?y=1"
    assert "".join(default_segmenter(backend).cut(text)) == text


@pytest.mark.parametrize("backend", BACKENDS)
def test_spans_point_at_the_words_and_skip_blanks(backend: Backend) -> None:
    joined = "宽带 客服\n退款"
    starts, ends = default_segmenter(backend).spans(joined)
    assert [joined[a:b] for a, b in zip(starts, ends, strict=True)] == ["宽带", "客服", "退款"]


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
    starts, ends = default_segmenter().spans("")
    assert len(starts) == len(ends) == 0


def test_top_words_count_posts_not_repetitions() -> None:
    posts = ["宽带宽带宽带慢", "宽带断了", "快递到了 2026"]
    assert top_words(posts, limit=1) == [("宽带", 2)]
