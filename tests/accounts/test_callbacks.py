"""Pushes: verified on the raw body, kept before they are understood, once however often they come."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.accounts.job_names import PROCESS_DELIVERIES
from app.adapters.types import AccountRef, PushResult
from app.core.jobs import DeferredJob
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.ingest.deliveries import (
    DELIVERIES_PER_BATCH,
    store_understood,
    understand,
    waiting_deliveries,
)
from app.listener.jobs import LISTENER, judge_items, process_kept_deliveries
from app.models import Account, AccountStatus, CallbackDelivery, InboundItem, Verdict
from tests.factories.make import Make
from tests.fakes.platforms import FakePlatforms, FakeWeChat
from tests.support.stack import wait_for


def sign(secret: str, timestamp: str, nonce: str) -> str:
    return hashlib.sha1("".join(sorted((secret, timestamp, nonce))).encode()).hexdigest()


class Line:
    """WeChat's servers, pushing plain messages to one account of ours."""

    def __init__(self, app: Flask, make: Make) -> None:
        self.app = app
        self.runtime: Runtime = make.runtime
        agency = make.agency()
        self.account: Account = make.account(agency, make.team(agency), platform="wechat")
        self.stamp = str(int(make.now.timestamp()))

    def query(self, secret: str = "wechat-token", body: bytes = b"", **fields: str) -> dict[str, str]:
        """A platform's nonce is new for each push; here a repeat of one body carries its own again."""
        nonce = hashlib.sha1(body).hexdigest()[:10]
        return {
            "timestamp": self.stamp,
            "nonce": nonce,
            "signature": sign(secret, self.stamp, nonce),
            **fields,
        }

    def message(self, text: str = "我要改套餐", number: int = 1, **fields: Any) -> bytes:
        values = {
            "ToUserName": self.account.external_id,
            "FromUserName": "open-id-1",
            "CreateTime": int(self.stamp),
            "MsgType": "text",
            "Content": text,
            "MsgId": number,
            **fields,
        }
        return json.dumps(values, ensure_ascii=False).encode()

    def push(self, body: bytes, query: dict[str, str] | None = None) -> TestResponse:
        path = f"/callbacks/wechat/{self.account.callback_key}"
        return self.app.test_client().post(path, data=body, query_string=query or self.query(body=body))

    def rows(self, model: Any) -> list[Any]:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return list(ctx.session.scalars(select(model).order_by(model.id)))

    def understand(self) -> list[InboundItem]:
        process_kept_deliveries(self.runtime)
        return self.rows(InboundItem)


@pytest.fixture
def line(app: Flask, make: Make) -> Line:
    return Line(app, make)


def test_a_signed_push_is_acknowledged_when_it_is_kept(line: Line) -> None:
    answer = line.push(line.message())
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "success")
    (kept,) = line.rows(CallbackDelivery)
    assert (kept.body, kept.status) == (line.message(), "received")
    (item,) = line.understand()
    assert (item.text, item.author_external_id, item.lane) == ("我要改套餐", "open-id-1", "private")


WRONG = {
    "another secret": {"secret": "weibo-secret"},
    "empty signature": {"signature": ""},
    "prefix": {"signature": "abcdef"},
    "other nonce": {"nonce": "other"},
    "other moment": {"timestamp": "1"},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_wrong_signature_is_refused_and_logged(line: Line, change: dict[str, str]) -> None:
    with capture_logs() as logs:
        answer = line.push(line.message(), line.query(**change))  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert line.rows(CallbackDelivery) == []
    assert "callback_signature_rejected" in {entry["event"] for entry in logs}
    assert "wechat-token" not in str(logs)


def test_a_recorded_push_sent_much_later_is_refused(line: Line, make: Make) -> None:
    make.runtime.clock.advance(901)  # type: ignore[attr-defined]
    assert line.push(line.message()).status_code == 403


def test_an_unknown_address_and_a_removed_account_do_not_exist(line: Line) -> None:
    client = line.app.test_client()
    assert client.post("/callbacks/wechat/nobody", data=b"x").status_code == 404
    assert client.post(f"/callbacks/weibo/{line.account.callback_key}", data=b"x").status_code == 404
    with open_context(line.runtime, LISTENER) as ctx:
        ctx.session.get_one(Account, line.account.id).status = AccountStatus.REMOVED
    assert line.push(line.message()).status_code == 404


def test_the_address_check_echoes_only_to_the_platform(line: Line) -> None:
    path = f"/callbacks/wechat/{line.account.callback_key}"
    client = line.app.test_client()
    right = client.get(path, query_string=line.query(echostr="<b>42</b>"))
    wrong = client.get(path, query_string=line.query("wrong", echostr="42"))
    assert (right.status_code, right.get_data(as_text=True)) == (200, "<b>42</b>")
    assert right.content_type.startswith("text/plain")
    assert wrong.status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"<xml><a>", b"[]", b"\xff\xfe\x00", b'{"MsgType": "teapot"}'])
