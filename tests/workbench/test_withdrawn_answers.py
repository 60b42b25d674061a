"""Cases A1 to A4: an answer that was taken back, did not go, or may not have gone: its customer waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.outcomes import set_status
from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.permissions import RoleName
from app.core.tables import AuditLog, EventLog
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.listener.ingest.storing import take_in_changes
from app.listener.jobs import LISTENER, judge_items
from app.models import Account, AccountStatus, InboundItem, Lane, Message, Operator, ServiceRequest
from app.outbound.courier import COURIER
from app.workbench.job_names import HOLD_REPLIES
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]
K = PlatformErrorKind
CLAIMED = ["claimed_by_other"]
FINAL = [
    K.REJECTED,
    K.RECIPIENT_REFUSED,
    K.NOT_FOUND,
    K.CONFIG,
    K.AUTH_EXPIRED,
    K.ACCOUNT_BLOCKED,
    K.WINDOW_CLOSED,
]


def shown(screen: Browser, request: ServiceRequest) -> dict[str, Any]:
    view: dict[str, Any] = screen.get(f"/service-requests/{request.id}").get_json()
    return view


def stands(screen: Browser, request: ServiceRequest) -> tuple[str, bool, str | None]:
    """(status, whether the customer waits, why the answer did not go)"""
    view = shown(screen, request)
    return view["status"], view["waiting_since"] is not None, view["send_failure"]


def resolve(screen: Browser, request: ServiceRequest) -> None:
    body = {"status": "resolved", "version": shown(screen, request)["version"], "confirm": CLAIMED}
    assert screen.put(f"/service-requests/{request.id}/status", body).status_code == 200


def put_account(desk: Desk, status: AccountStatus) -> None:
    with open_context(desk.runtime, COURIER) as ctx:
        account = ctx.session.get_one(Account, desk.account.id)
        account.retry_at = None
        set_status(ctx, account, status, None)


def names_since(desk: Desk, before: int) -> list[str]:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return list(
            ctx.session.scalars(select(EventLog.name).where(EventLog.id > before).order_by(EventLog.id))
        )


def last_event(desk: Desk) -> int:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return ctx.session.scalars(select(EventLog.id).order_by(EventLog.id.desc())).first() or 0


# Taking back (A1)


def test_a_planned_reply_of_a_resolved_request_is_taken_back_although_the_customer_wrote(
    desk: Desk, screen: Browser
) -> None:
    """Case A1."""
    planned = desk.write("稍后给您回电", send_at=desk.make.later(40))
    resolve(screen, desk.request)
    newer = desk.make.request(desk.account, "还是没有信号", author="c1")
    assert newer.id != desk.request.id
    taken = screen.post(f"/messages/{planned.id}/cancel")
    assert (taken.status_code, taken.get_json()["state"]) == (200, "cancelled")
    assert stands(screen, desk.request)[0] == "resolved"
    assert stands(screen, newer) == ("open", True, None)
    desk.deliver(wait=60)
    assert desk.remote.texts() == []


def test_taking_back_leaves_a_resolved_request_resolved_and_is_told_and_audited(
    desk: Desk, screen: Browser
) -> None:
    """F1, point 3."""
    planned = desk.write("稍后给您回电", send_at=desk.make.later(40))
    resolve(screen, desk.request)
    before = last_event(desk)
    assert screen.post(f"/messages/{planned.id}/cancel").status_code == 200
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        request = ctx.session.get_one(ServiceRequest, desk.request.id)
        acts = ctx.session.scalars(select(AuditLog.action)).all()
    assert (request.status, request.waiting_since) == ("resolved", None)
    assert request.resolved_at is not None
    assert names_since(desk, before) == ["service_request.updated", "reply.state_changed"]
    assert "reply.taken_back" in acts


@pytest.mark.parametrize("status", ["on_hold", "open", "pending"])
def test_taking_back_asks_where_the_request_stands(desk: Desk, screen: Browser, status: str) -> None:
    """Case A1, its kind: only what waits for the customer because of the answer is open again."""
    planned = desk.write("稍后给您回电", send_at=desk.make.later(40))
    if status != "pending":
        body = {"status": status, "version": shown(screen, desk.request)["version"]}
        assert screen.put(f"/service-requests/{desk.request.id}/status", body).status_code == 200
    screen.post(f"/messages/{planned.id}/cancel")
    expected = "on_hold" if status == "on_hold" else "open"
    assert stands(screen, desk.request) == (expected, True, None)


def test_a_reply_in_the_queue_is_taken_back_also_after_a_refused_attempt(desk: Desk, screen: Browser) -> None:
    """Case A1: whatever is queued is surely not there."""
    message = desk.write()
    desk.remote.fail_next(K.TEMPORARY)
    desk.deliver()
    assert desk.state(message.id) == "queued"
    assert screen.post(f"/messages/{message.id}/cancel").get_json()["state"] == "cancelled"
    desk.deliver(wait=4000)
    assert desk.remote.texts() == []
    assert stands(screen, desk.request) == ("open", True, None)


def test_taking_one_of_two_back_leaves_the_customer_answered(desk: Desk, screen: Browser) -> None:
    first, second = desk.write("第一条"), desk.write("第二条")
    screen.post(f"/messages/{second.id}/cancel")
    view = shown(screen, desk.request)
    assert (view["status"], view["waiting_since"]) == ("pending", None)
    assert (view["preview"]["text"], view["message_count"]) == (first.text, 2)


def test_what_the_customer_wrote_after_the_reply_still_waits(desk: Desk, screen: Browser) -> None:
    message = desk.write("马上处理", send_at=desk.make.later(40))
    desk.clock.advance(5)
    desk.make.request(desk.account, "还要等多久？", author="c1")
    since = shown(screen, desk.request)["waiting_since"]
    desk.clock.advance(5)
    screen.post(f"/messages/{message.id}/cancel")
    view = shown(screen, desk.request)
    assert (view["status"], view["waiting_since"], view["preview"]["text"]) == ("open", since, "还要等多久？")


# What a request shows is derived (A4)


def test_an_undone_reply_leaves_nothing_behind(desk: Desk, screen: Browser) -> None:
    """Case A4."""
    before = shown(screen, desk.request)
    message = desk.write("写错了")
    desk.clock.advance(5)
    screen.post(f"/messages/{message.id}/cancel")
    after = shown(screen, desk.request)
    same = ("preview", "message_count", "status", "assignee", "due_at", "priority")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        assert ctx.session.get_one(ServiceRequest, desk.request.id).first_replied_at is None


def test_a_planned_answer_is_marked_in_the_list_until_it_goes(desk: Desk, screen: Browser) -> None:
    """Whoever looks at the list sees that an answer is on its way, also behind the customer's next words."""

    def mark() -> str | None:
        at: str | None = shown(screen, desk.request)["preview"]["planned_for"]
        return at

    desk.write()
    assert mark() is None, "what goes now is not planned"
    leaves = desk.make.later(7200)
    message = desk.write("明早回电", send_at=leaves)
    assert datetime.fromisoformat(mark() or "") == leaves
    desk.deliver()
    desk.make.store(desk.account, desk.make.post("还是不行", author="c1"))
    judge_items(desk.runtime)
    desk.write("先重启试试")
    assert datetime.fromisoformat(mark() or "") == leaves
    assert screen.post(f"/messages/{message.id}/cancel").status_code == 200
    assert mark() is None


