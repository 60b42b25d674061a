"""What every registered adapter promises, proved against the sandbox and judged by its own record."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from app.adapters import base, registry
from app.adapters.base import PlatformAdapter, PushReceiver, Reconciler, SignatureRejected
from app.adapters.capabilities import Feature
from app.adapters.types import (
    AccountRef,
    Budget,
    HealthState,
    InboundPost,
    ItemKind,
    Lane,
    SendKind,
    SendRequest,
    SendResult,
    Trigger,
)
from app.core.errors import PlatformError, PlatformErrorKind
from tests.adapters.contract.conftest import ACCOUNT_KEYS, Party
from tests.support.stack import wait_for

ACTOR_IP = "203.0.113.77"
_numbers = itertools.count(1)

FEATURE_PROTOCOLS = {
    Feature.MENTIONS: base.MentionSource,
    Feature.COMMENTS: base.CommentSource,
    Feature.OWN_POSTS: base.OwnPostSource,
    Feature.FOLLOWERS: base.FollowerSource,
    Feature.FOLLOWING: base.FollowingSource,
    Feature.FOLLOW_REQUESTS: base.FollowGate,
    Feature.PUBLISH: base.Publisher,
    Feature.REPLY_PUBLIC: base.PublicReplier,
    Feature.REPLY_PRIVATE: base.PrivateReplier,
    Feature.DELETE: base.Deleter,
    Feature.METRICS: base.MetricsReader,
    Feature.FAN_TREND: base.FanTrendReader,
    Feature.SEARCH: base.SearchSource,
    Feature.REREAD: base.Rereader,
    Feature.PUSH: base.PushReceiver,
    Feature.MEDIA_IN: base.MediaSource,
    Feature.TEMPLATES: base.TemplateSender,
    Feature.TAGS: base.TagKeeper,
    Feature.AUTHORS: base.AuthorSource,
    Feature.OAUTH_CONNECT: base.OAuthConnector,
}
every_adapter = pytest.mark.parametrize("adapter", registry.all_adapters().values(), ids=lambda a: a.platform)


def unique(text: str) -> str:
    return f"{text}（第{next(_numbers)}号）"


def offers(party: Party, *features: Feature) -> None:
    """Skips when the account lacks one: absence is a documented difference, shown in the matrix."""
    caps = party.adapter.capabilities(party.account)
    for feature in features:
        if not caps.has(feature):
            pytest.skip(f"{party.key} does not offer {feature}")


@contextmanager
def impatient(party: Party, fault: str) -> Iterator[None]:
    """Where the fault is silence a second of it is enough; other answers may be late on a busy machine."""
    http = party.adapter.services.http
    usual = http.timeout
    if fault.startswith("timeout"):
        http.timeout = 1.0
    try:
        yield
    finally:
        http.timeout = usual


def public_item(party: Party, text: str) -> InboundPost:
    """A customer's public post or comment, as the adapter reads it."""
    if party.account.platform == "wechat":
        written = party.customer("comment", text)
        key = f"{written['thread']}:0"
        settings = {**party.account.settings, "watched_articles": [key]}
        party.account = AccountRef(
            "wechat", party.account.external_id, party.account.base_urls, party.account.credentials, settings
        )
        found = party.polled("comments")
    else:
        party.customer("post", text)
        found = party.polled("mentions")
    return next(item for item in found if text in item.text)


def private_item(party: Party, text: str) -> InboundPost:
    party.customer("message", text)
    if isinstance(party.adapter, PushReceiver):
        return party.pushed()
    return next(item for item in party.polled("mentions") if text in item.text)


def answer(item: InboundPost, text: str) -> SendRequest:
    private = item.lane is Lane.PRIVATE
    kind = SendKind.PRIVATE_MESSAGE if private else SendKind.COMMENT
    return SendRequest(item.lane, kind, text, f"op-{next(_numbers)}", item.context, ACTOR_IP)


