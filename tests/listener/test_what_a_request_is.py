"""A request's type, priority and due time follow from all that its customer says, also when it is changed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items
from app.models import EventLog, Message, RequestChange, ServiceRequest
from app.nlp.serving.classifier import Classification
from app.routing.policies import ANSWER_WITHIN
from tests.factories.make import Make
from tests.fakes.model import FakeModel
from tests.listener.desk import Desk

HELLO, ASKS, GOOD = "你好在吗", "宽带怎么办理", "问题已经自己好了谢谢"
COMPLAINS, FURIOUS = "我要投诉你们", "断了三天没人管急死了我要投诉"
SCORES: dict[str, dict[str, Any]] = {
    HELLO: {"intent": "other", "sentiment": 0, "urgency": 0},
    GOOD: {"intent": "praise", "sentiment": 1, "urgency": 0},
    ASKS: {"intent": "consult", "sentiment": 0, "urgency": 0},
    COMPLAINS: {"intent": "complaint", "sentiment": -1, "urgency": 0},
    FURIOUS: {"intent": "complaint", "sentiment": -1, "urgency": 2},
}
IS = {
    HELLO: ("other", 4),
    GOOD: ("praise", 4),
    ASKS: ("consult", 3),
    COMPLAINS: ("complaint", 2),
    FURIOUS: ("complaint", 1),
}


class Judge(FakeModel):
    """Says of each of these texts what the table says."""

    def _one(self, text: str) -> Classification:
        return replace(super()._one(text), **SCORES.get(text, {}))


@pytest.fixture(autouse=True)
def _judged_by_the_table(runtime: Runtime) -> None:
    runtime.parts["classifier"] = Judge()


@pytest.fixture(params=list(Lane))
def lane(request: pytest.FixtureRequest) -> Lane:
    return Lane(request.param)


def _says(desk: Desk, runtime: Runtime, make: Make, text: str, **fields: Any) -> None:
    make.store(desk.account, make.post(text, author="a", **fields))
    judge_items(runtime)


def _request(runtime: Runtime) -> ServiceRequest:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return ctx.session.scalars(select(ServiceRequest)).one()


def _due_in(request: ServiceRequest, since: datetime) -> timedelta:
    assert request.due_at is not None
    return request.due_at - since


@pytest.mark.parametrize("texts", list(itertools.permutations((ASKS, HELLO, COMPLAINS))))
def test_in_whatever_order_it_is_said_a_request_is_what_its_strongest_message_is(
    desk: Desk, runtime: Runtime, make: Make, lane: Lane, texts: tuple[str, ...]
) -> None:
    for text in texts:
        _says(desk, runtime, make, text, lane=lane)
    request = _request(runtime)
    assert (request.type, request.priority) == ("complaint", 2)
    assert _due_in(request, make.now) == timedelta(minutes=30)
    assert sorted(request.priority_parts) == ["sentiment", "type"]


def test_the_change_says_which_message_raised_it_and_the_event_that_it_is_another_now(
    desk: Desk, runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    _says(desk, runtime, make, HELLO, lane=Lane.PRIVATE)
    clock.advance(4)
    posts = [make.post(text, author="a", lane=Lane.PRIVATE) for text in (COMPLAINS, HELLO)]
    make.store(desk.account, *posts)
    judge_items(runtime)
    with open_context(runtime, LISTENER, write=False) as ctx:
        change = ctx.session.scalars(select(RequestChange).order_by(RequestChange.version.desc())).first()
        assert change is not None
        message = ctx.session.get_one(Message, change.message_id)
        told = ctx.session.scalars(select(EventLog).order_by(EventLog.id)).all()
    assert (change.reason, message.text) == ("raised_by_message", COMPLAINS)
    assert (change.before["priority"], change.after["priority"]) == (4, 2)
    (event,) = [entry for entry in told if entry.name == "service_request.classified"]
    assert event.payload["service_request"]["priority"] == 2


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (timedelta(hours=1), timedelta(hours=1, minutes=30)),
        (timedelta(hours=7, minutes=50), timedelta(hours=8)),  # it was due then already
    ],
)
def test_time_is_counted_from_the_message_that_raised_it_and_never_ends_later(
    desk: Desk, runtime: Runtime, make: Make, clock: ManualClock, after: timedelta, due: timedelta
) -> None:
    begun = make.now
    _says(desk, runtime, make, HELLO, lane=Lane.PRIVATE)
    clock.advance(after.total_seconds())
    _says(desk, runtime, make, COMPLAINS, lane=Lane.PRIVATE)
    assert _due_in(_request(runtime), begun) == due
    clock.advance(60)
    _says(desk, runtime, make, HELLO, lane=Lane.PRIVATE)
    assert _due_in(_request(runtime), begun) == due, "a weaker word changes nothing"


@pytest.mark.parametrize("said", [{"type": "suggestion"}, {"type": "consult"}, {"priority": 4}])
def test_what_a_person_said_it_is_stays(
    desk: Desk, runtime: Runtime, make: Make, said: dict[str, Any]
) -> None:
    """Also when they only confirm what it was taken for."""
    _says(desk, runtime, make, ASKS, external_id="status:1")
    request = _request(runtime)
    path = f"/service-requests/{request.id}/classification"
    assert desk.browser.put(path, {**said, "version": request.version}).status_code == 200
    classified = _request(runtime)
    _says(desk, runtime, make, FURIOUS)
    _says(desk, runtime, make, COMPLAINS, external_id="status:1", edited_at=make.later(60))
    later = _request(runtime)
    assert (later.type, later.priority) == (classified.type, classified.priority)
    assert later.sentiment == -1, "the mood is that of the newest message"


@pytest.mark.parametrize("first", list(IS))
@pytest.mark.parametrize("then", list(IS))
def test_an_edited_post_makes_its_request_what_it_says_now(
    desk: Desk, runtime: Runtime, make: Make, clock: ManualClock, first: str, then: str
) -> None:
    """In both directions; the mood goes with it."""
    _says(desk, runtime, make, first, external_id="status:77")
    begun = make.now
    clock.advance(60)
    _says(desk, runtime, make, then, external_id="status:77", edited_at=make.now)
    request = _request(runtime)
    assert (request.type, request.priority) == IS[then]
    assert request.sentiment == SCORES[then]["sentiment"]
    counted = make.now if IS[then][1] < IS[first][1] else begun
    assert _due_in(request, counted) == ANSWER_WITHIN[IS[then][1]]


def test_an_edit_is_weighed_with_what_else_was_said_and_its_change_names_the_message(
    desk: Desk, runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    _says(desk, runtime, make, ASKS)
    clock.advance(600)
    _says(desk, runtime, make, COMPLAINS)
    raised = make.now
    clock.advance(60)
    _says(desk, runtime, make, FURIOUS, external_id="status:77")
    clock.advance(60)
    _says(desk, runtime, make, GOOD, external_id="status:77", edited_at=make.now)
    request = _request(runtime)
    assert (request.type, request.priority, request.sentiment) == ("complaint", 2, 1)
    assert _due_in(request, raised) == timedelta(minutes=30)
    with open_context(runtime, LISTENER, write=False) as ctx:
        change = ctx.session.scalars(select(RequestChange).order_by(RequestChange.id.desc())).first()
        assert change is not None
        assert ctx.session.get_one(Message, change.message_id).text == GOOD
    assert (change.kind.value, change.reason) == ("classified", "message_edited")


def test_an_edit_of_an_older_message_leaves_the_mood_of_the_newest(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    _says(desk, runtime, make, COMPLAINS, external_id="status:77")
    _says(desk, runtime, make, ASKS)
    _says(desk, runtime, make, GOOD, external_id="status:77", edited_at=make.later(60))
    request = _request(runtime)
    assert (request.type, request.priority, request.sentiment) == ("consult", 3, 0)