def test_what_was_unread_before_an_act_that_is_undone_is_unread_again(
    desk: Desk, screen: Browser, open_browser: Open
) -> None:
    """Only whoever has a request makes it read: not a colleague who resolved or answered it by mistake."""
    lead = open_browser(desk.make.operator(desk.agency, role=RoleName.SUPERVISOR))
    for text in ("还是不行", "有人吗"):
        desk.make.store(desk.account, desk.make.post(text, author="c1"))
    judge_items(desk.runtime)
    assert shown(screen, desk.request)["unread_count"] == 3
    resolve(lead, desk.request)
    assert shown(screen, desk.request)["unread_count"] == 0
    back = {"status": "open", "version": shown(screen, desk.request)["version"], "confirm": CLAIMED}
    assert lead.put(f"/service-requests/{desk.request.id}/status", back).status_code == 200
    assert shown(screen, desk.request)["unread_count"] == 3

    conversation = desk.request.conversation_id
    assert screen.put(f"/conversations/{conversation}/read", {"number": 9}).status_code == 204
    desk.clock.advance(60)
    desk.make.store(desk.account, desk.make.post("还在吗", author="c1"))
    judge_items(desk.runtime)
    message = desk.write(confirm=CLAIMED)
    assert shown(screen, desk.request)["unread_count"] == 0
    assert screen.post(f"/messages/{message.id}/cancel").status_code == 200
    assert shown(screen, desk.request)["unread_count"] == 1


