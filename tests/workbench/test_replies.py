"""Writing replies: once per key, refused where the platform or the law would, taken back in time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.core.errors import PlatformErrorKind
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Account, AccountStatus, Operator, ServiceRequest
from app.routing import lifecycle
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import platform_error
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]


def send(screen: Browser, request: ServiceRequest, text: str, **fields: Any) -> TestResponse:
    body = {
        "service_request_id": request.id,
        "lane": request.lane.value,
        "text": text,
        "idempotency_key": uuid.uuid4().hex,
        "confirm": ["claimed_by_other", "second_reply"],
        **fields,
    }
    return screen.post(f"/conversations/{request.conversation_id}/replies", body)


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, str(answer.get_json()["code"])


def test_a_reply_is_queued_with_the_time_to_take_it_back(desk: Desk, screen: Browser) -> None:
    answer = send(screen, desk.request, "您好，正在核实。")
    view = answer.get_json()
    assert (answer.status_code, view["state"], view["lane"]) == (202, "queued", "public")
    assert view["undo_until"] == desk.make.later(10).isoformat().replace("+00:00", "Z")
    request = screen.get(f"/service-requests/{desk.request.id}").get_json()
    assert (request["status"], request["waiting_since"], request["unread_count"]) == ("pending", None, 0)
    assert request["preview"] == {**request["preview"], "text": "您好，正在核实。", "direction": "outbound"}


def test_the_same_key_is_the_same_message(desk: Desk, screen: Browser) -> None:
    key = uuid.uuid4().hex
    first, again = (send(screen, desk.request, "您好", idempotency_key=key) for _ in range(2))
    assert first.get_json() == again.get_json()
    desk.deliver()
    assert desk.remote.texts() == ["您好"]


def test_one_key_in_two_conversations_is_two_messages(desk: Desk, screen: Browser) -> None:
    other = desk.make.request(desk.account, "另一位客户的问题，请看看")
    key = uuid.uuid4().hex
    ids = {send(screen, r, "您好", idempotency_key=key).get_json()["id"] for r in (desk.request, other)}
    assert len(ids) == 2


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_reply_is_refused(desk: Desk, screen: Browser, text: str) -> None:
    assert code(send(screen, desk.request, text)) == (422, "reply_empty")


PERSONAL = [
    "请拨打 13812345678",
    "号码138 1234 5678",
    "号码138-1234-5678",
    "您的号码１３８１２３４５６７８",
    "+86 13812345678",
    "身份证 11010519491231002X",
    "身份证１１０１０５１９４９１２３１００２Ｘ",
    "写信到 someone@example.com",
    "写信到 someone＠example．com",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_stays_out_of_public(desk: Desk, screen: Browser, text: str) -> None:
    answer = send(screen, desk.request, text)
    assert code(answer) == (422, "personal_data_in_public_reply")
    assert "text" in answer.get_json()["fields"]


@pytest.mark.parametrize("text", ["请拨打 13812345678", "订单 20261122123456789 已受理，费用 139 元"])
def test_what_only_the_customer_reads_may_hold_it(desk: Desk, screen: Browser, text: str) -> None:
    assert send(screen, desk.private, text).status_code == 202


@pytest.mark.parametrize("text", ["拨打10086", "4008123456", "订单 2026112212345678901", "2026-11-22"])
def test_numbers_that_are_nobodys_pass(desk: Desk, screen: Browser, text: str) -> None:
    assert send(screen, desk.request, text).status_code == 202


@pytest.mark.parametrize(
    ("text", "status"), [("字" * 140, 202), ("字" * 141, 422), ("a" * 280, 202), ("a" * 281, 422)]
)
def test_weibo_counts_a_chinese_character_as_two_letters(
    desk: Desk, screen: Browser, text: str, status: int
) -> None:
    answer = send(screen, desk.request, text)
    assert answer.status_code == status
    if status == 422:
        body = answer.get_json()
        assert (body["code"], body["maximum"], body["units"]) == ("reply_too_long", 140, 141)


@pytest.mark.parametrize(("text", "status"), [("字" * 682, 202), ("字" * 683, 422)])
def test_wechat_counts_bytes(wechat_desk: Desk, open_browser: Open, text: str, status: int) -> None:
    answer = send(open_browser(wechat_desk.operator), wechat_desk.private, text)
    assert answer.status_code == status


def test_a_closed_window_names_the_reason_and_the_next_way(desk: Desk, open_browser: Open) -> None:
    desk.clock.advance(49 * 3600)
    screen = open_browser(desk.operator)
    answer = send(screen, desk.private, "还在吗？")
    body = answer.get_json()
    assert code(answer) == (409, "reply_window_closed")
    assert (body["reason"], body["alternatives"]) == ("window_expired", ["public", "wait"])
    lanes = screen.get(f"/conversations/{desk.private.conversation_id}").get_json()["lanes"]
    assert lanes["private"]["allowed"] is False
    assert [way["kind"] for way in lanes["private"]["alternatives"]] == ["public", "wait"]
    assert lanes["public"]["allowed"] is True


def test_wechat_allows_five_answers_and_queued_ones_count(wechat_desk: Desk, open_browser: Open) -> None:
    screen = open_browser(wechat_desk.operator)
    answers = [send(screen, wechat_desk.private, f"第{n}条") for n in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [409]
    assert answers[5].get_json()["reason"] == "window_quota_used"


def test_an_answer_that_was_taken_back_gives_its_place_back(wechat_desk: Desk, open_browser: Open) -> None:
    screen = open_browser(wechat_desk.operator)
    ids = [send(screen, wechat_desk.private, f"第{n}条").get_json()["id"] for n in range(5)]
    assert screen.post(f"/messages/{ids[-1]}/cancel").status_code == 200
    assert send(screen, wechat_desk.private, "换一条").status_code == 202


@pytest.mark.parametrize(
    ("status", "reason"),
    [(status, f"account_{status.value}") for status in AccountStatus if status is not AccountStatus.ACTIVE],
)
def test_an_account_at_rest_sends_nothing(
    desk: Desk, screen: Browser, status: AccountStatus, reason: str
) -> None:
    with open_context(desk.runtime, LISTENER) as ctx:
        ctx.session.get_one(Account, desk.account.id).status = status
    answer = send(screen, desk.request, "您好")
    assert code(answer) == (409, "account_not_active")
    assert answer.get_json()["reason"] == reason


def test_a_reply_is_taken_back_in_time_and_not_later(desk: Desk, screen: Browser) -> None:
    first, second = (send(screen, desk.request, text).get_json()["id"] for text in ("一", "二"))
    taken = screen.post(f"/messages/{first}/cancel")
    assert (taken.status_code, taken.get_json()["state"]) == (200, "cancelled")
    desk.deliver()
    assert desk.remote.texts() == ["二"]
    assert code(screen.post(f"/messages/{second}/cancel")) == (409, "too_late")
    again = screen.post(f"/messages/{first}/cancel")
    assert (again.status_code, again.get_json()["version"]) == (200, taken.get_json()["version"])


@pytest.mark.parametrize(
    ("kind", "refused"),
    [(PlatformErrorKind.REJECTED, "did_not_go"), (PlatformErrorKind.UNKNOWN_OUTCOME, "may_have_gone")],
)
def test_what_did_not_go_is_not_said_to_have_gone(
    desk: Desk, screen: Browser, kind: PlatformErrorKind, refused: str
) -> None:
    """Case A3, every refusal that names another cause: taking back said "it has gone already"."""
    message = send(screen, desk.request, "您好").get_json()["id"]
    desk.remote.fail_next(kind)
    desk.remote.read_faults.append(platform_error(PlatformErrorKind.UNKNOWN_OUTCOME))
    desk.deliver()
    assert code(screen.post(f"/messages/{message}/cancel")) == (409, refused)


def test_taking_back_reopens_the_request(desk: Desk, screen: Browser) -> None:
    message = send(screen, desk.request, "一").get_json()["id"]
    screen.post(f"/messages/{message}/cancel")
    request = screen.get(f"/service-requests/{desk.request.id}").get_json()
    assert request["status"] == "open"
    assert request["waiting_since"] is not None


def test_only_a_failed_reply_is_retried(desk: Desk, screen: Browser) -> None:
    message = send(screen, desk.request, "您好").get_json()["id"]
    assert code(screen.post(f"/messages/{message}/retry")) == (409, "not_failed")
    desk.remote.fail_next(PlatformErrorKind.REJECTED)
    desk.deliver()
    shown = screen.get(f"/conversations/{desk.request.conversation_id}/messages").get_json()["items"][-1]
    assert (shown["state"], shown["error"]["code"]) == ("failed", "rejected")
    assert shown["error"]["detail"] == (desk.outbound(message).error_detail or "")
    assert screen.post(f"/messages/{message}/retry").get_json()["state"] == "queued"
    desk.deliver()
    assert desk.state(message) == "sent"


def test_only_an_unknown_outcome_is_settled_by_a_person(wechat_desk: Desk, open_browser: Open) -> None:
    desk, screen = wechat_desk, open_browser(wechat_desk.operator)
    message = send(screen, desk.private, "您好").get_json()["id"]
    assert code(screen.post(f"/messages/{message}/outcome", {"outcome": "sent"})) == (409, "outcome_known")
    desk.remote.fail_next(PlatformErrorKind.UNKNOWN_OUTCOME)
    desk.deliver()
    settled = screen.post(f"/messages/{message}/outcome", {"outcome": "not_sent"}).get_json()
    assert (settled["state"], settled["error"]["code"]) == ("failed", "not_sent")
    assert screen.post(f"/messages/{message}/retry").get_json()["state"] == "queued"
    desk.deliver()
    assert desk.remote.texts() == ["您好"]


def test_ids_inside_the_body_belong_to_the_conversation(desk: Desk, screen: Browser, make: Make) -> None:
    other = make.request(desk.account, "另一位客户的问题，请看看")
    foreign_agency = make.agency()
    foreign = make.request(make.account(foreign_agency, make.team(foreign_agency)), "别家客户的问题")
    path = screen.get(f"/conversations/{other.conversation_id}/messages").get_json()["items"][0]["id"]
    assert code(send(screen, desk.request, "您好", service_request_id=other.id)) == (404, "not_found")
    assert code(send(screen, desk.request, "您好", service_request_id=foreign.id)) == (404, "not_found")
    assert code(send(screen, desk.request, "您好", in_reply_to=path)) == (422, "no_such_target")
    assert desk.remote.texts() == []


def test_unknown_fields_and_lanes_are_refused(desk: Desk, screen: Browser) -> None:
    assert code(send(screen, desk.request, "您好", state="sent")) == (422, "invalid")
    assert code(send(screen, desk.request, "您好", lane="internal")) == (422, "invalid")
    assert code(send(screen, desk.request, "您好", idempotency_key="short")) == (422, "invalid")


def test_a_reply_belongs_to_whoever_answers_first(desk: Desk, open_browser: Open) -> None:
    waiting = desk.make.request(desk.account, "没人管吗？急")
    desk.make.unassign(waiting)
    lead = desk.make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR)
    assert send(open_browser(lead), waiting, "我来处理").status_code == 202
    view = open_browser(lead).get(f"/service-requests/{waiting.id}").get_json()
    assert view["assignee"]["id"] == lead.id


def test_a_note_is_for_colleagues_and_never_leaves(desk: Desk, screen: Browser) -> None:
    key = uuid.uuid4().hex
    path = f"/conversations/{desk.request.conversation_id}/notes"
    notes = [screen.post(path, {"text": "客户很急 13812345678", "idempotency_key": key}) for _ in range(2)]
    assert [note.status_code for note in notes] == [201, 201]
    assert notes[0].get_json()["id"] == notes[1].get_json()["id"]
    assert (notes[0].get_json()["direction"], notes[0].get_json()["lane"]) == ("note", "internal")
    desk.deliver()
    assert desk.remote.texts() == []


def test_nul_and_half_a_character_are_refused(desk: Desk, screen: Browser) -> None:
    assert code(send(screen, desk.request, "您\x00好")) == (422, "invalid")
    assert send(screen, desk.request, "您好 \ud83d").status_code == 422


def test_a_change_of_the_same_moment_does_not_cost_the_operator_the_reply(desk: Desk) -> None:
    """The request's row is changed by somebody else between the reply's look at it and its own change."""
    with ThreadPoolExecutor(1) as hand:
        with open_context(desk.runtime, LISTENER) as ctx:
            request = ctx.session.get_one(ServiceRequest, desk.request.id)
            lifecycle.mark_read(ctx, [request], request.last_number)
            written = hand.submit(desk.write, "马上为您处理")
            with pytest.raises(TimeoutError):
                written.result(0.5)
        assert written.result(60).state == "queued"
