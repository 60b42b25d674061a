"""A small world of posts written for these tests, and the shipped classifier."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from app.nlp.serving.classifier import Classifier
from app.nlp.serving.network import Recipe
from app.nlp.training.train import Plan

THINGS = ("宽带", "手机", "冰箱", "外卖", "快递", "会员", "话费", "洗衣机", "流量", "酒店房间")
BAD = ("太差了", "坏了没人修", "又断了", "等了三天", "乱扣钱", "态度恶劣", "一直没有反应")
GOOD = ("非常好用", "很满意", "又快又稳", "值得推荐", "服务周到", "越用越喜欢")
ASKED = ("怎么办理", "在哪里查询", "什么时候到", "能不能退", "如何取消")
CHAT = ("今天去爬山", "晚上吃火锅", "电影真长", "孩子睡着了", "下雨没带伞", "早点休息吧")
TAILS = ("。", "！", "，唉", "哦", "……", "")


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """The shipped weights."""
    return Classifier.load()


@pytest.fixture(scope="session")
def small_plan() -> Plan:
    """A plan that trains in a second."""
    return Plan(grams=3000, topics=4, network=Recipe(hidden=16, members=2, dropout=0.1))


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in the layout of the real one, with made-up posts."""
    folder = tmp_path_factory.mktemp("posts")
    rng = random.Random(5)
    polar = [(made(rng, BAD), "0") for _ in range(150)] + [(made(rng, GOOD), "1") for _ in range(150)]
    write_rows(folder, "weibo2018", [{"text": text, "label": label} for text, label in polar], rng)
    write_rows(folder, "afqmc", [{"text": made(rng, ASKED), "label": "question"} for _ in range(200)], rng)
    write_rows(folder, "ced", [{"text": made(rng, CHAT), "label": ""} for _ in range(300)], rng)
    write_rows(folder, "intent", judged_rows(rng), rng)
    return folder


def made(rng: random.Random, endings: tuple[str, ...]) -> str:
    """A sentence; the number makes it one of its kind."""
    return f"{rng.choice(THINGS)}{rng.choice(endings)}{rng.choice(TAILS)}{rng.randrange(1000)}"


def judged_rows(rng: random.Random) -> list[dict[str, Any]]:
    kinds = (
        ("complaint", BAD, -1, 1),
        ("praise", GOOD, 1, 0),
        ("consult", ASKED, 0, 0),
        ("other", CHAT, 0, 0),
    )
    return [
        {"text": made(rng, endings), "intent": intent, "sentiment": mood, "urgency": hurry, "round": 1}
        for intent, endings, mood, hurry in kinds
        for _ in range(90)
    ]


def write_rows(folder: Path, name: str, rows: list[dict[str, Any]], rng: random.Random) -> None:
    rng.shuffle(rows)
    with gzip.open(folder / f"{name}.traindev.jsonl.gz", "wt", encoding="utf-8") as out:
        for number, row in enumerate(rows):
            out.write(
                json.dumps(row | {"split": "dev" if number % 5 == 0 else "train"}, ensure_ascii=False) + "\n"
            )
