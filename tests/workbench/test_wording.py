"""What a reply may say in its lane: personal data in public, other people's names in private."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import AuditLog, Operator, ServiceRequest
from app.workbench.policies import masked, personal_data
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.support.processor import usual_seconds
from tests.workbench.desk import Desk
from tests.workbench.test_replies import code, send


@pytest.mark.parametrize(
    "text",
    [
        "@amy@mail.example 您好",
        "您好 @amy.lee@far.example，已登记",
        "订单号13812345678已受理",
        "您的工单编号：13812345678",
        "运单 13812345678 今天到",
        "投诉编号13812345678",
        "单号 LK-13812345678",
        "order no. 13812345678",
        "详情见 https://shop.example/p?tel=13812345678",
        "详情见 shop.example/p/13812345678",
        "https://shop.example/?mail=someone@example.com",
        "流水号138123456789",
        "1399元/3000分钟/5000",
        "2024/11/12 13:55:01",
        "1580-1680-1780-1",
        "订单号4111111111111111",
        "4111111111111112",
        "营业时间 13:30-17:30，400元",
        "资费139、159、199、29元",
        "二〇二四年十一月十二日十三时",
        "第一百三十八条",
    ],
)
def test_handles_links_and_our_own_numbers_are_nobodys_data(text: str) -> None:
    """Case B9."""
    assert personal_data(text) == []


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("请拨打 13812345678 找小王", "请拨打 138****5678 找小王"),
        ("😀 +86 138-1234-5678", "😀 138****5678"),
        ("138.1234.5678", "138****5678"),
        ("138_1234_5678", "138****5678"),
        ("1-3-8-1-2-3-4-5-6-7-8", "138****5678"),
        ("身份证 110105 19491231 002X", "身份证 110*************2X"),
        ("110105-1949-12-31-002X", "110*************2X"),
        ("幺三八一二三四五六七八", "138****5678"),
        ("电话：一三八 一二三四 五六七八", "电话：138****5678"),
        ("壹叁捌幺二三四五六七八", "138****5678"),
        ("①③⑧①②③④⑤⑥⑦⑧", "138****5678"),
        ("138*1234*5678", "138****5678"),
        ("138 - 1234 - 5678", "138****5678"),
        ("138\u200b1234\u200b5678", "138****5678"),
        ("1|3|8|1|2|3|4|5|6|7|8", "138****5678"),
        ("0086 138 1234 5678", "138****5678"),
        ("一一零一零五一九四九一二三一零零二X", "110*************2X"),
        ("卡号6222 0212 3456 7890 128", "卡号622**************28"),
        ("四一一一 一一一一 一一一一 一一一一", "411***********11"),
        ("快递电话13812345678", "快递电话138****5678"),
        ("投诉13812345678", "投诉138****5678"),
        ("vx13812345678", "vx138****5678"),
        ("身份证11010519491231002X", "身份证110*************2X"),
        ("someone@example.com 或 13812345678", "s***@example.com 或 138****5678"),
        ("发到 someone＠example.com", "发到 s***@example.com"),
        ("订单号13812345678，联系电话13912345678", "订单号13812345678，联系电话139****5678"),
    ],
)
def test_what_remains_is_named_with_its_place_and_can_be_masked(text: str, hidden: str) -> None:
    """Cases B9 and G13."""
    found = personal_data(text)
    assert found
    assert all(piece.text == text[piece.begin : piece.end].strip() for piece in found)
    assert masked(text) == hidden
    assert personal_data(hidden) == [] or "example.com" in hidden


def test_a_person_may_send_it_masked(desk: Desk, screen: Browser) -> None:
    """Case G13: without a private lane there is a way on."""
    refused = send(screen, desk.request, "请拨打 13812345678").get_json()
    assert refused["found"] == [
        {"kind": "phone", "text": "13812345678", "begin": 4, "end": 15, "masked": "138****5678"}
    ]
    assert refused["offers"] == ["mask", "confirm"]
    answer = send(screen, desk.request, refused["masked_text"])
    assert (answer.status_code, answer.get_json()["text"]) == (202, "请拨打 138****5678")


def test_a_person_may_answer_for_it_with_a_reason(desk: Desk, screen: Browser) -> None:
    """Cases B9 and G13: the reason is kept, the data is not."""
    why = {"confirmed": True, "reason": "门店公开的服务号码"}
    answer = send(screen, desk.request, "请拨打 13812345678", personal_data=why)
    assert answer.status_code == 202
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.scalars(
            select(AuditLog).where(AuditLog.action == "reply.personal_data_confirmed")
        ).all()
    assert [row.detail for row in rows] == [{"kinds": ["phone"], "reason": "门店公开的服务号码"}]
    assert rows[0].object_id == str(answer.get_json()["id"])


@pytest.mark.parametrize(
    "why", [{"confirmed": False, "reason": "就是要发"}, {"confirmed": True, "reason": ""}, {}]
)
def test_a_confirmation_without_a_reason_is_none(desk: Desk, screen: Browser, why: dict[str, object]) -> None:
    assert send(screen, desk.request, "请拨打 13812345678", personal_data=why).status_code == 422


def test_nothing_is_noted_where_nothing_had_to_be_confirmed(desk: Desk, screen: Browser) -> None:
    why = {"confirmed": True, "reason": "习惯性填写"}
    assert send(screen, desk.request, "您好", personal_data=why).status_code == 202
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        actions = ctx.session.scalars(select(AuditLog.action)).all()
    assert "reply.personal_data_confirmed" not in actions


@pytest.fixture
def social(make: Make, clock: ManualClock, remote: Remote) -> Desk:
    return Desk(make, clock, remote, platform="mastodon")


def _direct(desk: Desk) -> ServiceRequest:
    target = {"status_id": "9", "acct": "amy", "visibility": "direct", "user_id": "31"}
    return desk.make.request(desk.account, "我的宽带", author="31", lane=Lane.PRIVATE, context=target)


def test_a_private_reply_that_names_a_third_person_is_refused(
    social: Desk, open_browser: Callable[[Operator | None], Browser]
) -> None:
    """Case B8: who is named in a direct message can read it, so "only they can see it" would be untrue."""
    screen, request = open_browser(social.operator), _direct(social)
    answer = send(screen, request, "@amy 请联系 @bob@far.example 处理")
    assert code(answer) == (422, "private_reply_names_others")
    assert answer.get_json()["named"] == ["@bob@far.example"]
    again = send(screen, request, answer.get_json()["plain_text"])
    assert (again.status_code, again.get_json()["text"]) == (202, "@amy 请联系 bob far.example 处理")


def test_the_customers_own_name_and_others_mail_are_no_third_person(
    social: Desk, open_browser: Callable[[Operator | None], Browser]
) -> None:
    screen, request = open_browser(social.operator), _direct(social)
    assert send(screen, request, "@amy 请写信到 help@far.example").status_code == 202


def test_on_weibo_a_name_in_a_private_message_reaches_nobody(desk: Desk, screen: Browser) -> None:
    assert send(screen, desk.private, "请联系 @云岭客服").status_code == 202


@pytest.mark.parametrize("choice", [{"visibility": "public"}, {"content_warning": "抱怨"}])
def test_a_platform_without_warnings_and_visibility_refuses_them(
    desk: Desk, screen: Browser, choice: dict[str, str]
) -> None:
    """Case B19: nothing is taken that would be left out silently."""
    answer = send(screen, desk.request, "您好", **choice)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (422, list(choice))
    lane = screen.get(f"/conversations/{desk.request.conversation_id}").get_json()["lanes"]["public"]
    assert (lane["content_warning"], lane["visibility"], lane["visibilities"]) == (None, None, [])


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 8000,
        "1-3" * 8000,
        "a." * 8000,
        "13800138" * 2000,
        "1--3--" * 3000,
        "a.b-" * 4000,
        "一三八" * 5000,
        "1*" * 8000,
        "6 " * 8000,
    ],
)
def test_hostile_text_is_looked_through_at_once(text: str) -> None:
    assert usual_seconds(lambda: personal_data(text), enough=0.1) < 0.1
