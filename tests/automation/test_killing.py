"""Real workers killed at any moment while they do the runs of a rule: each act is done once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.automation.acting import HAND
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import (
    AutomationRun,
    ChangeKind,
    Direction,
    Message,
    Notification,
    Operator,
    OutboundMessage,
    RequestChange,
    ServiceRequest,
    SpecialListEntry,
    Team,
)
from app.realtime.publisher import publish_new
from tests.automation.office import NOTED, Office
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.killing import ended, nursery, worker
from tests.support.stack import PATIENCE_SECONDS

Open = Callable[[Operator | None], Browser]
REQUESTS, KILLS = 45, 20
ACTS = 7
BY_ACTS = ("classified", "answered", "returned", "put_on_hold")
"""The changes of a request that these acts make."""


def acts_done(runtime: Runtime) -> int:
    with open_context(runtime, HAND, write=False) as ctx:
        return sum(len(results) for results in ctx.session.scalars(select(AutomationRun.results)))


def wait_for_acts(runtime: Runtime, wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (done := acts_done(runtime)) < wanted:
        assert time.monotonic() < deadline, f"{done} acts"
        time.sleep(0.005)


def acting(office: Office, team: Team) -> list[dict[str, Any]]:
    return [
        {"kind": "set_priority", "priority": 1},
        NOTED,
        {"kind": "notify", "operator_id": office.lead.id},
        {"kind": "send_reply", "text": "已收到"},
        {"kind": "add_to_list", "list": "vip"},
        {"kind": "move_to_team", "team_id": team.id},
        {"kind": "set_status", "status": "on_hold"},
    ]


@pytest.mark.slow
def test_workers_killed_at_any_moment_do_each_act_once(
    open_browser: Open, make: Make, runtime: Runtime
) -> None:
    office = Office(make)
    team = make.team(office.agency)
    make.operator(office.agency, team, role=RoleName.SUPERVISOR)
    office.rule(open_browser(office.lead), *acting(office, team), hourly_limit=1000)
    for number in range(REQUESTS):
        make.request(office.account, f"问题{number}", author=f"author-{number}")
    publish_new(runtime)
    chance = random.Random(9)
    with nursery(runtime, "tests.automation.nursery") as process:
        for kill in range(KILLS):
            child = worker(process, kill)
            wait_for_acts(runtime, acts_done(runtime) + chance.randrange(1, REQUESTS * ACTS // KILLS - 3))
            time.sleep(chance.random() * 0.05)  # anywhere within an act
            os.kill(child, signal.SIGKILL)
            assert ended(process) == "killed"
        worker(process, KILLS)
        assert ended(process) == "over"
    with open_context(runtime, HAND, write=False) as ctx:
        runs = ctx.session.scalars(select(AutomationRun)).all()
        assert len(runs) == len({run.service_request_id for run in runs}) == REQUESTS
        assert {tuple(result["state"] for result in run.results) for run in runs} == {("done",) * ACTS}
        spoken = ctx.session.execute(select(Message.conversation_id, Message.direction)).all()
        changes = ctx.session.execute(select(RequestChange.service_request_id, RequestChange.kind)).all()
        told = ctx.session.scalars(select(Notification.subject_id).where(Notification.kind == "told_by_rule"))
        sent = ctx.session.scalars(select(OutboundMessage.conversation_id)).all()
        listed = ctx.session.scalars(select(SpecialListEntry.author_external_id)).all()
        teams = set(ctx.session.scalars(select(ServiceRequest.team_id)))
        assert set(Counter(told).values()) == {1}
    once = {*Direction, *(ChangeKind(kind) for kind in BY_ACTS)}
    for rows in (spoken, changes):
        counts = Counter((number, kind) for number, kind in rows if kind in once)
        assert set(counts.values()) == {1}
        assert len({number for number, _ in counts}) == REQUESTS
    assert len(Counter(spoken)) == 3 * REQUESTS
    assert len(sent) == len(set(sent)) == len(listed) == REQUESTS
    assert teams == {team.id}