def test_what_came_in_after_the_last_that_somebody_saw_stays_unread(desk: Desk, screen: Browser) -> None:
    """Its kind: a word that came in as the screen said what it shows was read though nobody had seen it."""
    conversation = desk.request.conversation_id
    last = screen.get(f"/conversations/{conversation}/messages").get_json()["items"][-1]["number"]
    desk.clock.advance(60)
    for text in ("又断了", "还在吗"):
        desk.make.store(desk.account, desk.make.post(text, author="c1"))
    judge_items(desk.runtime)
    for _ in range(2):
        assert screen.put(f"/conversations/{conversation}/read", {"number": last}).status_code == 204
        assert shown(screen, desk.request)["unread_count"] == 2
    desk.clock.advance(60)
    screen.put(f"/conversations/{conversation}/read", {"number": last + 1})
    assert shown(screen, desk.request)["unread_count"] == 1
    message = desk.write(confirm=CLAIMED)
    assert shown(screen, desk.request)["unread_count"] == 0
    screen.post(f"/messages/{message.id}/cancel")
    assert shown(screen, desk.request)["unread_count"] == 1, "the one that was seen is not unread again"


def test_a_failed_reply_is_not_what_the_list_shows(desk: Desk, screen: Browser) -> None:
    """Case A4, its kind: a failed one, and one that was found not to be there."""
    before = shown(screen, desk.request)
    desk.write("被拒绝的话")
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    after = shown(screen, desk.request)
    assert (after["preview"], after["message_count"]) == (before["preview"], before["message_count"])
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        assert ctx.session.get_one(ServiceRequest, desk.request.id).first_replied_at is None


def test_the_first_answer_is_the_first_that_was_not_withdrawn(desk: Desk, screen: Browser) -> None:
    undone = desk.write("写错了")
    desk.clock.advance(5)
    screen.post(f"/messages/{undone.id}/cancel")
    desk.clock.advance(65)
    right = desk.make.now
    desk.write("正确的答复")
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        assert ctx.session.get_one(ServiceRequest, desk.request.id).first_replied_at == right


def test_a_note_changes_nothing_of_the_request(desk: Desk, screen: Browser) -> None:
    """Case A4, its kind."""
    before = shown(screen, desk.request)
    body = {"text": "客户很急", "idempotency_key": "note-key-0001"}
    assert screen.post(f"/conversations/{desk.request.conversation_id}/notes", body).status_code == 201
    assert shown(screen, desk.request) == before


# Not gone (A2)


@pytest.mark.parametrize("kind", FINAL)
def test_a_refused_reply_gives_the_request_back(desk: Desk, screen: Browser, kind: PlatformErrorKind) -> None:
    """Case A2: open again, waiting since the customer's last word, deadlines anew, marked, and told."""
    before = shown(screen, desk.request)
    desk.write()
    assert stands(screen, desk.request) == ("pending", False, None)
    told = last_event(desk)
    desk.remote.fail_next(kind)
    desk.deliver()
    view = shown(screen, desk.request)
    assert (view["status"], view["send_failure"]) == ("open", kind.value)
    assert view["waiting_since"] == before["last_inbound_at"]
    assert view["due_at"] == before["due_at"]
    assert "service_request.answer_failed" in names_since(desk, told)
    mine = screen.get("/service-requests", view="mine").get_json()["items"]
    assert desk.request.id in [row["id"] for row in mine]
    failed = screen.get("/service-requests", view="all", send_failed=True).get_json()["items"]
    assert [row["id"] for row in failed] == [desk.request.id]


