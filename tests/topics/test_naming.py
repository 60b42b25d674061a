"""Case G19. What a topic is called: words that a person would say, and a sentence beside."""

from __future__ import annotations

from collections import Counter

from app.nlp.text.segment import default_segmenter
from app.topics.clustering import pairs_of, telling_words
from app.topics.naming import clauses, free_name, ranked_names, representative

NO_SHOW = (
    "约好上午来装宽带，师傅也没来，请的假白请了[怒]",
    "@云岭客服 师傅又没来，约好的时间白等了",
    "说好今天装宽带，等到晚上师傅也没来",
    "装宽带的师傅爽约，假白请了，师傅没来也没电话😡",
    "师傅没来，我请了一天假",
)


def shared(texts: tuple[str, ...]) -> dict[str, float]:
    counts = Counter(pair for text in texts for pair in pairs_of(text))
    return {pair: count / len(texts) for pair, count in counts.items() if count > 1}


def test_a_name_is_a_whole_clause_of_what_people_wrote() -> None:
    name = ranked_names(NO_SHOW, shared(NO_SHOW))[0]
    assert "师傅" in name
    assert "没来" in name
    assert any(name in text for text in NO_SHOW)


def test_the_example_is_a_sentence_without_names_and_emoticons() -> None:
    sentence = representative(NO_SHOW, shared(NO_SHOW))
    assert "师傅" in sentence
    assert not set("@[]😡") & set(sentence)


def test_clauses_begin_and_end_as_words_do() -> None:
    assert clauses("请问，我家宽带断了啊！什么时候修好呢？") == ["宽带断了", "什么时候修好"]
    assert clauses("😡😡 http://t.cn/x @某人 ok") == []


def test_no_name_is_given_twice() -> None:
    names = ["宽带断了", "宽带又断"]
    assert free_name(names, set(), []) == "宽带断了"
    assert free_name(names, {"宽带断了"}, []) == "宽带又断"
    assert free_name(names, set(names), ["宽带", "南屏区"]) == "宽带断了（南屏区）"
    assert free_name(names, {*names, "宽带断了（2）"}, []) == "宽带断了（3）"


def test_scraps_of_sentences_are_no_words() -> None:
    words = telling_words("师傅也没来，请的假白请了，约好的南屏区", default_segmenter())
    assert "南屏区" in words
    assert not {"也没来", "的假白", "请的假白请了", "没来"} & words
