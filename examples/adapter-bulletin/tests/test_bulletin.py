# ruff: noqa: S101
"""The example adapter against a real little forum."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the forum lies beside this file, outside any package

from forum import TOKEN, Forum, running_forum

from app.adapters import registry
from app.adapters.base import PlatformAdapter
from app.adapters.capabilities import Feature
from app.adapters.transport import AdapterServices
from app.adapters.types import AccountRef, Budget, Credentials, HealthState, Lane, SendKind, SendRequest
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.http_client import build_client


@pytest.fixture
def forum() -> Iterator[Forum]:
    with running_forum() as running:
        yield running


@pytest.fixture
def adapter() -> Iterator[PlatformAdapter]:
    services = AdapterServices(http=build_client(private_hosts=frozenset({"127.0.0.1"})))
    yield registry.build("bulletin", services)
    services.http.close()


def account(forum: Forum, token: str = TOKEN) -> AccountRef:
    return AccountRef("bulletin", "board-1", {"api": forum.url}, Credentials({"token": token}))


def test_the_console_finds_the_platform_by_its_entry_point() -> None:
    assert "bulletin" in registry.all_adapters()
    row = next(r for r in registry.capability_matrix()["features"] if r["feature"] == Feature.MENTIONS)
    assert row["platforms"]["bulletin"] is True


def test_posts_are_read_once_and_completely(adapter: PlatformAdapter, forum: Forum) -> None:
    for number in range(120):
        forum.write(f"第{number}个问题")
    seen: list[str] = []
    cursor: Any = None
    for _ in range(5):
        page = adapter.poll("mentions", account(forum), cursor, Budget(1))
        cursor = page.next_cursor
        seen += [item.external_id for item in page.items]
    assert seen == [f"post:{number}" for number in range(1, 121)]


def test_an_answer_sent_again_with_its_key_is_written_once(adapter: PlatformAdapter, forum: Forum) -> None:
    forum.write("路由器灯不亮")
    (item,) = adapter.poll("mentions", account(forum), None, Budget()).items
    request = SendRequest(Lane.PUBLIC, SendKind.COMMENT, "请重启试试", "op-1", item.context)
    first, second = (adapter.send(account(forum), request) for _ in range(2))
    assert first.external_id == second.external_id
    assert [reply["text"] for reply in forum.replies.values()] == ["请重启试试"]


def test_faults_have_names(adapter: PlatformAdapter, forum: Forum) -> None:
    assert adapter.check_account(account(forum, "wrong")).state is HealthState.RECONNECT
    forum.busy = True
    with pytest.raises(PlatformError) as caught:
        adapter.poll("mentions", account(forum), None, Budget())
    assert caught.value.kind is PlatformErrorKind.RATE_LIMITED
    assert caught.value.retry_at is not None