def test_the_assignee_hears_that_the_answer_failed(desk: Desk, open_browser: Open) -> None:
    """Case A2: the event reaches whoever has the request."""
    desk.write()
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        (event,) = ctx.session.scalars(
            select(EventLog).where(EventLog.name == "service_request.answer_failed")
        ).all()
    assert f"a{desk.account.id}.o{desk.operator.id}" in event.rooms
    assert event.payload["service_request"]["send_failure"] == "rejected"


def test_an_unknown_outcome_gives_the_request_back_until_somebody_has_looked(
    wechat_desk: Desk, open_browser: Open
) -> None:
    """Case A2: `unknown`, then settled as sent."""
    desk, screen = wechat_desk, open_browser(wechat_desk.operator)
    message = desk.write(request=desk.private)
    desk.remote.fail_next(K.UNKNOWN_OUTCOME)
    desk.deliver()
    assert stands(screen, desk.private) == ("open", True, "unknown_outcome")
    assert screen.post(f"/messages/{message.id}/outcome", {"outcome": "sent"}).status_code == 200
    assert stands(screen, desk.private) == ("pending", False, None)


def test_what_was_not_sent_waits_until_it_is_retried(wechat_desk: Desk, open_browser: Open) -> None:
    """Case A2: a retry answered `not_sent`."""
    desk, screen = wechat_desk, open_browser(wechat_desk.operator)
    message = desk.write(request=desk.private)
    desk.remote.fail_next(K.UNKNOWN_OUTCOME)
    desk.deliver()
    screen.post(f"/messages/{message.id}/outcome", {"outcome": "not_sent"})
    assert stands(screen, desk.private) == ("open", True, "not_sent")
    screen.post(f"/messages/{message.id}/retry")
    assert stands(screen, desk.private) == ("pending", False, None)
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    assert stands(screen, desk.private) == ("open", True, "rejected")


def test_what_is_too_late_gives_the_request_back(desk: Desk, open_browser: Open) -> None:
    """Case A2: the window has closed when the turn of a planned private reply comes."""
    desk.write("明天回电", request=desk.private, send_at=desk.make.later(47 * 3600))
    desk.deliver(wait=49 * 3600)
    assert desk.remote.texts() == []
    assert stands(open_browser(desk.operator), desk.private) == ("open", True, "window_closed")


def take_back_posts(desk: Desk, request: ServiceRequest) -> None:
    """Their author deletes what opened the request."""
    with open_context(desk.runtime, LISTENER) as ctx:
        names = ctx.session.scalars(
            select(InboundItem.external_id)
            .join(Message, Message.inbound_item_id == InboundItem.id)
            .where(Message.service_request_id == request.id)
        ).all()
        take_in_changes(ctx, desk.account.id, [], names)


def test_what_answers_a_post_that_is_gone_by_then_is_not_sent(desk: Desk, screen: Browser) -> None:
    """Case A2, its kind: the platform would only refuse it, or show it below nothing."""
    planned = desk.write(send_at=desk.make.later(3600))
    direct = desk.write("另一条", request=desk.private, send_at=desk.make.later(3600))
    take_back_posts(desk, desk.request)
    take_back_posts(desk, desk.private)
    desk.deliver(wait=3700)
    assert stands(screen, desk.request) == ("open", True, "not_found")
    assert desk.outbound(planned.id).attempts == 0
    assert desk.remote.texts() == [direct.text], "a private message on Weibo goes to the person"
    assert screen.post(f"/messages/{planned.id}/retry").status_code == 200
    desk.deliver()
    assert stands(screen, desk.request) == ("open", True, "not_found"), "nor by asking again"


def test_where_a_private_answer_goes_to_the_very_post_it_needs_it(
    make: Make, clock: ManualClock, remote: Remote, open_browser: Open
) -> None:
    desk = Desk(make, clock, remote, "mastodon")
    answers = {"status_id": "901", "handle": "amy", "visibility": "direct"}
    direct = make.request(desk.account, "宽带坏了", author="amy", lane=Lane.PRIVATE, context=answers)
    desk.write("好的", request=direct, send_at=make.later(3600))
    take_back_posts(desk, direct)
    desk.deliver(wait=3700)
    assert (desk.remote.texts(), stands(open_browser(desk.operator), direct)[2]) == ([], "not_found")


