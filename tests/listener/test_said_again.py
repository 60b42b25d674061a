"""Cases A8 and A9. What is said after a request was settled, and what others say in the same words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.adapters.types import ItemKind, Lane
from app.core.clock import ManualClock
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import judge_items
from app.models import Message, RequestStatus, ServiceRequest
from tests.factories.make import Make
from tests.listener.desk import Desk, items, verdicts

OUTAGE = "云岭的宽带从昨天晚上八点一直断到现在，打了五次客服电话都没有人接，什么时候能修好"
NEARLY = f"{OUTAGE}啊"
CHAIN = "随便聊聊：转发这条消息，云岭的宽带从昨天晚上八点一直断到现在，大家都看看是不是这样"
READER = system_actor("test", Permission.LISTENER_INGEST)


def said(make: Make, desk: Desk, text: str, author: str, lane: Lane = Lane.PUBLIC) -> None:
    make.store(desk.account, make.post(text, author=author, lane=lane))
    judge_items(make.runtime)


def requests(runtime: Runtime) -> list[ServiceRequest]:
    with open_context(runtime, READER, write=False) as ctx:
        return list(ctx.session.scalars(select(ServiceRequest).order_by(ServiceRequest.id)))


def resolve(desk: Desk, request: ServiceRequest) -> None:
    body = {"status": "resolved", "version": request.version}
    answer = desk.browser.put(f"/service-requests/{request.id}/status", body)
    assert answer.status_code == 200, answer.get_json()


@pytest.mark.parametrize("thanks", ["好的谢谢", "收到，辛苦了[心]", "👍"])
def test_thanks_after_resolving_join_the_request_and_start_no_clock(
    desk: Desk, runtime: Runtime, make: Make, thanks: str
) -> None:
    """Case A8."""
    said(make, desk, OUTAGE, "amy", Lane.PRIVATE)
    (request,) = requests(runtime)
    resolve(desk, request)
    said(make, desk, thanks, "amy", Lane.PRIVATE)
    said(make, desk, thanks, "amy", Lane.PRIVATE)
    (after,) = requests(runtime)
    assert (after.status, after.waiting_since, after.due_at) == (RequestStatus.RESOLVED, None, None)
    assert (after.unread_count, after.message_count) == (0, request.message_count + 2)
    with open_context(runtime, READER, write=False) as ctx:
        last = ctx.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        assert (last.text, last.service_request_id) == (thanks, request.id)
    # Whoever sees more in it takes the request up again.
    body = {"status": "open", "version": after.version}
    assert desk.browser.put(f"/service-requests/{request.id}/status", body).status_code == 200


def test_a_question_beside_the_thanks_opens_a_request(desk: Desk, runtime: Runtime, make: Make) -> None:
    said(make, desk, OUTAGE, "amy", Lane.PRIVATE)
    resolve(desk, requests(runtime)[0])
    said(make, desk, "好的谢谢，那这几天的钱怎么退？", "amy", Lane.PRIVATE)
    assert len(requests(runtime)) == 2


def test_thanks_without_an_earlier_request_are_answered_like_any_message(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    said(make, desk, "谢谢", "amy", Lane.PRIVATE)
    (request,) = requests(runtime)
    assert request.status is RequestStatus.NEW


def test_who_repeats_a_complaint_after_it_was_resolved_is_heard_again(
    desk: Desk, runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    """Case A9."""
    said(make, desk, OUTAGE, "amy")
    (request,) = requests(runtime)
    resolve(desk, request)
    clock.advance(20 * 60)
    said(make, desk, OUTAGE, "amy")
    (again,) = requests(runtime)
    assert again.id == request.id
    assert again.status in (RequestStatus.NEW, RequestStatus.OPEN)
    assert again.waiting_since is not None
    assert again.resolved_at is None


@pytest.mark.parametrize("text", [OUTAGE, NEARLY])
def test_others_in_the_same_words_get_requests_of_their_own_and_are_counted(
    desk: Desk, runtime: Runtime, make: Make, text: str
) -> None:
    """Case A9."""
    said(make, desk, OUTAGE, "amy")
    said(make, desk, text, "bob")
    said(make, desk, text, "carl")
    assert len(requests(runtime)) == 3
    first, *rest = items(runtime)
    assert (first.duplicate_count, {item.duplicate_of_id for item in rest}) == (2, {first.id})


def test_what_asks_for_nobody_stays_a_repetition(desk: Desk, runtime: Runtime, make: Make) -> None:
    for author in ("a", "b", "c"):
        said(make, desk, CHAIN, author)
    assert requests(runtime) == []
    assert [verdict.reason for verdict in verdicts(runtime)][1:] == ["duplicate_text"] * 2
    assert not any(verdict.needs_review for verdict in verdicts(runtime))


def test_copies_that_were_not_said_to_us_are_counted_and_offered_for_review(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    """Case A9."""
    for author in ("amy", "bob"):
        make.store(desk.account, make.post(OUTAGE, author=author, kind=ItemKind.REPOST))
        judge_items(runtime)
    assert len(requests(runtime)) == 1
    second = verdicts(runtime)[1]
    assert (second.reason, second.needs_review) == ("duplicate_text", True)
    assert items(runtime)[0].duplicate_count == 1
