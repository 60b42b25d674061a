"""What customers write and what they are answered. Customers' words are the sandbox's, so that the past and
the demo's present speak alike."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sandbox.scenario import phrases, slots


@dataclass(frozen=True)
class Meaning:
    """What a kind of text is truly about; `wanted` says whether somebody should answer."""

    intent: str
    sentiment: int
    urgency: int
    wanted: bool


@dataclass(frozen=True)
class Flavour:
    weight: float
    meaning: Meaning
    texts: tuple[str, ...]
    is_dressed: bool = False
    """With a greeting before it or a plea behind it, as requests have."""


FLAVOURS: dict[str, Flavour] = {
    "question": Flavour(12, Meaning("consult", 0, 0, wanted=True), phrases.QUESTION, is_dressed=True),
    "complaint": Flavour(11, Meaning("complaint", -1, 0, wanted=True), phrases.COMPLAINT, is_dressed=True),
    "urgent": Flavour(1.2, Meaning("complaint", -1, 2, wanted=True), phrases.URGENT),
    "purchase": Flavour(5, Meaning("lead", 0, 0, wanted=True), phrases.PURCHASE, is_dressed=True),
    "suggestion": Flavour(2.5, Meaning("suggestion", 0, 0, wanted=True), phrases.SUGGESTION),
    "praise": Flavour(9, Meaning("praise", 1, 0, wanted=False), phrases.PRAISE),
    "chat": Flavour(22, Meaning("other", 0, 0, wanted=False), phrases.CHAT),
    "lottery": Flavour(12, Meaning("spam", 0, 0, wanted=False), phrases.LOTTERY),
    "advert": Flavour(9, Meaning("spam", 0, 0, wanted=False), phrases.ADVERT),
    "emoji": Flavour(7, Meaning("other", 0, 0, wanted=False), phrases.EMOJI),
}
CRISIS = Meaning("complaint", -1, 2, wanted=True)
THANKS = ("好的，谢谢", "谢谢", "收到，谢谢", "好的好的，谢谢了", "好了，谢谢")
STILL = ("到现在还是没有解决", "那要等到什么时候", "再帮我催一下", "号码已经私信给你们了", "嗯，我再等等看")
_ANSWERS: dict[str, tuple[str, ...]] = {
    "complaint": (
        "非常抱歉给您带来不便，已为您登记加急，今天之内会有专人联系您。",
        "您好，您反映的情况我们查到了，多收的费用会在三个工作日内退回原账户。",
        "抱歉让您久等了，师傅的上门时间改在明天上午，到之前会先打您的电话。",
        "您好，请把受影响的号码用私信发给我们，我们马上核查。",
        "已经转给网络部门处理，恢复以后我们第一时间告诉您。",
    ),
    "consult": (
        "您好，在掌厅首页点「办理」就能看到，需要帮您一步一步来吗？",
        "您好，本人带身份证到就近的营业厅即可办理，周末也开门。",
        "这项业务不收手续费，次日零点生效。",
        "可以的，到期前一个月内都能在线上续，不会断网。",
    ),
    "lead": (
        "您好，这个套餐现在可以办，线上下单三天内寄到，需要我把入口发给您吗？",
        "感谢关注！您所在的小区已经覆盖，安装免费，请留一个方便的时间。",
    ),
    "suggestion": (
        "谢谢您的建议，已经记下来交给产品同事了，有进展会告诉您。",
        "这个想法很好，我们会在下一版里认真考虑。",
    ),
    "other": ("您好，请问有什么可以帮您？", "收到，谢谢您的消息。"),
}
_FURTHER = (
    "已经再次催办，预计今天下班前给您结果。",
    "好的，收到您的号码了，正在核实。",
    "查到了，已经为您处理好，请您再试一下。",
    "给您添麻烦了，这边会一直跟到解决为止。",
)


def said(flavour: str, dice: random.Random) -> str:
    kind = FLAVOURS[flavour]
    text = slots.fill(dice.choice(kind.texts), dice)
    if not kind.is_dressed:
        return text
    return dice.choice(phrases.OPENING) + text + slots.fill(dice.choice(phrases.CLOSING), dice)


def crisis(topic: str, dice: random.Random) -> str:
    return slots.fill(dice.choice(phrases.CRISIS).replace("{topic}", topic), dice)


def fault(product: str, words: str, dice: random.Random) -> str:
    """Somebody complains about one product's fault."""
    what = dice.choice(
        (
            "{product}更新以后一打开就{words}，账单都看不了{face}",
            "又是{product}，点充值就{words}，重装了{days}遍",
            "{product}{words}{days}天了，没有人修吗",
            "老人刚学会用{product}，现在天天{words}，能不能修一修",
        )
    )
    return slots.fill(what.replace("{product}", product).replace("{words}", words), dice)


def customer_name(dice: random.Random) -> str:
    return slots.customer_name(dice)


def advertiser_name(dice: random.Random) -> str:
    return slots.advertiser_name(dice)


def answer(kind: str, dice: random.Random, *, further: bool = False) -> str:
    """What is answered to a request of this type, or to what its customer wrote afterwards."""
    return dice.choice(_FURTHER if further else _ANSWERS.get(kind, _ANSWERS["other"]))
