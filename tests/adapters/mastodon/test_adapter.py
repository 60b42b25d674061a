"""The Mastodon adapter against scripted answers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.adapters.capabilities import Idempotency
from app.adapters.mastodon import MastodonAdapter
from app.adapters.types import (
    AccountRef,
    Budget,
    Credentials,
    HealthState,
    ItemKind,
    Lane,
    OutboundMedia,
    SendKind,
    SendRequest,
    Trigger,
)
from app.core.errors import PlatformError, PlatformErrorKind
from tests.adapters.mastodon.payloads import mention, person, status
from tests.adapters.support import NOW, ScriptedPlatform, breaks, json_response

ACCOUNT = AccountRef(
    "mastodon", "77", {"api": "https://social.example/"}, Credentials({"access_token": "tok"})
)
NOTES, POST = "/api/v1/notifications", "/api/v1/statuses"
OWN = "/api/v1/accounts/77/statuses"


@pytest.fixture
def platform() -> ScriptedPlatform:
    return ScriptedPlatform()


@pytest.fixture
def adapter(platform: ScriptedPlatform) -> MastodonAdapter:
    return MastodonAdapter(platform.services)


def reply(text: str = "您好", **more: Any) -> SendRequest:
    target = {"status_id": "501", "acct": "lin@far.example", "visibility": "unlisted", "user_id": "901"}
    return SendRequest(Lane.PUBLIC, SendKind.COMMENT, text, "op-7", target, **more)


def body_of(request: httpx.Request) -> dict[str, Any]:
    return dict(json.loads(request.content))


def test_first_contact_reads_back_and_later_polls_read_upward(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    fresh = mention("30", status("530"))
    old = mention("20", status("520", at=NOW - timedelta(days=30)))
    platform.answers(NOTES, [fresh], [old], [])
    first = adapter.poll("mentions", ACCOUNT, None, Budget(5))
    assert [item.external_id for item in first.items] == ["status:530"]
    assert not first.has_more
    platform.answers(NOTES, [mention("31", status("531"))])
    second = adapter.poll("mentions", ACCOUNT, first.next_cursor, Budget(5))
    assert [item.external_id for item in second.items] == ["status:531"]
    assert platform.sent(NOTES)[-1].url.params["min_id"] == "0", "a short list is read from its bottom"
    assert second.next_cursor["newest"] == "31"


def test_a_gap_is_climbed_page_by_page_within_the_budget(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    stored = [mention(str(number), status(f"5{number}")) for number in range(100, 200)]

    def serve(request: httpx.Request) -> httpx.Response:
        above = int(request.url.params["min_id"])
        page = [entry for entry in stored if int(entry["id"]) > above][:20]
        return json_response(page[::-1])

    platform.answers(NOTES, serve)
    cursor: Any = {"newest": "99", "back": None}
    seen: list[str] = []
    for _ in range(20):
        page = adapter.poll("mentions", ACCOUNT, cursor, Budget(2))
        assert page.cost <= 2
        cursor = page.next_cursor
        seen += [item.external_id for item in page.items]
        if not page.has_more:
            break
    assert set(seen) == {f"status:5{number}" for number in range(100, 200)}
    assert len(seen) == 100


def test_ids_of_other_servers_are_ordered_by_length_then_text(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    platform.answers(NOTES, [mention("01J9C6K86PKZ5GY5WXV94DGH6R", status("a"))], [])
    page = adapter.poll("mentions", ACCOUNT, {"newest": "01F8MH75CBF9JFX4ZAD54N0W0R"}, Budget())
    assert page.next_cursor["newest"] == "01J9C6K86PKZ5GY5WXV94DGH6R"


def test_a_direct_mention_is_private(platform: ScriptedPlatform, adapter: MastodonAdapter) -> None:
    platform.answers(NOTES, [mention("30", status("530", visibility="direct"))], [])
    (item,) = adapter.poll("mentions", ACCOUNT, None, Budget()).items
    assert (item.kind, item.lane, item.trigger) == (ItemKind.PRIVATE_MESSAGE, Lane.PRIVATE, Trigger.MESSAGE)
    assert item.thread_key == "dm:901"
    assert item.author is not None
    assert (item.author.followers, item.author.description) == (None, "住在昆明")


def test_a_mention_whose_status_is_gone_is_kept(platform: ScriptedPlatform, adapter: MastodonAdapter) -> None:
    platform.answers(NOTES, [{"id": "30", "type": "mention", "account": None, "status": None}], [])
    (item,) = adapter.poll("mentions", ACCOUNT, None, Budget()).items
    assert (item.kind, item.reason) == (ItemKind.UNKNOWN, "mention_without_status")


def test_events_include_types_nobody_knows_yet(platform: ScriptedPlatform, adapter: MastodonAdapter) -> None:
    follow = {"id": "40", "type": "follow", "created_at": NOW.isoformat(), "account": person()}
    odd = {"id": "41", "type": "quoted_dream", "created_at": NOW.isoformat(), "account": person()}
    platform.answers(NOTES, [odd, follow], [])
    items = adapter.poll("events", ACCOUNT, None, Budget()).items
    assert {(item.kind, item.event) for item in items} == {
        (ItemKind.UNKNOWN, "quoted_dream"),
        (ItemKind.EVENT, "follow"),
    }


def test_an_answer_mentions_its_person_and_keeps_the_visibility(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    platform.answers(POST, status("600", account=person("77", "us")))
    result = adapter.send(ACCOUNT, reply())
    assert result.external_id == "status:600"
    (request,) = platform.sent(POST)
    assert body_of(request) == {
        "status": "@lin@far.example 您好",
        "visibility": "unlisted",
        "in_reply_to_id": "501",
    }
    assert request.headers["idempotency-key"] == "op-7"
    assert request.headers["user-agent"]
    assert request.headers["authorization"] == "Bearer tok"


def test_a_private_answer_is_always_direct(platform: ScriptedPlatform, adapter: MastodonAdapter) -> None:
    platform.answers(POST, status("601"))
    target = {"status_id": "501", "acct": "lin", "visibility": "public"}
    adapter.send(ACCOUNT, SendRequest(Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, "号码已收到", "op", target))
    assert body_of(platform.sent(POST)[0])["visibility"] == "direct"


def private(text: str, acct: str = "amy") -> SendRequest:
    target = {"status_id": "501", "acct": acct, "visibility": "direct", "user_id": "901"}
    return SendRequest(Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, text, "op-8", target)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("您好", "@amy 您好"),
        ("@amy您好", "@amy您好"),
        ("@Amy 您好", "@Amy 您好"),
        ("您好 @amy", "@amy 您好 @amy"),
        ("写信到 amy@amy.example", "@amy 写信到 amy@amy.example"),
        ("看 https://social.example/@amy", "@amy 看 https://social.example/@amy"),
    ],
)
def test_whom_we_answer_is_named_first(
    platform: ScriptedPlatform, adapter: MastodonAdapter, text: str, sent: str
) -> None:
    """Case B7."""
    platform.answers(POST, {"id": "601"})
    adapter.send(ACCOUNT, private(text))
    assert body_of(platform.requests[-1])["status"] == sent


@pytest.mark.parametrize(
    ("text", "acct", "others"),
    [
        ("请联系 @bob", "amy", ["bob"]),
        ("@amy_lee 您好", "amy", ["amy_lee"]),
        ("@amy-lee 您好", "amy", ["amy-lee"]),
        ("@amy@elsewhere.example 您好", "amy", ["amy@elsewhere.example"]),
        ("@amy 您好", "amy@far.example", ["amy"]),
        ("您好@bob@far.example，请问", "amy", ["bob@far.example"]),
        ("(@bob)", "amy", ["bob"]),
        ("@amy@social.example 您好", "amy", []),
        ("bob@far.example", "amy", []),
        ("https://far.example/@bob", "amy", []),
    ],
)
def test_a_private_answer_that_names_others_is_not_sent(
    platform: ScriptedPlatform, adapter: MastodonAdapter, text: str, acct: str, others: list[str]
) -> None:
    """Cases B7 and B8: looked at again at the moment of sending."""
    found = [
        v.details["names"] for v in adapter.validate(ACCOUNT, private(text, acct)) if v.code == "names_others"
    ]
    assert found == ([others] if others else [])
    if others:
        with pytest.raises(PlatformError) as refused:
            adapter.send(ACCOUNT, private(text, acct))
        assert refused.value.kind is PlatformErrorKind.REJECTED
        assert not platform.requests


def test_the_mention_counts_towards_the_limit(adapter: MastodonAdapter) -> None:
    account = AccountRef("mastodon", "77", ACCOUNT.base_urls, ACCOUNT.credentials, {"max_characters": 10})
    assert adapter.validate(account, reply("一二三四五")) == []
    assert [v.code for v in adapter.validate(account, reply("一二三四五六"))] == ["too_long"]


def test_a_file_is_awaited_until_the_server_has_processed_it(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    platform.answers("/api/v2/media", lambda request: json_response({"id": "m1", "url": None}, 202))
    platform.answers(
        "/api/v1/media/m1",
        lambda request: json_response({"id": "m1", "url": None}, 206),
        {"id": "m1", "url": "https://social.example/m1.png"},
    )
    platform.answers(POST, status("602"))
    picture = OutboundMedia("image", b"\x89PNG", "a.png", "image/png", description="光猫指示灯")
    adapter.send(ACCOUNT, reply(media=(picture,)))
    assert body_of(platform.sent(POST)[0])["media_ids"] == ["m1"]
    assert len(platform.sent("/api/v1/media/m1")) == 2


@pytest.mark.parametrize(
    ("state", "headers", "reading", "writing"),
    [
        (401, {}, PlatformErrorKind.AUTH_EXPIRED, PlatformErrorKind.AUTH_EXPIRED),
        (403, {}, PlatformErrorKind.CAPABILITY_MISSING, PlatformErrorKind.CAPABILITY_MISSING),
        (404, {}, PlatformErrorKind.NOT_FOUND, PlatformErrorKind.NOT_FOUND),
        (418, {}, PlatformErrorKind.CONFIG, PlatformErrorKind.CONFIG),
        (422, {}, PlatformErrorKind.REJECTED, PlatformErrorKind.REJECTED),
        (429, {}, PlatformErrorKind.RATE_LIMITED, PlatformErrorKind.RATE_LIMITED),
        (500, {}, PlatformErrorKind.TEMPORARY, PlatformErrorKind.UNKNOWN_OUTCOME),
        (503, {"retry-after": "30"}, PlatformErrorKind.TEMPORARY, PlatformErrorKind.TEMPORARY),
        (
            302,
            {"location": "https://evil.example"},
            PlatformErrorKind.TEMPORARY,
            PlatformErrorKind.UNKNOWN_OUTCOME,
        ),
    ],
)
def test_http_states_become_kinds(
    platform: ScriptedPlatform,
    adapter: MastodonAdapter,
    state: int,
    headers: dict[str, str],
    reading: PlatformErrorKind,
    writing: PlatformErrorKind,
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return json_response({"error": "バリデーションに失敗"}, state, **headers)

    platform.answers(NOTES, refuse)
    platform.answers(POST, refuse)
    with pytest.raises(PlatformError) as read:
        adapter.poll("mentions", ACCOUNT, None, Budget())
    with pytest.raises(PlatformError) as written:
        adapter.send(ACCOUNT, reply())
    assert (read.value.kind, written.value.kind) == (reading, writing)


def test_a_rate_limit_ends_when_the_server_says(platform: ScriptedPlatform, adapter: MastodonAdapter) -> None:
    reset = NOW + timedelta(seconds=140)
    header = {"x-ratelimit-reset": reset.isoformat().replace("+00:00", "Z")}
    platform.answers(NOTES, lambda request: json_response({"error": "slow down"}, 429, **header))
    with pytest.raises(PlatformError) as caught:
        adapter.poll("mentions", ACCOUNT, None, Budget())
    assert caught.value.retry_at == reset


def test_an_answer_of_unknown_fate_is_recognised_among_our_own(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    platform.answers(POST, breaks(httpx.ReadTimeout))
    with pytest.raises(PlatformError) as caught:
        adapter.send(ACCOUNT, reply("您好 & <请看> https://a.cn/x"))
    assert caught.value.kind is PlatformErrorKind.UNKNOWN_OUTCOME
    html = (
        '<a class="u-url mention" href="https://far.example/@lin">@<span>lin</span></a> 您好 &amp; '
        '&lt;请看&gt; <a href="https://a.cn/x">a.cn/x</a>'
    )
    ours = status("603", html, in_reply_to_id="501", account=person("77", "us"))
    other = status("602", html, in_reply_to_id="999", account=person("77", "us"))
    platform.answers(OWN, [other, ours])
    found = adapter.reconcile(ACCOUNT, reply("您好 & <请看> https://a.cn/x"), NOW - timedelta(seconds=9))
    assert found is not None
    assert found.external_id == "status:603"


def test_an_answer_that_is_not_among_our_own_was_never_written(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    earlier = status("500", "别的", NOW - timedelta(hours=1), account=person("77", "us"))
    platform.answers(OWN, [earlier])
    assert adapter.reconcile(ACCOUNT, reply(), NOW - timedelta(seconds=30)) is None


def test_only_the_query_of_a_link_header_is_followed(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    link = '<https://evil.example/api/v1/accounts/77/followers?max_id=12>; rel="next"'
    path = "/api/v1/accounts/77/followers"
    platform.answers(path, lambda request: json_response([person()], link=link), [person("902", "b")])
    first = adapter.followers(ACCOUNT)
    second = adapter.followers(ACCOUNT, first.next_cursor)
    assert {request.url.host for request in platform.requests} == {"social.example"}
    assert platform.sent(path)[1].url.params["max_id"] == "12"
    assert second.next_cursor is None


def test_gotosocial_is_recognised_with_its_limits(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    quota = {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "288"}
    platform.answers(
        "/api/v1/accounts/verify_credentials",
        lambda request: json_response(person("77", "us"), 200, **quota),
    )
    instance = {
        "version": "0.20.1+git-abc",
        "source_url": "https://codeberg.org/superseriousbusiness/gotosocial",
        "configuration": {"statuses": {"max_characters": 5000, "max_media_attachments": 6}},
    }
    platform.answers("/api/v2/instance", instance)
    health = adapter.check_account(ACCOUNT)
    assert health.state is HealthState.OK
    assert (health.quota_limit, health.quota_remaining) == (300, 288)
    facts = {"software": "gotosocial", "max_characters": 5000, "max_media": 6, "tells_quotes": False}
    assert health.facts == facts
    account = AccountRef("mastodon", "77", ACCOUNT.base_urls, ACCOUNT.credentials, health.facts)
    assert adapter.capabilities(account).idempotency is Idempotency.NONE
    assert adapter.capabilities(ACCOUNT).idempotency is Idempotency.KEY


def test_connecting_brings_the_token_and_whose_it_is(
    platform: ScriptedPlatform, adapter: MastodonAdapter
) -> None:
    app = AccountRef("mastodon", "", ACCOUNT.base_urls, Credentials({"client_id": "c", "client_secret": "s"}))
    address = httpx.URL(adapter.authorize_url(app, "https://desk.example/cb", "st4te"))
    assert (address.host, address.params["state"]) == ("social.example", "st4te")
    platform.answers("/oauth/token", {"access_token": "new", "token_type": "Bearer"})
    platform.answers("/api/v1/accounts/verify_credentials", person("77", "us", "云岭"))
    connected = adapter.exchange_code(app, "code", "https://desk.example/cb")
    assert (connected.external_id, connected.name) == ("77", "云岭")
    assert connected.credentials["access_token"] == "new"


def test_an_account_without_a_server_is_misconfigured(adapter: MastodonAdapter) -> None:
    health = adapter.check_account(AccountRef("mastodon", "1"))
    assert health.state is HealthState.MISCONFIGURED
