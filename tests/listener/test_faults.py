"""What is said to us and names a fault is seen by a person, whatever the model finds in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.listener.chain.chain import chain_item_of, judge
from app.listener.chain.chain_items import Decision
from app.listener.chain.faults import fault_named
from app.models import InboundItem, Lane
from app.nlp.text.normalise import normalise
from tests.fakes.model import FakeModel
from tests.support.processor import usual_seconds


class Unmoved(FakeModel):
    """Gives every text the same score and finds no request in it."""

    def __init__(self, score: float) -> None:
        super().__init__()
        self._score = score

    def classify(self, texts, reasons=False):  # type: ignore[no-untyped-def]
        return [
            replace(verdict, service_score=self._score, is_request=False, intent="other", spam_score=0.0)
            for verdict in super().classify(texts, reasons)
        ]


def decided(text: str, score: float, kind: str) -> Decision:
    item = InboundItem(id=1, text=text, lane=Lane.PUBLIC, kind=kind, media=[])
    return judge([chain_item_of(item)], Unmoved(score))[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("机顶盒一直转圈，看不了", "outage"),
        ("路由器红灯亮了一晚上", "outage"),
        ("号码被停了也不通知", "outage"),
        ("充值五十还没到账", "charge"),
        ("没开通过这个业务，天天扣", "charge"),
        ("给我爸换了个贵的套餐", "charge"),
        ("我名下多了两张卡", "identity"),
        ("有人盗用我的实名", "identity"),
        ("签的五百兆，测速八十", "speed"),
        ("only 10M on my 500M plan", "speed"),
        ("国际漫游收了我2000", "charge"),
        ("扣了我300", "charge"),
        ("短信费收了八十", "charge"),
        ("套餐每月要199", "charge"),
        ("师傅放我鸽子", "visit"),
        ("装机师傅又没来", "visit"),
        ("约好上午来修，人影都没有", "visit"),
        ("等了一天师傅", "visit"),
        ("报修三天没人上门", "visit"),
        ("有人吗", "call"),
        ("你好，在吗？", "call"),
        ("客服呢！！", "call"),
        ("喂喂，有人管吗", "call"),
        ("看下私信", "call"),
        ("今天没网课", None),
        ("他收了我2000条消息", None),
        ("收了我一封信", None),
        ("朋友放我鸽子", None),
        ("有人吗？一起去爬山", None),
        ("在吗，明天吃饭", None),
        ("老师傅手艺真好", None),
        ("股市又崩了", None),
        ("我和他断了", None),
        ("停机坪上看飞机", None),
        ("流量明星真多", None),
        ("周末去爬山，天气真好", None),
    ],
)
def test_a_fault_is_named_by_our_things_and_what_is_wrong(text: str, kind: str | None) -> None:
    found = fault_named(normalise(text))
    assert (found[0] if found else None) == kind


@pytest.mark.parametrize("kind", ["mention", "comment"])
def test_a_fault_told_to_us_is_looked_at_at_any_score(kind: str) -> None:
    decision = decided("机顶盒一直转圈，看不了[泪]", 0.01, kind)
    assert (decision.reason, decision.needs_review) == ("no_request", True)
    assert decision.detail == {"service_score": 0.01, "fault": "outage", "words": "机顶盒一直转圈"}
    assert not decided("机顶盒一直转圈，看不了", 0.01, "post").needs_review


@pytest.mark.parametrize(
    ("text", "looked_at"),
    [
        ("我这边也是//@小林:充值五十还没到账", True),
        ("我家也一样//@甲:真的//@小林:机顶盒一直转圈", True),
        ("我这边也是//@小林:今天天气真好", False),
        ("转给大家看看//@小林:充值五十还没到账", False),
    ],
)
def test_who_says_me_too_to_a_fault_is_looked_at(text: str, looked_at: bool) -> None:
    assert decided(text, 0.01, "mention").needs_review is looked_at


@pytest.mark.parametrize(
    ("score", "kind", "looked_at"),
    [
        (0.10, "mention", True),
        (0.09, "mention", False),
        (0.15, "post", True),
        (0.14, "post", False),
    ],
)
def test_who_speaks_to_us_is_looked_at_from_a_lower_score_on(
    score: float, kind: str, looked_at: bool
) -> None:
    assert decided("下午去看了展览", score, kind).needs_review is looked_at


@pytest.mark.parametrize(
    "text",
    [
        "没有" * 2_000,
        "身份证" * 1_300,
        "1" * 4_000,
        "扣" * 4_000,
        "给我" * 2_000,
        "师傅" * 2_000,
        "有人" * 2_000,
        "你好" * 2_000,
        "约" * 4_000,
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    """As long as what is scored."""
    assert usual_seconds(lambda: fault_named(text), enough=0.1) < 0.1