def test_what_cannot_be_understood_is_kept_with_a_reason(line: Line, body: bytes) -> None:
    assert line.push(body).status_code == 200
    line.understand()
    judge_items(line.runtime)
    (item,) = line.rows(InboundItem)
    (verdict,) = line.rows(Verdict)
    assert (item.kind, verdict.reason) == ("unknown", "not_understood")
    assert item.keep_reason
    (kept,) = line.rows(CallbackDelivery)
    assert kept.reason


@pytest.mark.parametrize("signed", [True, False])
def test_three_megabytes_are_refused_and_nothing_of_them_kept(line: Line, signed: bool) -> None:
    """Case E8: nothing is stored that nobody has signed for."""
    body = b"x" * 3_000_000
    answer = line.push(body, None if signed else {"signature": "x", "timestamp": "1", "nonce": "1"})
    assert answer.status_code == 413
    assert line.rows(CallbackDelivery) == []


def test_an_emoji_only_message_is_answered_like_any_private_one(line: Line) -> None:
    line.push(line.message("😀👍"))
    (item,) = line.understand()
    assert item.text == "😀👍"
    judge_items(line.runtime)
    (verdict,) = line.rows(Verdict)
    assert verdict.reason in ("emoji_only", "private_message")


def test_a_replayed_push_is_one_row_and_one_item(line: Line) -> None:
    for _ in range(3):
        assert line.push(line.message()).status_code == 200
    assert len(line.rows(CallbackDelivery)) == 1
    assert len(line.understand()) == 1


def test_the_platforms_repeat_with_a_new_signature_is_one_item(line: Line) -> None:
    line.push(line.message())
    line.stamp = str(int(line.stamp) + 5)
    body = json.loads(line.message())
    line.push(json.dumps({**body, "CreateTime": int(line.stamp) - 5}, ensure_ascii=False).encode())
    assert len(line.rows(CallbackDelivery)) == 2
    assert len(line.understand()) == 1


def test_a_hundred_copies_at_once_are_one_row(line: Line) -> None:
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _n: line.push(line.message()).status_code, range(100)))
    assert statuses == [200] * 100
    with open_context(line.runtime, LISTENER, write=False) as ctx:
        assert ctx.session.scalars(select(func.count()).select_from(CallbackDelivery)).one() == 1


def test_pushes_that_come_together_are_judged_one_by_one(line: Line, make: Make) -> None:
    """Right ones, wrong ones and ones for nobody share a round; each gets its own answer."""
    other = Line(line.app, make)
    wrong = line.query("another-secret")
    pushes = [
        *(lambda n=n: line.push(line.message(number=n)) for n in range(20)),
        *(lambda n=n: other.push(other.message(number=n)) for n in range(20)),
        *(lambda n=n: line.push(line.message(number=100 + n), wrong) for n in range(5)),
        *(lambda: line.app.test_client().post("/callbacks/wechat/nobody", data=b"x") for _ in range(5)),
    ]
    with ThreadPoolExecutor(25) as threads:
        statuses = [answer.status_code for answer in threads.map(lambda push: push(), pushes)]
    assert statuses == [200] * 40 + [403] * 5 + [404] * 5
    kept = line.rows(CallbackDelivery)
    assert Counter(row.account_id for row in kept) == {line.account.id: 20, other.account.id: 20}
    assert len(line.understand()) == 40


def test_another_secret_counts_from_the_next_push_on(line: Line) -> None:
    assert line.push(line.message(number=1)).status_code == 200
    with open_context(line.runtime, LISTENER) as ctx:
        account = ctx.session.get_one(Account, line.account.id)
        account.credentials = line.runtime.vault.seal({"token": "the-new-token"})
    assert line.push(line.message(number=2)).status_code == 403
    assert (
        line.push(line.message(number=3), line.query("the-new-token", line.message(number=3))).status_code
        == 200
    )


class StuckQueue:
    """A queue server that took the connection and answers nobody."""

    def __init__(self) -> None:
        self.asked = 0
        self.answers = threading.Event()

    def enqueue(self, jobs: list[DeferredJob]) -> None:
        assert [job.job for job in jobs] == [PROCESS_DELIVERIES]
        self.asked += 1
        self.answers.wait(60)


def test_an_acknowledgement_does_not_wait_for_the_queue(line: Line) -> None:
    queue = line.runtime.queue = StuckQueue()
    try:
        assert [line.push(line.message(number=n)).status_code for n in range(10)] == [200] * 10
        assert wait_for(lambda: queue.asked == 1)
    finally:
        queue.answers.set()
    # Whatever came while it was stuck is told once.
    assert wait_for(lambda: queue.asked == 2)
    assert len(line.rows(CallbackDelivery)) == 10


