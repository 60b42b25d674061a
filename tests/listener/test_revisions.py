"""Posts that their authors change or take back after we have read them (case B5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.adapters.types import InboundPost, Lane
from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.chain.chain import judge
from app.listener.jobs import LISTENER, judge_items
from app.listener.judging.gathering import gather_chain_items
from app.listener.judging.verdicts import lease_items, record_verdicts
from app.models import EventLog, ItemRevision, Message, ServiceRequest
from tests.factories.make import Make
from tests.fakes.model import FakeModel
from tests.listener.desk import Desk, items, verdicts

FIRST, THEN = "宽带又断了什么时候修好", "宽带又断了，装机地址在南屏路8号，什么时候修好"


def _taken_in(desk: Desk, runtime: Runtime, make: Make, *posts: InboundPost) -> None:
    make.store(desk.account, *posts)
    judge_items(runtime)


def _post(make: Make, text: str, edited: float | None = None, **fields: Any) -> InboundPost:
    at: datetime | None = None if edited is None else make.later(edited)
    fields = {"external_id": "status:77", "author": "a", **fields}
    return make.post(text, edited_at=at, **fields)


def _shown(desk: Desk, runtime: Runtime) -> dict[str, Any]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        conversation_id = ctx.session.scalars(select(Message.conversation_id)).one()
    listed = desk.browser.get(f"/conversations/{conversation_id}/messages").get_json()["items"]
    assert len(listed) == 1
    return dict(listed[0])


def _events(runtime: Runtime) -> list[str]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        names = ctx.session.scalars(select(EventLog.name).order_by(EventLog.id))
        return [name for name in names if name.startswith("message.")]


def test_a_changed_post_changes_its_message_and_keeps_what_stood_there(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    """Case B5."""
    _taken_in(desk, runtime, make, _post(make, FIRST))
    _taken_in(desk, runtime, make, _post(make, THEN, edited=60))
    shown = _shown(desk, runtime)
    assert (shown["text"], [old["text"] for old in shown["revisions"]]) == (THEN, [FIRST])
    assert shown["edited_at"] == shown["revisions"][0]["replaced_at"]
    assert _events(runtime) == ["message.received", "message.edited"]
    assert len(verdicts(runtime)) == 1, "one verdict an item, judged anew"


def test_a_changed_post_is_found_by_what_it_says_now(desk: Desk, runtime: Runtime, make: Make) -> None:
    _taken_in(desk, runtime, make, _post(make, FIRST))
    _taken_in(desk, runtime, make, _post(make, "光猫红灯闪了一上午", edited=60))

    def hits(words: str) -> int:
        found = desk.browser.get("/search", q=words).get_json()
        return len(found["messages"]) + len(found["items"])

    assert (hits("光猫红灯"), hits("什么时候修好")) == (2, 0)


def test_words_that_become_a_complaint_open_a_request(desk: Desk, runtime: Runtime, make: Make) -> None:
    """Case B5: judged anew."""
    _taken_in(desk, runtime, make, _post(make, "随便聊聊天气怎么样"))
    assert [verdict.reason for verdict in verdicts(runtime)] == ["no_request"]
    _taken_in(desk, runtime, make, _post(make, FIRST, edited=60))
    (verdict,) = verdicts(runtime)
    assert verdict.reason == "needs_service"
    assert verdict.service_request_id is not None


def test_a_request_stays_whatever_its_post_says_now(desk: Desk, runtime: Runtime, make: Make) -> None:
    _taken_in(desk, runtime, make, _post(make, FIRST))
    _taken_in(desk, runtime, make, _post(make, "随便聊聊天气怎么样", edited=60))
    (verdict,) = verdicts(runtime)
    assert (verdict.outcome.value, verdict.reason) == ("kept", "needs_service")
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert len(ctx.session.scalars(select(ServiceRequest)).all()) == 1
        assert len(ctx.session.scalars(select(Message)).all()) == 1


def test_an_older_or_equal_version_changes_nothing(desk: Desk, runtime: Runtime, make: Make) -> None:
    _taken_in(desk, runtime, make, _post(make, THEN, edited=60))
    for edited in (None, 30, 60):
        _taken_in(desk, runtime, make, _post(make, FIRST, edited=edited))
    assert [item.text for item in items(runtime)] == [THEN]
    assert _events(runtime) == ["message.received"]


def test_several_versions_at_once_are_kept_in_order(desk: Desk, runtime: Runtime, make: Make) -> None:
    posts = [_post(make, f"{FIRST}{number}", edited=number * 10 or None) for number in (0, 2, 1)]
    _taken_in(desk, runtime, make, *posts)
    with open_context(runtime, LISTENER, write=False) as ctx:
        kept = ctx.session.scalars(select(ItemRevision.text).order_by(ItemRevision.number)).all()
    assert kept == [f"{FIRST}0", f"{FIRST}1"]
    assert [item.text for item in items(runtime)] == [f"{FIRST}2"]


def test_a_changed_post_no_longer_repeats_what_it_repeated(desk: Desk, runtime: Runtime, make: Make) -> None:
    for author in "ab":
        post = make.post("今天的天气真不错，大家都出来走走", author=author, external_id=f"status:{author}")
        _taken_in(desk, runtime, make, post)
    assert items(runtime)[1].duplicate_of_id is not None
    changed = make.post(THEN, author="b", external_id="status:b", edited_at=make.later(60))
    _taken_in(desk, runtime, make, changed)
    first, second = items(runtime)
    assert (first.duplicate_count, second.duplicate_of_id) == (0, None)


def test_a_deleted_post_is_marked_and_stays_readable(desk: Desk, runtime: Runtime, make: Make) -> None:
    """Case B5: a public post its author deleted."""
    _taken_in(desk, runtime, make, _post(make, FIRST))
    _taken_in(desk, runtime, make, _post(make, "抱歉，此微博已被作者删除", deleted=True))
    shown = _shown(desk, runtime)
    assert shown["text"] == FIRST
    assert shown["deleted_at"] is not None
    assert _events(runtime) == ["message.received", "message.deleted"]
    (listed,) = desk.browser.get("/inbound-items").get_json()["items"]
    assert listed["deleted_at"] is not None
    _taken_in(desk, runtime, make, _post(make, "抱歉，此微博已被作者删除", deleted=True))
    assert _events(runtime) == ["message.received", "message.deleted"], "told once"


def test_a_recalled_private_message_is_marked(desk: Desk, runtime: Runtime, make: Make) -> None:
    """Case B5: a private message its author recalled."""
    _taken_in(desk, runtime, make, _post(make, "我的身份证号发错了", lane=Lane.PRIVATE))
    _taken_in(desk, runtime, make, _post(make, "", lane=Lane.PRIVATE, deleted=True))
    assert _shown(desk, runtime)["deleted_at"] is not None


def test_what_was_deleted_before_anybody_read_it_opens_nothing(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    _taken_in(desk, runtime, make, _post(make, "抱歉，此微博已被作者删除", deleted=True))
    assert [verdict.reason for verdict in verdicts(runtime)] == ["deleted_by_author"]


def test_a_change_while_the_old_words_are_being_judged_is_not_lost(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    """Case B5: the worker that holds the old words may not record them as the verdict."""

    make.store(desk.account, _post(make, "随便聊聊天气怎么样"))
    with open_context(runtime, LISTENER) as ctx:
        token, leased = lease_items(ctx)
    make.store(desk.account, _post(make, FIRST, edited=60))
    with open_context(runtime, LISTENER, write=False) as ctx:
        chain_items = gather_chain_items(ctx, leased)
    decisions = judge(chain_items, FakeModel())
    with open_context(runtime, LISTENER) as ctx:
        record_verdicts(ctx, token, chain_items, decisions, "fake")
    judge_items(runtime)
    assert [verdict.reason for verdict in verdicts(runtime)] == ["needs_service"]


def test_a_worker_that_lost_its_lease_records_no_verdict(
    runtime: Runtime, make: Make, desk: Desk, clock: ManualClock
) -> None:
    """Another has taken the items over and may have judged by newer words: only its verdicts count."""
    make.store(desk.account, _post(make, FIRST))
    with open_context(runtime, LISTENER) as ctx:
        stale_token, stale = lease_items(ctx)
    clock.advance(runtime.settings.lease_seconds + 1)
    with open_context(runtime, LISTENER) as ctx:
        token, leased = lease_items(ctx)
    assert [item.id for item in leased] == [item.id for item in stale]
    with open_context(runtime, LISTENER, write=False) as ctx:
        chain_items = gather_chain_items(ctx, stale)
    decisions = judge(chain_items, FakeModel())
    with open_context(runtime, LISTENER) as ctx:
        record_verdicts(ctx, stale_token, chain_items, decisions, "stale")
    assert verdicts(runtime) == []
    with open_context(runtime, LISTENER) as ctx:
        record_verdicts(ctx, token, chain_items, decisions, "holder")
    assert len(verdicts(runtime)) == 1
