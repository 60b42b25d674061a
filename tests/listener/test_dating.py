"""Dates that cannot be true, and posts of one second: nothing is held up or told in another order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.ingest.storing import take_in_changes
from app.listener.jobs import LISTENER, judge_items
from app.models import ContactIdentity, InboundItem, ItemRevision, Message, Operator, ServiceRequest
from tests.calendars.office import made
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.listener.desk import Desk, items, verdicts

IMPOSSIBLE = {
    "the end of time": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "the far future": datetime(9998, 6, 1, tzinfo=UTC),
    "in two years": datetime(2028, 11, 22, tzinfo=UTC),
    "in a minute": datetime(2026, 11, 22, 2, 1, tzinfo=UTC),
    "1970": datetime(1970, 1, 1, tzinfo=UTC),
    "the year one": datetime(1, 1, 1, tzinfo=UTC),
}
impossible = pytest.mark.parametrize("told", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())


@pytest.fixture
def office(desk: Desk, make: Make, open_browser: Callable[[Operator], Browser]) -> None:
    """Requests are due in working time, which no calendar counts at the ends of time."""
    person = make.operator(desk.agency, desk.team, role=RoleName.ADMINISTRATOR)
    made(open_browser(person), is_default=True)


@impossible
@pytest.mark.usefixtures("office")
def test_an_impossible_date_neither_holds_up_others_nor_waits_for_itself(
    desk: Desk, runtime: Runtime, make: Make, told: datetime
) -> None:
    make.store(
        desk.account,
        make.post("宽带坏了怎么办", author="one", created_at=told),
        make.post("另一位的宽带也坏了", author="two"),
    )
    judge_items(runtime)
    assert [verdict.outcome for verdict in verdicts(runtime)] == ["kept", "kept"]
    with open_context(runtime, LISTENER, write=False) as ctx:
        for request in ctx.session.scalars(select(ServiceRequest)):
            assert request.waiting_since == request.last_inbound_at == make.now
            assert request.due_at is not None
            assert make.now < request.due_at < make.now + timedelta(days=3)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("told", [IMPOSSIBLE["the end of time"], IMPOSSIBLE["the year one"]])
def test_what_an_earlier_version_has_stored_with_such_a_date_is_judged(
    desk: Desk, runtime: Runtime, make: Make, told: datetime
) -> None:
    make.store(desk.account, make.post("宽带坏了怎么办", author="one"), make.post("WiFi断了", author="two"))
    with open_context(runtime, LISTENER) as ctx:
        first = select(InboundItem.id).order_by(InboundItem.id).limit(1).scalar_subquery()
        ctx.session.execute(update(InboundItem).where(InboundItem.id == first).values(published_at=told))
    judge_items(runtime)
    assert [verdict.outcome for verdict in verdicts(runtime)] == ["kept", "kept"]


@impossible
def test_a_person_seen_at_an_impossible_date_can_still_change_their_name(
    desk: Desk, runtime: Runtime, make: Make, clock: ManualClock, told: datetime
) -> None:
    def named(text: str, name: str, at: datetime) -> None:
        post = make.post(text, author="one", created_at=at)
        assert post.author is not None
        object.__setattr__(post.author, "name", name)
        make.store(desk.account, post)
        judge_items(runtime)

    named("宽带坏了怎么办", "旧名", told)
    clock.advance(3600)
    named("还是没有人来修宽带", "新名", clock.now())
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert ctx.session.scalars(select(ContactIdentity.name)).all() == ["新名"]


@impossible
def test_a_change_at_an_impossible_date_lets_later_changes_through(
    desk: Desk, runtime: Runtime, make: Make, clock: ManualClock, told: datetime
) -> None:
    wording = ["宽带坏了", "宽带坏了三天", "宽带坏了三天，地址南屏路8号"]
    for text, edited_at in zip(wording, (None, told, make.later(7200)), strict=True):
        post = make.post(text, external_id="status:77", author="one", edited_at=edited_at)
        if edited_at == told:
            with open_context(runtime, LISTENER) as ctx:
                take_in_changes(ctx, desk.account.id, [post], [])
        else:
            make.store(desk.account, post)
        judge_items(runtime)
        clock.advance(3600)
    assert [item.text for item in items(runtime)] == [wording[-1]]
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert ctx.session.scalars(select(ItemRevision.text).order_by(ItemRevision.id)).all() == wording[:-1]


def _said(runtime: Runtime) -> list[str]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(Message.text).order_by(Message.number)))


SAID = ["宽带从早上就断了", "装机地址是南屏路8号", "什么时候有人来修"]


@pytest.mark.parametrize("first", [98, 5_000_000_000_000_000], ids=["98 to 100", "as Weibo counts"])
@pytest.mark.parametrize("kind", ["status", "comment"])
def test_a_list_s_posts_of_one_second_are_told_in_the_order_of_their_ids(
    desk: Desk, runtime: Runtime, make: Make, kind: str, first: int
) -> None:
    posts = [make.post(text, external_id=f"{kind}:{first + n}", author="one") for n, text in enumerate(SAID)]
    make.store(desk.account, *reversed(posts))
    judge_items(runtime)
    assert _said(runtime) == SAID


def test_pushes_of_one_second_are_told_as_they_came(desk: Desk, runtime: Runtime, make: Make) -> None:
    more: dict[str, Any] = {"author": "one", "lane": Lane.PRIVATE}
    names = ["message:9", "message:one:1:text:ff", "message:10"]
    make.store(
        desk.account,
        *(make.post(text, external_id=name, **more) for name, text in zip(names, SAID, strict=True)),
    )
    judge_items(runtime)
    assert _said(runtime) == SAID