STRANGE = {
    "no such platform": ("/callbacks/nothing/{key}", 404),
    "a platform that pushes nothing": ("/callbacks/mastodon/{key}", 404),
    "NUL in the key": ("/callbacks/wechat/a%00b", 404),
    "endless key": ("/callbacks/wechat/" + "k" * 3000, 404),
    "deeper path": ("/callbacks/wechat/{key}/more", 404),
    "no key": ("/callbacks/wechat/", 404),
    "hundreds of parameters": ("/callbacks/wechat/{key}?" + "&".join(f"p{n}=1" for n in range(300)), 400),
    "NUL in a parameter": ("/callbacks/wechat/{key}?nonce=%00&timestamp=1&signature=x", 403),
    "half a surrogate": ("/callbacks/wechat/{key}?nonce=%ed%a0%80&timestamp=1&signature=x", 403),
}


@pytest.mark.parametrize(("path", "status"), STRANGE.values(), ids=STRANGE)
def test_a_strange_address_is_refused_in_order(line: Line, path: str, status: int) -> None:
    answer = line.app.test_client().post(path.format(key=line.account.callback_key), data=b"<xml/>")
    assert answer.status_code == status
    assert line.rows(CallbackDelivery) == []


def test_of_a_repeated_parameter_the_first_counts_and_what_is_odd_is_kept(line: Line) -> None:
    query = "&".join(f"{name}={value}" for name, value in line.query().items())
    path = f"/callbacks/wechat/{line.account.callback_key}?{query}&signature=forged&odd=%00&empty="
    assert line.app.test_client().post(path, data=line.message()).status_code == 200
    (kept,) = line.rows(CallbackDelivery)
    assert kept.query == {**line.query(), "odd": "", "empty": ""}


def test_the_route_behind_the_door_gives_the_same_answer(line: Line) -> None:
    path = f"/callbacks/wechat/{line.account.callback_key}"
    with line.app.test_request_context(path, method="POST", data=line.message(), query_string=line.query()):
        answer = line.app.full_dispatch_request()
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "success")
    assert len(line.rows(CallbackDelivery)) == 1


def test_an_answer_at_the_door_is_never_a_page(line: Line) -> None:
    answer = line.push(line.message())
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Request-ID"]


class Breaking(FakeWeChat):
    """An adapter that breaks its promise never to raise."""

    def parse_push(
        self, raw_body: bytes, query: Mapping[str, str], account: AccountRef, received_at: datetime
    ) -> PushResult:
        if b"break" in raw_body:
            raise RuntimeError("unforeseen")
        return super().parse_push(raw_body, query, account, received_at)


def test_an_adapter_that_raises_holds_up_nobody_elses_pushes(line: Line) -> None:
    parts: FakePlatforms = line.runtime.parts["platforms"]
    parts._adapters["wechat"] = Breaking(parts._services)
    line.push(line.message("break", 1))
    line.push(line.message("fine", 2))
    assert [(item.kind, item.keep_reason) for item in line.understand()] == [
        ("unknown", "adapter_failed: RuntimeError"),
        ("private_message", None),
    ]
    assert [row.status for row in line.rows(CallbackDelivery)] == ["processed"] * 2


def test_two_workers_on_the_same_pushes_store_them_once(line: Line) -> None:
    for number in range(3):
        line.push(line.message(number=number))
    runtime = line.runtime
    with open_context(runtime, LISTENER, write=False) as ctx:
        deliveries, accounts = waiting_deliveries(ctx)
    understood = understand(runtime, deliveries, accounts)
    for _ in range(2):
        with open_context(runtime, LISTENER) as ctx:
            store_understood(ctx, understood, accounts)
    assert len(line.rows(InboundItem)) == 3


def test_more_pushes_than_a_batch_are_all_understood_in_order(line: Line) -> None:
    total = DELIVERIES_PER_BATCH + 7
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda n: line.push(line.message(f"第{n}条", n)), range(total)))
    assert len(line.understand()) == total
    assert {row.status for row in line.rows(CallbackDelivery)} == {"processed"}
    with open_context(line.runtime, LISTENER, write=False) as ctx:
        account = ctx.session.get_one(Account, line.account.id)
    assert (account.last_push_at, account.version) == (line.runtime.clock.now(), line.account.version)


def test_two_messages_within_one_second_are_two(line: Line) -> None:
    line.push(line.message("一", 1))
    line.push(line.message("二", 2))
    assert [item.text for item in line.understand()] == ["一", "二"]
