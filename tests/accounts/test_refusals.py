"""What a platform refuses for want of a right is not offered until it works, is renewed, or a day passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.jobs import try_again
from app.accounts.refusals import refused_features
from app.adapters.capabilities import Feature
from app.adapters.types import Page
from app.core.errors import PlatformErrorKind
from app.core.permissions import RoleName
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, poll_stream
from app.models import Account, Operator, Stream
from app.outbound.courier import COURIER
from app.processes.all_jobs import PERIODIC
from tests.factories.browser import Browser
from tests.fakes.platforms import platform_error
from tests.workbench.desk import Desk

K = PlatformErrorKind
OpenBrowser = Callable[[Operator | None], Browser]


@pytest.fixture
def admin(desk: Desk, open_browser: OpenBrowser) -> Browser:
    return open_browser(desk.make.operator(desk.agency, role=RoleName.ADMINISTRATOR))


@pytest.fixture
def screen(desk: Desk, open_browser: OpenBrowser) -> Browser:
    return open_browser(desk.operator)


def refuse_reply(desk: Desk, times: int) -> None:
    """Replies that the platform refuses for want of the right."""
    for number in range(times):
        desk.write(f"第{number}条")
        desk.remote.fail_next(K.CAPABILITY_MISSING)
        desk.deliver()


def account_of(admin: Browser, desk: Desk) -> dict[str, Any]:
    view: dict[str, Any] = admin.get(f"/accounts/{desk.account.id}").get_json()
    return view


def changes(desk: Desk) -> int:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        names = ctx.session.scalars(
            select(EventLog.name).where(EventLog.name == "account.capabilities_changed")
        )
        return len(names.all())


def due_again(desk: Desk) -> bool:
    """What the scheduler would do about old refusals."""
    entry = next(entry for entry in PERIODIC if entry.name == "old refusals")
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        return bool(entry.due(ctx))


def test_a_refused_right_is_offered_no_more(desk: Desk, screen: Browser, admin: Browser) -> None:
    refuse_reply(desk, 2)
    view = account_of(admin, desk)
    assert "reply_public" not in view["capabilities"]
    (refused,) = view["refused_capabilities"]
    assert (refused["capability"], refused["refused_at"][:19]) == (
        "reply_public",
        desk.clock.now().isoformat()[:19],
    )
    conversation = screen.get(f"/conversations/{desk.request.conversation_id}").get_json()
    assert conversation["lanes"]["public"] is None
    assert conversation["lanes"]["private"] is not None
    assert changes(desk) == 1
    answer = screen.post(
        f"/conversations/{desk.request.conversation_id}/replies",
        {
            "service_request_id": desk.request.id,
            "lane": "public",
            "text": "您好",
            "idempotency_key": "k" * 20,
        },
    )
    assert (answer.status_code, answer.get_json()["reason"]) == (409, "lane_not_offered")


def test_one_refusal_may_be_the_posts_own(desk: Desk, admin: Browser) -> None:
    refuse_reply(desk, 1)
    desk.write("这条可以")
    desk.deliver()
    refuse_reply(desk, 1)
    assert account_of(admin, desk)["refused_capabilities"] == []
    assert changes(desk) == 0


def test_a_refused_stream_counts_at_once_and_is_read_again_later(desk: Desk, admin: Browser) -> None:
    stream = desk.make.stream(desk.account, "mentions")
    desk.remote.pages.append(platform_error(K.CAPABILITY_MISSING))
    poll_stream(desk.runtime, stream.id)
    assert [entry["capability"] for entry in account_of(admin, desk)["refused_capabilities"]] == ["mentions"]
    desk.clock.advance(6 * 3600 + 1)
    desk.remote.pages.append(Page((), {"since": 1}))
    poll_stream(desk.runtime, stream.id)
    assert account_of(admin, desk)["refused_capabilities"] == []
    assert "mentions" in account_of(admin, desk)["capabilities"]
    assert changes(desk) == 2


def test_part_of_a_feature_says_nothing_of_the_whole(desk: Desk, admin: Browser) -> None:
    stream: Stream = desk.make.stream(desk.account, "comment_mentions")
    desk.remote.pages.append(platform_error(K.CAPABILITY_MISSING))
    poll_stream(desk.runtime, stream.id)
    assert account_of(admin, desk)["refused_capabilities"] == []


def refused(desk: Desk) -> list[Feature]:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return list(refused_features(ctx.session.get_one(Account, desk.account.id)))


def test_after_a_day_it_is_tried_again(desk: Desk) -> None:
    refuse_reply(desk, 2)
    desk.clock.advance(23 * 3600)
    assert not due_again(desk)
    try_again(desk.runtime)
    assert refused(desk) == [Feature.REPLY_PUBLIC]
    desk.clock.advance(3601)
    assert due_again(desk)
    try_again(desk.runtime)
    assert refused(desk) == []
    assert not due_again(desk)
    assert changes(desk) == 2
    desk.write("又可以了")
    desk.deliver()
    assert desk.remote.texts() == ["又可以了"]


@pytest.mark.parametrize("way", ["resume", "credentials"])
def test_whoever_repairs_the_account_gets_everything_offered_again(
    desk: Desk, admin: Browser, way: str
) -> None:
    refuse_reply(desk, 2)
    path = f"/accounts/{desk.account.id}"
    if way == "resume":
        answer = admin.put(f"{path}/status", {"status": "active"})
    else:
        answer = admin.put(f"{path}/credentials", {"credentials": {"access_token": "newer"}})
    assert answer.status_code == 200
    assert answer.get_json()["refused_capabilities"] == []
    assert "reply_public" in answer.get_json()["capabilities"]


def test_watched_articles_are_set_through_the_accounts_settings(admin: Browser, desk: Desk) -> None:
    account = desk.make.account(desk.agency, desk.team, platform="wechat")
    body = {"name": "服务号", "kind": "official", "team_id": None, "owner_operator_id": None}
    settings = {"mode": "plain", "watched_articles": ["2247500001:0"]}
    edited = admin.put(f"/accounts/{account.id}", {**body, "settings": settings})
    assert edited.get_json()["settings"]["watched_articles"] == ["2247500001:0"]
    wrong = admin.put(f"/accounts/{account.id}", {**body, "settings": {"watched_articles": ["头条"]}})
    assert wrong.status_code == 422
    assert "settings.watched_articles.0" in wrong.get_json()["fields"]
