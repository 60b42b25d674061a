"""How the shipped weights take short sentences of our own: other words than those they were taught, handles,
links and topics around them.
"""

from __future__ import annotations

import pytest

from app.nlp.serving.classifier import Classifier
from app.nlp.training.own_posts import own_posts

REQUESTS = [
    "宽带断了三天没人管",
    "断网一个星期了，师傅影子都没见着",
    "手机在家打不出电话，信号只有一格",
    "充值一百没到账，客服不理人",
    "快递弄丢了，商家不肯赔钱",
    "新买的空调不制冷，售后推来推去",
    "洗衣机漏水，报修两周没人上门",
    "每个月都被扣一笔不认识的费用",
    "退款申请半个月还没处理",
    "订的房间没有热水，前台爱答不理",
    "外卖等了两小时，送来都凉了",
    "app更新以后一直闪退，没法用",
    "自动续费在哪里可以关掉",
    "请问营业厅几点开门",
    "我的订单什么时候发货",
    "密码忘了怎么找回",
    "这个套餐能不能转给家人用",
    "发票怎么开，能开公司抬头吗",
    "想买一台净水器，求推荐",
    "这款手表多少钱，哪里能买到",
    "希望你们的软件能增加深色模式",
    "建议营业厅多开几个窗口",
]
CHAT = [
    "今天天气真好，出去走走",
    "刚看完电影，结局太意外了",
    "晚饭吃了火锅，撑得走不动",
    "明天又要早起上班了",
    "祝大家周末愉快",
    "路过公园，荷花开了",
    "孩子第一次自己系鞋带",
    "这首歌循环了一整天",
    "据说下个月要降温",
    "想念小时候的暑假",
    "跑了五公里，舒服",
    "我家猫又把杯子推下桌了",
]
AROUND = ["{}", "@lingke_help {}", "@中国移动 {}", "{} @客服中心", "{}！！！"]


def test_the_sentences_are_not_those_of_the_training() -> None:
    taught = {post.text for post in own_posts()}
    assert len(taught & {*REQUESTS[1:], *CHAT}) == 0


@pytest.mark.parametrize("around", AROUND)
def test_requests_are_kept_and_chat_is_not(classifier: Classifier, around: str) -> None:
    wanted = [verdict.is_request for verdict in classifier.classify([around.format(t) for t in REQUESTS])]
    idle = [verdict.is_request for verdict in classifier.classify([around.format(t) for t in CHAT])]
    assert sum(wanted) >= 0.85 * len(REQUESTS), [
        t for t, kept in zip(REQUESTS, wanted, strict=True) if not kept
    ]
    assert not any(idle), [t for t, kept in zip(CHAT, idle, strict=True) if kept]


def test_whom_a_post_addresses_changes_little(classifier: Classifier) -> None:
    bare = classifier.classify(REQUESTS)
    named = classifier.classify([f"@lingke_help {text}" for text in REQUESTS])
    same = [a.is_request == b.is_request for a, b in zip(bare, named, strict=True)]
    assert sum(same) >= 0.9 * len(same)