def publication(party: Party, text: str) -> SendRequest:
    linked = f"{text} https://yunling.example/n"  # ordinary Weibo apps must link to their domain
    return SendRequest(Lane.PUBLIC, SendKind.POST, linked, f"op-{next(_numbers)}", actor_ip=ACTOR_IP)


@every_adapter
def test_every_offered_feature_has_its_methods(adapter: type[PlatformAdapter]) -> None:
    offered = adapter.platform_capabilities().features
    for feature, protocol in FEATURE_PROTOCOLS.items():
        if feature in offered:
            assert isinstance(adapter.__new__(adapter), protocol) or feature is Feature.MEDIA_IN, feature
    assert {"zh", "en"} <= set(adapter.names)


@every_adapter
def test_forms_can_be_drawn_and_secrets_are_marked(adapter: type[PlatformAdapter]) -> None:
    fields = {field.name: field for field in adapter.schema.credential_fields()}
    for name, field in fields.items():
        assert field.label["zh"]
        if any(word in name for word in ("secret", "token", "key")) and name not in ("app_key",):
            assert field.secret, name
    assert all(field.label["en"] for field in adapter.schema.setting_fields())


@every_adapter
def test_limits_are_data_that_json_can_carry(adapter: type[PlatformAdapter]) -> None:
    data = json.loads(json.dumps(adapter.platform_capabilities().as_dict()))
    assert data["platform"] == adapter.platform
    assert set(registry.capability_matrix()["limits"]) == set(registry.all_adapters())


def test_the_suite_covers_every_platform() -> None:
    assert {key.partition("-")[0] for key in ACCOUNT_KEYS} <= set(registry.all_adapters())


def test_streams_are_what_can_be_polled(party: Party) -> None:
    assert set(party.adapter.stream_readers()) == set(party.adapter.streams)
    with pytest.raises(PlatformError) as caught:
        party.adapter.poll("no such stream", party.account, None, Budget())
    assert caught.value.kind is PlatformErrorKind.CAPABILITY_MISSING


def test_a_working_account_is_healthy_and_a_wrong_secret_is_not(party: Party) -> None:
    assert party.adapter.check_account(party.account).state in (HealthState.OK, HealthState.EXPIRING)
    broken = AccountRef(
        party.account.platform,
        party.account.external_id,
        party.account.base_urls,
        settings=party.account.settings,
    )
    health = party.adapter.check_account(broken)
    assert health.state in (HealthState.RECONNECT, HealthState.MISCONFIGURED)
    assert health.advice


def test_a_public_item_arrives_once_with_what_an_answer_needs(party: Party) -> None:
    offers(party, Feature.REPLY_PUBLIC)
    text = unique("宽带从昨晚就断了")
    item = public_item(party, text)
    assert item.lane is Lane.PUBLIC
    assert item.kind in (ItemKind.MENTION, ItemKind.COMMENT)
    assert item.author is not None
    assert item.author.external_id
    assert abs(datetime.now(UTC) - item.created_at) < timedelta(minutes=5)
    assert item.thread_key
    assert all(isinstance(value, str) for value in item.context.values())
    for stream in party.adapter.streams:
        again = [other.external_id for other in party.polled(stream)]
        assert item.external_id not in again or stream != "mentions"


def test_a_private_message_arrives_with_its_window(party: Party) -> None:
    offers(party, Feature.PRIVATE_MESSAGES)
    text = unique("我的号码被停机了")
    item = private_item(party, text)
    assert (item.lane, item.kind, item.trigger) == (Lane.PRIVATE, ItemKind.PRIVATE_MESSAGE, Trigger.MESSAGE)
    assert text in item.text
    assert item.author is not None
    assert item.thread_key == f"dm:{item.author.external_id}"


