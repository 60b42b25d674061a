"""The generated day: variety, determinism, truth, curve, crisis."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.scenario.curve import HOURS, intensity
from sandbox.scenario.engine import eased
from sandbox.scenario.writer import Writer
from sandbox.testing import SandboxProcess, start_sandbox

INTENTS = {"complaint", "consult", "lead", "suggestion", "praise", "spam", "other"}


def test_the_same_seed_writes_the_same_day() -> None:
    first, again, other = Writer(7), Writer(7), Writer(8)
    days = [[writer.draft(n) for n in range(1, 300)] for writer in (first, again, other)]
    assert days[0] == days[1]
    assert days[0] != days[2]


def test_a_day_holds_every_kind_and_hardly_repeats_itself() -> None:
    writer = Writer(7)
    drafts = [writer.draft(n) for n in range(1, 3001)]
    assert {draft.truth.intent for draft in drafts} == INTENTS
    flavours = Counter(draft.truth.flavour for draft in drafts)
    assert {"near_duplicate", "emoji", "repost", "lottery", "advert", "urgent"} <= set(flavours)
    assert {draft.place for draft in drafts} == {"post", "comment", "message"}
    assert {draft.platform for draft in drafts} == {"weibo", "wechat", "mastodon"}
    assert len({draft.text for draft in drafts}) > 1800
    assert not any("{" in draft.text for draft in drafts)
    assert any("//@" in draft.text for draft in drafts)


def test_a_near_duplicate_keeps_the_meaning_of_its_source() -> None:
    writer = Writer(7)
    drafts = {n: writer.draft(n) for n in range(1, 800)}
    copies = [draft for draft in drafts.values() if draft.truth.near_duplicate_of]
    assert copies
    for copy in copies:
        source = drafts[int(copy.truth.near_duplicate_of)]
        assert copy.truth.intent == source.truth.intent
        assert copy.text != source.text or copy.name != source.name


def test_nights_are_quiet_and_evenings_busy() -> None:
    night = datetime(2026, 11, 22, 19, 30, tzinfo=UTC).timestamp()  # 03:30 in Beijing
    evening = datetime(2026, 11, 22, 12, 30, tzinfo=UTC).timestamp()  # 20:30
    assert intensity(night) < 0.2
    assert intensity(evening) > 1.5
    assert sum(HOURS) / 24 == pytest.approx(1, abs=0.02)


def test_generated_posts_really_exist_and_their_truth_is_kept(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "/scenario", {"emit": 150})
    truth = sandbox.control("GET", "/truth")["truth"]
    assert len(truth) == 150
    token = sandbox.accounts()["weibo-care"]["credentials"]["access_token"]
    query = {"access_token": token, "count": 100}
    mentions = sandbox.http.get("/weibo/2/statuses/mentions.json", params=query).json()["statuses"]
    known = {row["id"]: row for row in truth if row["account"] == "weibo-care" and row["kind"] == "post"}
    assert mentions
    for status in mentions:
        assert known[status["idstr"]]["text"] in status["text"] or status["isLongText"]


def test_a_crisis_is_a_burst_of_urgent_complaints(sandbox: SandboxProcess) -> None:
    started = sandbox.control("POST", "/crisis", {"posts": 30, "seconds": 0.5, "topic": "全城断网"})
    assert started["posts"] == 30
    deadline = time.monotonic() + 60
    while len(rows := sandbox.control("GET", "/truth")["truth"]) < 30:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {(row["flavour"], row["intent"], row["urgency"]) for row in rows} == {("crisis", "complaint", 2)}
    assert all("全城断网" in row["text"] for row in rows)


def test_the_day_runs_by_itself() -> None:
    with start_sandbox(scenario="telecom", extra=("--rate", "20000")) as sandbox:
        deadline = time.monotonic() + 60
        while sandbox.control("GET", "/scenario")["number"] < 20:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        sandbox.control("POST", "/scenario", {"paused": True})


def test_brands_have_followers_from_the_start() -> None:
    with start_sandbox(scenario="telecom", extra=("--rate", "0.001")) as sandbox:
        token = sandbox.accounts()["weibo-care"]["credentials"]["access_token"]
        path = "/weibo/2/friendships/followers.json"
        found = sandbox.http.get(path, params={"access_token": token}).json()
        assert found["total_number"] > 80


def test_the_day_waits_for_a_listener(listening: Any) -> None:
    fast = ("--rate", "20000", "--patience", "600")
    with start_sandbox(scenario="telecom", callback_base="http://127.0.0.1:9", extra=fast) as alone:
        time.sleep(1.2)
        assert alone.control("GET", "/scenario")["number"] == 0
    with start_sandbox(scenario="telecom", callback_base=listening.address, extra=fast) as heard:
        deadline = time.monotonic() + 60
        while heard.control("GET", "/scenario")["number"] == 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_quiet_start_begins_with_a_tenth_and_ends_with_all() -> None:
    """Case G23: what a newcomer wrote is found among few, not among twenty a minute."""
    assert eased(0, 600) == pytest.approx(0.1)
    assert eased(300, 600) == pytest.approx(0.55)
    assert eased(600, 600) == eased(6000, 600) == 1.0
