"""When the first answer was due is kept as it stood when it was written; windows are missed by that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import pytest
from flask import Flask

from app.core.errors import PlatformErrorKind
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import ServiceRequest
from app.outbound.courier import COURIER
from app.routing.policies import ANSWER_WITHIN
from app.routing.schemas import ClassifyRequest
from app.routing.services import classify_request
from tests.factories.browser import Browser
from tests.workbench.desk import Desk


def _stored(desk: Desk) -> ServiceRequest:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return ctx.session.get_one(ServiceRequest, desk.request.id)


def _classify(desk: Desk, priority: Literal[1, 2, 4]) -> None:
    with open_context(desk.runtime, desk.make.actor(desk.operator)) as ctx:
        command = ClassifyRequest(
            version=ctx.session.get_one(ServiceRequest, desk.request.id).version,
            priority=priority,
            confirm=["claimed_by_other"],
        )
        classify_request(ctx, desk.request.id, command)


def _misses(app: Flask, desk: Desk) -> float:
    leader = desk.make.operator(desk.agency, role=RoleName.SUPERVISOR)
    screen = Browser(app, desk.make.session_token(leader))
    condition = {"field": "lane", "op": "is", "value": "public"}
    question = {"metrics": ["window_misses"], "period": {"named": "last_7_days"}, "condition": condition}
    answered = screen.post("/figures", question).get_json()
    number: float = answered["metrics"][0]["now"]["total"]["value"]
    return number


def _due(desk: Desk) -> datetime:
    due = _stored(desk).due_at
    assert due is not None
    return due


@pytest.mark.parametrize(("late", "missed"), [(-1, 0), (0, 0), (1, 1)])
def test_an_answer_is_late_after_the_moment_it_was_due(
    app: Flask, desk: Desk, late: int, missed: int
) -> None:
    due = _due(desk)
    desk.clock.advance((due - desk.make.now).total_seconds() + late)
    desk.write()
    assert _stored(desk).first_due_at == due
    assert _misses(app, desk) == missed


@pytest.mark.parametrize("late", [False, True])
def test_a_priority_that_is_changed_later_makes_no_answer_late_and_none_early(
    app: Flask, desk: Desk, late: bool
) -> None:
    _classify(desk, 2)
    wait = ANSWER_WITHIN[2] + timedelta(minutes=5 if late else -5)
    desk.clock.advance(wait.total_seconds())
    desk.write()
    _classify(desk, 4 if late else 1)
    assert _misses(app, desk) == int(late)


def test_a_later_answer_does_not_move_it_and_one_that_did_not_go_leaves_none(app: Flask, desk: Desk) -> None:
    desk.remote.fail_next(PlatformErrorKind.REJECTED)
    desk.write("被拒绝的话")
    desk.deliver()
    assert _stored(desk).first_replied_at is None
    due = _due(desk)
    desk.clock.advance((due - desk.make.now).total_seconds() + 60)
    assert _misses(app, desk) == 1  # nobody has answered, and it is overdue
    desk.write("正确的答复")
    desk.deliver()
    desk.clock.advance(60)
    desk.write("再补充一句")
    assert _stored(desk).first_due_at == due
    assert _misses(app, desk) == 1