def test_a_public_answer_lands_once_below_the_right_item(party: Party) -> None:
    offers(party, Feature.REPLY_PUBLIC)
    item = public_item(party, unique("网速太慢"))
    words = unique("您好，已为您登记")
    party.adapter.send(party.account, answer(item, words))
    (arrived,) = [sent for sent in party.sent() if words in sent["text"]]
    target = str(arrived["target"])
    assert any(value in target for key, value in item.context.items() if key.endswith("_id"))


def test_a_private_answer_lands_once_at_the_right_person(party: Party) -> None:
    offers(party, Feature.REPLY_PRIVATE)
    item = private_item(party, unique("想改套餐"))
    words = unique("可以的，请稍等")
    party.adapter.send(party.account, answer(item, words))
    (arrived,) = [sent for sent in party.sent() if words in sent["text"]]
    assert item.author is not None
    assert item.author.external_id in (arrived["person"], str(arrived["target"].get("person")))


def test_a_publication_is_found_again_and_can_be_deleted(party: Party) -> None:
    offers(party, Feature.PUBLISH, Feature.DELETE)
    request = publication(party, unique("今晚零点系统升级"))
    result = party.adapter.send(party.account, request)
    assert result.external_id
    since = datetime.now(UTC) - timedelta(minutes=3)
    reconciler = cast(Reconciler, party.adapter)
    found = _eventually_found(reconciler, party.account, request, since)
    assert found.external_id
    cast(base.Deleter, party.adapter).delete(party.account, found.external_id)
    if party.account.platform != "wechat":  # a deleted article is only marked as such there
        assert reconciler.reconcile(party.account, request, since) is None


def _eventually_found(
    reconciler: Reconciler, account: AccountRef, request: SendRequest, since: datetime
) -> SendResult:
    for _ in range(240):
        found = reconciler.reconcile(account, request, since)
        if found is not None:
            return found
        time.sleep(0.25)  # WeChat publishes some seconds after the job was taken
    raise AssertionError("the publication was not found again")


@pytest.mark.parametrize("kind", ["timeout_after_acting", "half_body", "drop_after_acting"])
def test_an_answer_of_unknown_fate_is_found_and_not_sent_twice(party: Party, kind: str) -> None:
    offers(party, Feature.REPLY_PUBLIC)
    item = public_item(party, unique("发票怎么开"))
    words = unique("请点击链接")
    request = answer(item, words)
    since = datetime.now(UTC)
    party.fault("comments/create|reply/add|v1/statuses$", kind, delay=2)
    with pytest.raises(PlatformError) as caught, impatient(party, kind):
        party.adapter.send(party.account, request)
    assert caught.value.kind is PlatformErrorKind.UNKNOWN_OUTCOME
    assert wait_for(lambda: any(words in sent["text"] for sent in party.sent()))
    found = cast(Reconciler, party.adapter).reconcile(party.account, request, since)
    assert found is not None
    assert len([sent for sent in party.sent() if words in sent["text"]]) == 1


def test_an_answer_that_never_arrived_is_known_to_be_absent(party: Party) -> None:
    offers(party, Feature.REPLY_PUBLIC)
    item = public_item(party, unique("合约到期了"))
    request = answer(item, unique("这句从未发出"))
    reconciler = cast(Reconciler, party.adapter)
    assert reconciler.reconcile(party.account, request, datetime.now(UTC) - timedelta(minutes=5)) is None