def test_what_answers_another_post_of_the_same_customer_goes(desk: Desk) -> None:
    desk.write(send_at=desk.make.later(3600))
    post = desk.make.post("还是没有网", author="c1")
    desk.make.store(desk.account, post)
    judge_items(desk.runtime)
    with open_context(desk.runtime, LISTENER) as ctx:
        take_in_changes(ctx, desk.account.id, [], [post.external_id])
    desk.deliver(wait=3700)
    assert len(desk.remote.texts()) == 1


def test_what_a_paused_account_holds_up_gives_the_request_back(desk: Desk, screen: Browser) -> None:
    """Case A2: it stays in the queue, is told, and goes when the account is resumed."""
    message = desk.write()
    put_account(desk, AccountStatus.PAUSED)
    perform(desk.runtime, HOLD_REPLIES.name, [])
    assert stands(screen, desk.request) == ("pending", False, None), "it may still be taken back"
    desk.deliver()
    perform(desk.runtime, HOLD_REPLIES.name, [])
    assert stands(screen, desk.request) == ("open", True, "account_paused")
    assert desk.state(message.id) == "queued"
    told = last_event(desk)
    perform(desk.runtime, HOLD_REPLIES.name, [])
    assert names_since(desk, told) == [], "once is enough"
    put_account(desk, AccountStatus.ACTIVE)
    desk.deliver()
    assert (desk.state(message.id), desk.remote.texts()) == ("sent", [message.text])
    assert stands(screen, desk.request) == ("pending", False, None)


def test_a_removed_account_is_named_as_the_reason(desk: Desk, screen: Browser) -> None:
    """Case A3, its kind: the account is not misconfigured, it is gone."""
    desk.write()
    put_account(desk, AccountStatus.REMOVED)
    desk.deliver()
    assert stands(screen, desk.request) == ("open", True, "account_removed")


def test_a_failed_answer_of_a_resolved_request_opens_it_again(desk: Desk, screen: Browser) -> None:
    """Case A2 beside G5: what was sent and resolved at once is not lost when the platform refuses it."""
    desk.write(resolve=True)
    assert stands(screen, desk.request) == ("resolved", False, None)
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    view = shown(screen, desk.request)
    assert (view["status"], view["send_failure"]) == ("open", "rejected")
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        assert ctx.session.get_one(ServiceRequest, desk.request.id).resolved_at is None


def test_a_newer_request_takes_the_failed_ones_place(desk: Desk, screen: Browser) -> None:
    """Two active requests of one lane cannot be: the old one stays resolved and carries the mark."""
    desk.write(resolve=True)
    newer = desk.make.request(desk.account, "怎么没人回我", author="c1")
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    assert stands(screen, desk.request) == ("resolved", False, "rejected")
    assert stands(screen, newer) == ("open", True, None)


def test_a_later_answer_makes_up_for_a_failed_one(desk: Desk, screen: Browser) -> None:
    desk.write("第一条")
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    desk.write("换个说法")
    assert stands(screen, desk.request) == ("pending", False, None)
    desk.deliver()
    assert stands(screen, desk.request) == ("pending", False, None)


def test_an_answer_written_before_the_failure_makes_up_for_nothing(desk: Desk, screen: Browser) -> None:
    """Two halves of an answer: that the second arrives does not replace the first."""
    desk.write("第一半")
    desk.write("第二半", send_at=desk.make.later(30))
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    assert stands(screen, desk.request) == ("open", True, "rejected")
    desk.deliver(wait=60)
    assert desk.remote.texts() == ["第二半"]
    assert stands(screen, desk.request) == ("open", True, "rejected")


def test_what_is_resolved_in_spite_of_it_loses_the_mark(desk: Desk, screen: Browser) -> None:
    desk.write()
    desk.remote.fail_next(K.REJECTED)
    desk.deliver()
    resolve(screen, desk.request)
    assert stands(screen, desk.request) == ("resolved", False, None)


