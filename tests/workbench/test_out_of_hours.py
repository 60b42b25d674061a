"""Who writes outside a queue's hours is told so: once, by the ledger, and it is no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.models import (
    AccountStatus,
    Message,
    NobodyAnswer,
    Operator,
    OutboundMessage,
    OutboundState,
    Presence,
    ServiceRequest,
)
from app.outbound.courier import deliver
from app.outbound.intents import change_state
from app.outbound.ledger import due
from app.workbench.cargo import REPLIES
from app.workbench.job_names import TELL_NOBODY_IS_THERE
from app.workbench.jobs import _customers_outside_hours
from app.workbench.out_of_hours import KIND
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.routing.setup_office import ROUTER, SetupOffice, hours, made

Open = Callable[[Operator | None], Browser]
TEXT = "您好，客服周一上班后回复您。"


class ClosedOffice(SetupOffice):
    """It is Sunday at ten; the queue works on the other days."""

    def close(self, screen: Browser, **more: Any) -> dict[str, Any]:
        for person in (self.anna, self.bo, self.cleo):
            self.set_presence(person, Presence.OFFLINE)
        calendar = hours(self, sunday=[])
        content = {"team_id": self.ours.id, "calendar_id": calendar.id, "nobody_text": TEXT, **more}
        queue = self.queue(screen, **content)
        self.rule(screen, queue_id=queue["id"])
        return queue

    def set_presence(self, person: Operator, presence: Presence) -> None:
        with open_context(self.make.runtime, ROUTER) as ctx:
            ctx.session.get_one(Operator, person.id).presence = presence

    def tell(self) -> None:
        perform(self.make.runtime, TELL_NOBODY_IS_THERE.name, [])

    def is_asked_for(self) -> bool:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return bool(_customers_outside_hours(ctx))

    def deliver(self) -> None:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            ids = due(ctx, REPLIES)
        deliver(self.make.runtime, REPLIES, ids)

    def said(self, request: ServiceRequest) -> list[Message]:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            found = select(Message).where(
                Message.conversation_id == request.conversation_id, Message.kind == KIND
            )
            return list(ctx.session.scalars(found.order_by(Message.number)))

    def answer(self, request: ServiceRequest) -> NobodyAnswer:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return ctx.session.scalars(
                select(NobodyAnswer).where(NobodyAnswer.service_request_id == request.id)
            ).one()


@pytest.fixture
def office(make: Make) -> ClosedOffice:
    return ClosedOffice(make)


@pytest.fixture
def lead(office: ClosedOffice, open_browser: Open) -> Browser:
    return open_browser(office.lead)


def test_it_is_told_once_and_leaves_by_the_ledger(
    office: ClosedOffice, lead: Browser, remote: Remote, clock: ManualClock
) -> None:
    queue = office.close(lead)
    request = office.make.request(office.account, "退订一直没人理", author="c1")
    before = office.now(request)
    assert office.is_asked_for()
    office.tell()
    office.deliver()
    clock.advance(600)
    office.make.request(office.account, "还在吗？", author="c1")
    office.tell()
    assert office.answer(request).refused is None
    (message,) = office.said(request)
    assert (message.text, message.author_name, message.operator_id) == (TEXT, queue["name"], None)
    assert [sent.text for sent in remote.arrived] == [TEXT]
    assert not office.is_asked_for()
    # It is no answer: the customer waits as before, and is to be answered by when they were.
    after = office.now(request)
    assert (after.waiting_since, after.due_at, after.first_replied_at, after.status) == (
        before.waiting_since,
        before.due_at,
        None,
        before.status,
    )
    assert office.answer(request).message_id == message.id
    shown = made(lead.get(f"/conversations/{request.conversation_id}/messages"))["items"]
    assert [(one["kind"], one["state"]) for one in shown if one["direction"] == "outbound"] == [
        (KIND, "sent")
    ]


def test_within_the_hours_nothing_is_said(office: ClosedOffice, lead: Browser, clock: ManualClock) -> None:
    office.close(lead)
    clock.advance(24 * 3600)  # Monday at ten
    request = office.make.request(office.account)
    assert not office.is_asked_for()
    clock.advance(9 * 3600)  # closed meanwhile, but they wrote while it was open
    office.tell()
    assert office.said(request) == []


def test_whoever_is_there_answers_themselves(office: ClosedOffice, lead: Browser) -> None:
    office.close(lead)
    office.set_presence(office.anna, Presence.ONLINE)
    request = office.make.request(office.account, assignee=office.anna)
    assert not office.is_asked_for()
    office.set_presence(office.anna, Presence.OFFLINE)
    office.tell()
    assert len(office.said(request)) == 1


def test_who_was_answered_meanwhile_is_told_nothing(office: ClosedOffice, lead: Browser) -> None:
    office.close(lead)
    request = office.make.request(office.account)
    made(
        lead.post(
            f"/conversations/{request.conversation_id}/replies",
            {
                "service_request_id": request.id,
                "lane": "public",
                "text": "马上为您查",
                "idempotency_key": "a" * 32,
                "confirm": [],
            },
        ),
        202,
    )
    office.tell()
    assert office.said(request) == []


def test_what_the_platform_does_not_allow_is_noted_and_not_tried_again(
    office: ClosedOffice, lead: Browser
) -> None:
    office.close(lead)
    request = office.make.request(office.account)
    with open_context(office.make.runtime, ROUTER) as ctx:
        account = ctx.session.get_one(type(office.account), office.account.id)
        account.status = AccountStatus.PAUSED
    office.tell()
    assert (office.said(request), office.answer(request).refused) == ([], "account_paused")
    assert not office.is_asked_for()
    # Whoever looks at the request reads why.
    newest = made(lead.get(f"/service-requests/{request.id}/changes"))["items"][0]
    assert (newest["kind"], newest["reason"]) == ("not_told", "account_paused")
    assert newest["text"] == (
        "What the closed queue says was not sent: The account is paused; resume it to send"
    )


def test_a_conversation_is_told_once_while_the_queue_stays_closed(
    office: ClosedOffice, lead: Browser, clock: ManualClock
) -> None:
    """Another lane, or the same after it was resolved: it is the same customer on the same Sunday."""
    office.close(lead)
    first = office.make.request(office.account, "退订一直没人理", author="c1")
    office.tell()
    beside = office.make.request(office.account, "在吗", author="c1", lane=Lane.PRIVATE)
    assert beside.conversation_id == first.conversation_id
    assert beside.id != first.id
    assert not office.is_asked_for()
    office.tell()
    assert len(office.said(first)) == 1
    # Somebody else is told, and next Sunday both are strangers again.
    other = office.make.request(office.account, "没有网", author="c2")
    office.tell()
    assert len(office.said(other)) == 1
    clock.advance(7 * 24 * 3600)
    office.make.request(office.account, "还是没人回", author="c1", lane=Lane.PRIVATE)
    assert office.is_asked_for()


def test_what_was_refused_in_one_lane_does_not_silence_the_other(office: ClosedOffice, lead: Browser) -> None:
    office.close(lead)
    request = office.make.request(office.account, author="c1")
    with open_context(office.make.runtime, ROUTER) as ctx:
        account = ctx.session.get_one(type(office.account), office.account.id)
        account.status = AccountStatus.PAUSED
    office.tell()
    with open_context(office.make.runtime, ROUTER) as ctx:
        ctx.session.get_one(type(office.account), office.account.id).status = AccountStatus.ACTIVE
    office.make.request(office.account, "在吗", author="c1", lane=Lane.PRIVATE)
    assert office.answer(request).refused == "account_paused"
    assert office.is_asked_for()


def test_a_private_answer_that_is_the_last_stays_for_a_person(office: ClosedOffice, lead: Browser) -> None:
    """Weibo lets one answer a private message once after a comment; that one answer is worth more."""
    office.close(lead)
    request = office.make.request(office.account, lane=Lane.PRIVATE)
    window = office.now(request).window_remaining
    office.tell()
    if window is not None and window <= 1:
        assert office.answer(request).refused == "last_answer_kept"
    else:
        assert len(office.said(request)) == 1


def test_a_failed_text_leaves_its_request_alone(office: ClosedOffice, lead: Browser, remote: Remote) -> None:
    office.close(lead)
    request = office.make.request(office.account)
    stood = office.now(request).version
    office.tell()
    (message,) = office.said(request)
    with open_context(office.make.runtime, ROUTER) as ctx:
        row = ctx.session.scalars(
            select(OutboundMessage).where(OutboundMessage.carries(REPLIES.name, message.id))
        ).one()
        row.error_code = "rejected"
        change_state(ctx, REPLIES, [row], OutboundState.FAILED)
    found = office.now(request)
    assert (found.version, found.send_failure) == (stood, None)