def test_a_private_answer_of_unknown_fate_is_never_reported_as_absent(party: Party) -> None:
    offers(party, Feature.REPLY_PRIVATE)
    item = private_item(party, unique("押金怎么退"))
    request = answer(item, unique("三到五天"))
    party.fault("messages/reply|custom/send|v1/statuses$", "drop_after_acting")
    since = datetime.now(UTC)
    with pytest.raises(PlatformError) as caught:
        party.adapter.send(party.account, request)
    assert caught.value.kind is PlatformErrorKind.UNKNOWN_OUTCOME
    try:
        found = cast(Reconciler, party.adapter).reconcile(party.account, request, since)
    except PlatformError as error:
        verdict: object = error.kind
    else:
        verdict = found
    assert verdict is not None
    assert verdict not in (PlatformErrorKind.REJECTED, PlatformErrorKind.NOT_FOUND)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("http_429", PlatformErrorKind.RATE_LIMITED),
        ("http_500", PlatformErrorKind.TEMPORARY),
        ("html_error", PlatformErrorKind.TEMPORARY),
        ("half_body", PlatformErrorKind.TEMPORARY),
        ("drop_connection", PlatformErrorKind.TEMPORARY),
        ("timeout_before", PlatformErrorKind.TEMPORARY),
    ],
)
def test_a_failing_read_is_named_and_costs_nothing(party: Party, fault: str, kind: PlatformErrorKind) -> None:
    offers(party, Feature.REPLY_PUBLIC)
    public_item(party, unique("先有一条"))
    stream = "comments" if party.account.platform == "wechat" else "mentions"
    cursor = party.cursors[stream]
    party.fault("statuses/mentions|comment/list|v1/notifications", fault, retry_after=7, delay=2)
    before = datetime.now(UTC)
    with pytest.raises(PlatformError) as caught, impatient(party, fault):
        party.adapter.poll(stream, party.account, cursor, Budget())
    assert caught.value.kind is kind
    if kind is PlatformErrorKind.RATE_LIMITED:
        assert caught.value.retry_at is not None
        assert timedelta(seconds=5) < caught.value.retry_at - before < timedelta(seconds=120)
    text = unique("后来的一条")
    assert public_item(party, text).external_id


def test_an_outage_is_caught_up_without_a_hole(party: Party) -> None:
    offers(party, Feature.REPLY_PUBLIC)
    public_item(party, unique("断网之前"))
    texts = [unique("积压的投诉") for _ in range(130)]
    act = "comment" if party.account.platform == "wechat" else "post"
    for number, text in enumerate(texts):
        party.customer(act, text, customer=f"客户{number % 40}")
    stream = "comments" if act == "comment" else "mentions"
    party.fault("statuses/mentions|comment/list|v1/notifications", "unordered_page", probability=0.3)
    found = {item.external_id: item.text for item in party.polled(stream, calls=1)}
    missing = [text for text in texts if not any(text in seen for seen in found.values())]
    assert missing == []


def test_forged_pushes_are_refused(party: Party) -> None:
    offers(party, Feature.PUSH)
    receiver = cast(PushReceiver, party.adapter)
    party.customer("message", unique("真的消息"))
    genuine = party.pushes.next_for(party.key)
    receiver.verify(genuine.query, genuine.headers, genuine.body, party.account)
    for name in ("signature", "timestamp", "nonce"):
        forged = {**genuine.query, name: genuine.query[name][:-1] + "x"}
        with pytest.raises(SignatureRejected):
            receiver.verify(forged, genuine.headers, genuine.body, party.account)
    status, echo = receiver.verify_challenge({**genuine.query, "echostr": "4711"}, party.account)
    assert (status, echo) == (200, "4711")


def test_followers_are_listed_to_the_end(party: Party) -> None:
    offers(party, Feature.FOLLOWERS)
    source = cast(base.FollowerSource, party.adapter)
    seen: list[str] = []
    cursor = None
    for _ in range(200):
        page = source.followers(party.account, cursor)
        seen += [author.external_id for author in page.authors]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert cursor is None
    assert len(seen) == len(set(seen))


def test_an_author_is_known_by_id(party: Party) -> None:
    offers(party, Feature.AUTHORS, Feature.PRIVATE_MESSAGES)
    item = private_item(party, unique("请问"))
    assert item.author is not None
    found = cast(base.AuthorSource, party.adapter).get_author(party.account, item.author.external_id)
    assert found.external_id == item.author.external_id


def test_no_limit_of_the_platform_was_exceeded(party: Party) -> None:
    quotas = [v for v in party.sandbox.violations() if "repeat" not in str(v)]
    assert [v for v in quotas if v.get("account") == party.key] == []
