"""The Weibo adapter against scripted answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.adapters.types import (
    AccountRef,
    Budget,
    Credentials,
    HealthState,
    Lane,
    SendKind,
    SendRequest,
    SendState,
)
from app.adapters.weibo import WeiboAdapter
from app.core.errors import PlatformError, PlatformErrorKind
from tests.adapters.support import NOW, ScriptedPlatform, breaks, form_of, json_response
from tests.adapters.weibo.payloads import BRAND, comment, listing, status

TOKEN = "2.00secretsecret"
ACCOUNT = AccountRef(
    "weibo", BRAND, credentials=Credentials({"app_key": "1", "app_secret": "s", "access_token": TOKEN})
)
MENTIONS, TO_ME, BY_ME = "/2/statuses/mentions.json", "/2/comments/to_me.json", "/2/comments/by_me.json"
REPLY, CREATE, MESSAGE = "/2/comments/reply.json", "/2/comments/create.json", "/2/messages/reply.json"


@pytest.fixture
def platform() -> ScriptedPlatform:
    return ScriptedPlatform()


@pytest.fixture
def adapter(platform: ScriptedPlatform) -> WeiboAdapter:
    return WeiboAdapter(platform.services)


def answer_to(comment_id: str = "42", text: str = "您好，已为您登记", **more: Any) -> SendRequest:
    target = {"status_id": "5270000000000001", "comment_id": comment_id}
    fields: dict[str, Any] = {"target": target, "actor_ip": "203.0.113.9", **more}
    return SendRequest(Lane.PUBLIC, SendKind.COMMENT, text, "op-1", **fields)


def error_body(code: int | str) -> dict[str, Any]:
    return {"request": "/2/x.json", "error_code": code, "error": "scripted"}


def kind_of(adapter: WeiboAdapter, request: SendRequest) -> PlatformErrorKind:
    with pytest.raises(PlatformError) as caught:
        adapter.send(ACCOUNT, request)
    return caught.value.kind


def test_mentions_are_read_with_the_token_in_the_header_only(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers(MENTIONS, listing("statuses", status(5271234567890123)), listing("statuses"))
    page = adapter.poll("mentions", ACCOUNT, None, Budget(3))
    assert [item.external_id for item in page.items] == ["status:5271234567890123"]
    request = platform.sent(MENTIONS)[0]
    assert request.headers["authorization"] == f"OAuth2 {TOKEN}"
    assert TOKEN not in str(request.url)


def test_the_second_poll_asks_only_for_what_is_new(platform: ScriptedPlatform, adapter: WeiboAdapter) -> None:
    known, fresh = status(5271234567890123), status(5271234567890200)
    platform.answers(MENTIONS, listing("statuses", known), listing("statuses"), listing("statuses"))
    first = adapter.poll("mentions", ACCOUNT, None, Budget(5))
    platform.answers(MENTIONS, listing("statuses", fresh, known))
    second = adapter.poll("mentions", ACCOUNT, first.next_cursor, Budget(5))
    assert [item.external_id for item in second.items] == ["status:5271234567890200"]
    assert (second.cost, second.has_more) == (1, False)


def test_a_bare_list_in_place_of_the_object_is_an_empty_page(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers(TO_ME, lambda request: json_response([]))
    assert adapter.poll("comments", ACCOUNT, None, Budget(1)).items == ()


def test_a_cut_text_is_completed_within_the_budget(platform: ScriptedPlatform, adapter: WeiboAdapter) -> None:
    cut = status(5271234567890123, "开头...全文： http://m.weibo.cn/1/5271234567890123 ", isLongText=True)
    whole = {**cut, "longText": {"longTextContent": "开头和后面所有的话"}}
    platform.answers(MENTIONS, listing("statuses", cut), listing("statuses"), listing("statuses"))
    platform.answers("/2/statuses/show.json", whole)
    page = adapter.poll("mentions", ACCOUNT, None, Budget(1))
    assert [(item.text, item.is_cut) for item in page.items] == [("开头和后面所有的话", False)]
    assert page.cost == 2


def test_a_cut_text_waits_for_the_next_polls_budget_and_is_then_given_whole(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    cuts = [
        status(5271234567890100 + n, "开头...全文： http://m.weibo.cn/1/2 ", isLongText=True)
        for n in range(3)
    ]
    by_id = {str(cut["id"]): {**cut, "longText": {"longTextContent": f"全文{cut['id']}"}} for cut in cuts}
    platform.answers(MENTIONS, listing("statuses", *cuts), listing("statuses"))
    platform.answers("/2/statuses/show.json", lambda request: json_response(by_id[request.url.params["id"]]))
    seen: dict[str, str] = {}
    cursor: Any = None
    more = True
    while more:
        page = adapter.poll("mentions", ACCOUNT, cursor, Budget(3, detail_calls=1))
        seen |= {item.external_id: item.text for item in page.items}
        cursor, more = page.next_cursor, page.has_more
    assert seen == {f"status:{number}": f"全文{number}" for number in by_id}


def test_a_cut_text_that_cannot_be_completed_is_given_as_it_is(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    cut = status(5271234567890123, "开头...全文： http://m.weibo.cn/1/2 ", isLongText=True)
    platform.answers(MENTIONS, listing("statuses", cut), listing("statuses"))
    platform.answers("/2/statuses/show.json", lambda request: httpx.Response(503))
    page = adapter.poll("mentions", ACCOUNT, None, Budget(3))
    assert (page.items, page.has_more) == ((), False)
    platform.clock.advance(601)
    (item,) = adapter.poll("mentions", ACCOUNT, page.next_cursor, Budget(3)).items
    assert (item.external_id, item.is_cut) == ("status:5271234567890123", True)
    assert item.text.startswith("开头")
    platform.answers(MENTIONS, listing("statuses", cut))
    platform.answers("/2/statuses/show.json", lambda request: json_response(error_body(10014), 403))
    (refused,) = adapter.poll("mentions", ACCOUNT, None, Budget(1)).items
    assert refused.is_cut
    platform.answers("/2/statuses/show.json", lambda request: json_response(error_body(20101), 400))
    (gone,) = adapter.poll("mentions", ACCOUNT, None, Budget(1)).items
    assert (gone.deleted, gone.is_cut) == (True, False)


def test_an_unknown_stream_is_a_missing_capability(adapter: WeiboAdapter) -> None:
    with pytest.raises(PlatformError) as caught:
        adapter.poll("horoscopes", ACCOUNT, None, Budget())
    assert caught.value.kind is PlatformErrorKind.CAPABILITY_MISSING


def test_an_answer_to_a_comment_names_both_ids_and_the_operators_address(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers(REPLY, comment(5271999, "回复@翠湖边的阿杰:您好，已为您登记"))
    result = adapter.send(ACCOUNT, answer_to())
    assert (result.external_id, result.state) == ("comment:5271999", SendState.DONE)
    form = form_of(platform.sent(REPLY)[0])
    assert (form["id"], form["cid"], form["rip"]) == ("5270000000000001", "42", "203.0.113.9")


def test_a_mentioning_status_is_answered_below_it(platform: ScriptedPlatform, adapter: WeiboAdapter) -> None:
    platform.answers(CREATE, comment(5272000))
    adapter.send(ACCOUNT, answer_to(target={"status_id": "61"}))
    assert form_of(platform.sent(CREATE)[0])["id"] == "61"


def test_a_private_answer_goes_to_the_fan_service_as_json_text(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers(MESSAGE, {"result": True, "sender_id": 1, "type": "text"})
    target = {"user_id": "2088100200"}
    request = SendRequest(
        Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, "请私信号码", "op", target, actor_ip="203.0.113.9"
    )
    assert adapter.send(ACCOUNT, request).external_id is None
    form = form_of(platform.sent(MESSAGE)[0])
    assert (form["receiver_id"], form["data"]) == ("2088100200", '{"text": "请私信号码"}')


def test_what_the_platform_would_refuse_is_not_sent(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    assert kind_of(adapter, answer_to(actor_ip=None)) is PlatformErrorKind.REJECTED
    assert kind_of(adapter, answer_to(actor_ip="::1")) is PlatformErrorKind.REJECTED
    assert kind_of(adapter, answer_to(text="长" * 141)) is PlatformErrorKind.REJECTED
    assert kind_of(adapter, answer_to(text="  ")) is PlatformErrorKind.REJECTED
    assert platform.requests == []


def test_an_ordinary_app_posts_through_share_with_its_link(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    account = AccountRef(
        "weibo",
        BRAND,
        credentials=ACCOUNT.credentials,
        settings={"app_level": "ordinary", "bound_domain": "yunling.example"},
    )
    plain = SendRequest(Lane.PUBLIC, SendKind.POST, "今晚升级", "op", actor_ip="203.0.113.9")
    assert [v.code for v in adapter.validate(account, plain)] == ["missing_bound_link"]
    linked = SendRequest(
        Lane.PUBLIC, SendKind.POST, "今晚升级 https://yunling.example/n", "op", actor_ip="203.0.113.9"
    )
    platform.answers("/2/statuses/share.json", status(5273000))
    assert adapter.send(account, linked).external_id == "status:5273000"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (21327, PlatformErrorKind.AUTH_EXPIRED),
        ("21332", PlatformErrorKind.AUTH_EXPIRED),
        (10023, PlatformErrorKind.RATE_LIMITED),
        (10022, PlatformErrorKind.RATE_LIMITED),
        (20016, PlatformErrorKind.RATE_LIMITED),
        (20019, PlatformErrorKind.DUPLICATE),
        (20101, PlatformErrorKind.NOT_FOUND),
        (20021, PlatformErrorKind.REJECTED),
        (10014, PlatformErrorKind.CAPABILITY_MISSING),
        (20031, PlatformErrorKind.HUMAN_CHECK),
        (20206, PlatformErrorKind.RECIPIENT_REFUSED),
        (10001, PlatformErrorKind.UNKNOWN_OUTCOME),
        (10999, PlatformErrorKind.UNKNOWN_OUTCOME),
        (29999, PlatformErrorKind.REJECTED),
        ("garbage", PlatformErrorKind.UNKNOWN_OUTCOME),
    ],
)
def test_error_codes_become_kinds(
    platform: ScriptedPlatform, adapter: WeiboAdapter, code: int | str, kind: PlatformErrorKind
) -> None:
    platform.answers(REPLY, lambda request: json_response(error_body(code), 403))
    assert kind_of(adapter, answer_to()) is kind


def test_the_fan_services_own_error_fields_are_understood(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers(MESSAGE, {"errcode": "20305", "errmsg": "not allowed"})
    request = SendRequest(
        Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, "您好", "op", {"user_id": "5"}, actor_ip="203.0.113.9"
    )
    assert kind_of(adapter, request) is PlatformErrorKind.WINDOW_CLOSED


def test_a_used_up_quota_says_when_it_is_worth_trying_again(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers(MENTIONS, lambda request: json_response(error_body(10023), 403))
    with pytest.raises(PlatformError) as caught:
        adapter.poll("mentions", ACCOUNT, None, Budget())
    assert caught.value.retry_at == NOW + timedelta(hours=1)


def test_a_429_is_obeyed_by_its_header(platform: ScriptedPlatform, adapter: WeiboAdapter) -> None:
    platform.answers(MENTIONS, lambda request: httpx.Response(429, headers={"retry-after": "90"}))
    with pytest.raises(PlatformError) as caught:
        adapter.poll("mentions", ACCOUNT, None, Budget())
    assert caught.value.kind is PlatformErrorKind.RATE_LIMITED
    assert caught.value.retry_at == NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("fault", "reading", "writing"),
    [
        (breaks(httpx.ConnectError), PlatformErrorKind.TEMPORARY, PlatformErrorKind.TEMPORARY),
        (breaks(httpx.ReadTimeout), PlatformErrorKind.TEMPORARY, PlatformErrorKind.UNKNOWN_OUTCOME),
        (breaks(httpx.WriteError), PlatformErrorKind.TEMPORARY, PlatformErrorKind.UNKNOWN_OUTCOME),
        (
            lambda request: httpx.Response(502, text="<html>Bad Gateway</html>"),
            PlatformErrorKind.TEMPORARY,
            PlatformErrorKind.UNKNOWN_OUTCOME,
        ),
        (
            lambda request: httpx.Response(200, text='{"id": 5271, "te'),
            PlatformErrorKind.TEMPORARY,
            PlatformErrorKind.UNKNOWN_OUTCOME,
        ),
    ],
    ids=["connect", "read-timeout", "cut-while-writing", "gateway", "half-body"],
)
def test_a_write_whose_fate_is_open_is_never_called_a_failure(
    platform: ScriptedPlatform,
    adapter: WeiboAdapter,
    fault: Any,
    reading: PlatformErrorKind,
    writing: PlatformErrorKind,
) -> None:
    platform.answers(REPLY, fault)
    platform.answers(MENTIONS, fault)
    assert kind_of(adapter, answer_to()) is writing
    with pytest.raises(PlatformError) as caught:
        adapter.poll("mentions", ACCOUNT, None, Budget())
    assert caught.value.kind is reading
    assert TOKEN not in f"{caught.value!r} {caught.value.raw}"


def test_a_delayed_publication_counts_as_accepted(platform: ScriptedPlatform, adapter: WeiboAdapter) -> None:
    platform.answers(REPLY, lambda request: json_response(error_body(20032), 403))
    result = adapter.send(ACCOUNT, answer_to())
    assert (result.external_id, result.state) == (None, SendState.ACCEPTED)


def test_reading_back_finds_the_answer_that_did_arrive(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    ours = comment(5271999, "回复@翠湖边的阿杰:您好，已为您登记", NOW)
    platform.answers(BY_ME, listing("comments", ours))
    found = adapter.reconcile(ACCOUNT, answer_to(), NOW - timedelta(seconds=20))
    assert found is not None
    assert found.external_id == "comment:5271999"


def test_reading_back_is_not_taken_in_by_the_same_words_elsewhere_or_earlier(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    elsewhere = comment(5271998, "您好，已为您登记", NOW, status=status(99))
    other = comment(5271997, "您好，已为您登记", NOW, reply_comment={"id": 7, "text": "x"})
    earlier = comment(5271996, "您好，已为您登记", NOW - timedelta(hours=2))
    platform.answers(BY_ME, listing("comments", elsewhere, other, earlier))
    assert adapter.reconcile(ACCOUNT, answer_to(), NOW - timedelta(seconds=20)) is None


def test_reading_back_does_not_take_another_of_our_answers_for_this_one(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    ours = comment(5271999, "您好，已为您登记", NOW - timedelta(seconds=60))
    platform.answers(BY_ME, listing("comments", ours), listing("comments"))
    request = answer_to(known_ids=frozenset({"comment:5271999"}))
    assert adapter.reconcile(ACCOUNT, request, NOW - timedelta(seconds=20)) is None


def test_absence_right_after_the_attempt_proves_nothing(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers(BY_ME, listing("comments"))
    with pytest.raises(PlatformError) as caught:
        adapter.reconcile(ACCOUNT, answer_to(), NOW - timedelta(seconds=1))
    assert caught.value.kind is PlatformErrorKind.TEMPORARY
    assert caught.value.retry_at is not None


def test_a_private_message_cannot_be_read_back(adapter: WeiboAdapter) -> None:
    request = SendRequest(Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, "您好", "op", {"user_id": "5"})
    with pytest.raises(PlatformError) as caught:
        adapter.reconcile(ACCOUNT, request, NOW - timedelta(minutes=5))
    assert caught.value.kind is PlatformErrorKind.UNKNOWN_OUTCOME


def test_deleting_what_is_already_gone_succeeds(platform: ScriptedPlatform, adapter: WeiboAdapter) -> None:
    platform.answers("/2/comments/destroy.json", lambda request: json_response(error_body(20201), 400))
    adapter.delete(ACCOUNT, "comment:5271999")
    assert form_of(platform.sent("/2/comments/destroy.json")[0]) == {"cid": "5271999"}


def test_health_tells_of_a_token_that_will_soon_die(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers("/oauth2/get_token_info", {"uid": int(BRAND), "expire_in": 3600})
    platform.answers("/2/account/rate_limit_status.json", {"user_limit": 150, "remaining_user_hits": 9})
    health = adapter.check_account(ACCOUNT)
    assert (health.state, health.advice) == (HealthState.EXPIRING, "reconnect_soon")
    assert (health.expires_at, health.quota_remaining) == (NOW + timedelta(hours=1), 9)


def test_health_of_an_expired_token_says_what_to_do(
    platform: ScriptedPlatform, adapter: WeiboAdapter
) -> None:
    platform.answers("/oauth2/get_token_info", lambda request: json_response(error_body(21327), 400))
    health = adapter.check_account(ACCOUNT)
    assert (health.state, health.advice) == (HealthState.RECONNECT, "reconnect")


def test_every_call_is_observed_without_secrets(platform: ScriptedPlatform, adapter: WeiboAdapter) -> None:
    platform.answers(MENTIONS, listing("statuses"))
    adapter.poll("mentions", ACCOUNT, None, Budget())
    (record,) = platform.records
    assert (record.platform, record.operation, record.outcome) == ("weibo", "statuses/mentions", "ok")
    assert TOKEN not in repr(record)