# What counts meanwhile: first answer, preview and number of messages (A4)


def counted(desk: Desk, screen: Browser, request: ServiceRequest) -> tuple[bool, str, int]:
    """(whether it counts as answered, what the list shows, how many messages there are)"""
    view = shown(screen, request)
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        answered = ctx.session.get_one(ServiceRequest, request.id).first_replied_at is not None
    return answered, view["preview"]["text"], view["message_count"]


@pytest.mark.parametrize("then", ["waits", "is resolved", "is answered anew"])
@pytest.mark.parametrize("outcome", ["sent", "not_sent"])
def test_an_answer_of_unknown_outcome_counts_once_it_is_known_to_be_there(
    wechat_desk: Desk, open_browser: Open, outcome: str, then: str
) -> None:
    desk, screen = wechat_desk, open_browser(wechat_desk.operator)
    asked = counted(desk, screen, desk.private)
    message = desk.write(request=desk.private)
    assert counted(desk, screen, desk.private) == (True, message.text, 2), "it counts while it may be undone"
    desk.remote.fail_next(K.UNKNOWN_OUTCOME)
    desk.deliver()
    assert counted(desk, screen, desk.private) == asked
    if then == "is resolved":
        resolve(screen, desk.private)
    others = 0
    if then == "is answered anew":
        others = 1
        desk.write("补发一次", request=desk.private)
    assert screen.post(f"/messages/{message.id}/outcome", {"outcome": outcome}).status_code == 200
    there = outcome == "sent"
    last = "补发一次" if others else message.text if there else asked[1]
    assert counted(desk, screen, desk.private) == (there or others > 0, last, 1 + others + there)


@pytest.mark.parametrize("held", ["address_refused", "account_paused"])
def test_an_answer_that_is_held_up_counts_when_it_has_gone(desk: Desk, screen: Browser, held: str) -> None:
    asked = counted(desk, screen, desk.request)
    message = desk.write()
    if held == "account_paused":
        put_account(desk, AccountStatus.PAUSED)
    else:
        desk.remote.fail_next(K.ADDRESS_REFUSED)
    desk.deliver()
    perform(desk.runtime, HOLD_REPLIES.name, [])
    assert stands(screen, desk.request)[2] == held
    assert counted(desk, screen, desk.request) == asked
    resolve(screen, desk.request)
    if held == "account_paused":
        put_account(desk, AccountStatus.ACTIVE)
    desk.deliver(wait=400)
    assert desk.state(message.id) == "sent"
    assert counted(desk, screen, desk.request) == (True, message.text, 2)


# An address that the platform refuses (A3)


def test_a_refused_address_is_tried_again_and_stops_nothing_else(desk: Desk, screen: Browser) -> None:
    """Case A3: own code, back-off, the account keeps working, the window is not blamed."""
    message = desk.write()
    desk.remote.fail_next(K.ADDRESS_REFUSED)
    desk.deliver()
    assert (desk.state(message.id), desk.outbound(message.id).error_code) == ("queued", "address_refused")
    assert stands(screen, desk.request) == ("open", True, "address_refused")
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        account = ctx.session.get_one(Account, desk.account.id)
    assert account.status is AccountStatus.ACTIVE
    assert account.retry_at is not None
    assert account.status_detail is not None, "somebody should see to it"
    lanes = screen.get(f"/conversations/{desk.request.conversation_id}").get_json()["lanes"]
    assert lanes["public"]["allowed"] is True
    desk.deliver(wait=400)
    assert (desk.state(message.id), desk.remote.texts()) == ("sent", [message.text])
    assert stands(screen, desk.request) == ("pending", False, None)
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        account = ctx.session.get_one(Account, desk.account.id)
    assert (account.retry_at, account.status_detail) == (None, None)


def test_an_address_that_stays_refused_ends_as_failed(desk: Desk, screen: Browser) -> None:
    message = desk.write()
    for _ in range(8):
        desk.remote.fail_next(K.ADDRESS_REFUSED)
        desk.deliver(wait=400)
    assert desk.state(message.id) == "failed"
    assert stands(screen, desk.request) == ("open", True, "address_refused")
