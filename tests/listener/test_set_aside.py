"""One item that cannot be judged holds up no other, is not lost, and is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from app.adapters.types import InboundPost, Page
from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.queue import TIME_IS_UP
from app.listener import rounds
from app.listener.chain.chain import ChainItem
from app.listener.chain.chain import judge as judge_all
from app.listener.ingest import storing
from app.listener.jobs import LISTENER, judge_items, poll_stream
from app.listener.judging.verdicts import SET_ASIDE_FOR, oldest_unjudged
from app.models import (
    CallbackDelivery,
    DeliveryStatus,
    InboundItem,
    RequestStatus,
    ServiceRequest,
    Stream,
    Verdict,
    WaitingItem,
)
from app.routing import lifecycle
from tests.accounts.test_callbacks import Line
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.listener.desk import Desk, verdicts

POISON = "这条谁也读不懂"


class Trouble:
    """Breaks wherever one of the items is poison; counts the rounds."""

    def __init__(self, error: Exception, patch: pytest.MonkeyPatch) -> None:
        self.error, self.rounds, self.is_over = error, 0, False
        self.lasts: int | None = None
        """So many rounds; None: until it is over."""
        patch.setattr(rounds, "judge", self)

    def __call__(self, chain_items: Sequence[ChainItem], *rest: Any) -> Any:
        self.rounds += 1
        self.is_over = self.is_over or (self.lasts is not None and self.rounds > self.lasts)
        if not self.is_over and any(POISON in one.item.text for one in chain_items):
            raise self.error
        return judge_all(chain_items, *rest)


def store(make: Make, desk: Desk, count: int, poison_at: Sequence[int]) -> None:
    words = [POISON if at in poison_at else f"宽带断了第{at}天，来修" for at in range(count)]
    make.store(desk.account, *(make.post(text, author=f"w{at}") for at, text in enumerate(words)))


def standing(runtime: Runtime) -> tuple[int, list[str]]:
    """How many are judged, and what waits."""
    with open_context(runtime, LISTENER, write=False) as ctx:
        waiting = select(InboundItem.text).join(WaitingItem, WaitingItem.id == InboundItem.id)
        return (
            len(ctx.session.scalars(select(Verdict.id)).all()),
            list(ctx.session.scalars(waiting)),
        )


def test_the_others_are_judged_and_the_one_is_tried_again_in_an_hour(
    desk: Desk, make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(ValueError("no such thing"), monkeypatch)
    store(make, desk, 40, (7, 31))
    judge_items(make.runtime)
    assert standing(make.runtime) == (38, [POISON, POISON])
    assert trouble.rounds < 25, "found by halving, not one by one"
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        assert oldest_unjudged(ctx) is None, "nobody rings for what is set aside"
    store(make, desk, 3, ())
    judge_items(make.runtime)
    assert standing(make.runtime) == (41, [POISON, POISON])
    clock.advance(SET_ASIDE_FOR.total_seconds() + 1)
    trouble.is_over = True
    judge_items(make.runtime)
    assert standing(make.runtime) == (43, [])


@pytest.mark.parametrize(
    "error", [OperationalError("x", {}, Exception("away")), TIME_IS_UP("time"), OSError()]
)
def test_what_is_nobodys_fault_blames_no_item(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The database is away: everything stays as it was, and the whole is taken again."""
    Trouble(error, monkeypatch)
    store(make, desk, 4, (1,))
    with pytest.raises(type(error)):
        judge_items(make.runtime)
    judged, waiting = standing(make.runtime)
    assert (judged, len(waiting)) == (0, 4)


def test_what_met_a_change_of_the_same_moment_is_judged_at_once(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited for an hour, as if there was something wrong with the item."""
    trouble = Trouble(StaleDataError("somebody was first"), monkeypatch)
    trouble.lasts = 3
    store(make, desk, 2, (1,))
    judge_items(make.runtime)
    assert standing(make.runtime) == (2, [])


def test_what_meets_one_for_ever_is_left_to_the_next_worker(
    desk: Desk, make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(StaleDataError("somebody was first"), monkeypatch)
    store(make, desk, 2, (1,))
    with pytest.raises(StaleDataError):
        judge_items(make.runtime)
    assert trouble.rounds == rounds.MOST_MET + 1
    trouble.is_over = True
    clock.advance(make.runtime.settings.lease_seconds + 1)
    judge_items(make.runtime)
    assert standing(make.runtime) == (2, [])


def test_a_customer_who_writes_while_somebody_acts_joins_the_request(make: Make, desk: Desk) -> None:
    """On PostgreSQL the message met the act, and lay unread for an hour."""
    request = make.request(desk.account, "宽带断了，怎么办？", author="c1")
    with ThreadPoolExecutor(1) as hand:
        with open_context(make.runtime, LISTENER) as ctx:
            lifecycle.set_status(ctx, ctx.session.get_one(ServiceRequest, request.id), RequestStatus.RESOLVED)
            ctx.session.flush()
            wrote = hand.submit(make.request, desk.account, "还是没修好，快来人", author="c1")
            with pytest.raises(TimeoutError):
                wrote.result(0.5)
        opened = wrote.result(60)
    assert opened.id != request.id, "what was resolved first stays so"


@pytest.fixture
def unstorable(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nothing of ours can make a row of."""
    made = storing._row

    def row(ctx: Any, account_id: int, post: InboundPost, *rest: Any) -> Any:
        if POISON in post.text:
            raise ValueError("no such thing")
        return made(ctx, account_id, post, *rest)

    monkeypatch.setattr(storing, "_row", row)


def kept(runtime: Runtime) -> list[tuple[str, str]]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.execute(select(InboundItem.kind, InboundItem.text).order_by(InboundItem.id))
        return [(kind, text) for kind, text in rows]


@pytest.mark.usefixtures("unstorable")
def test_a_post_that_cannot_be_stored_keeps_no_stream_from_going_on(
    make: Make, desk: Desk, remote: Remote
) -> None:
    stream, runtime = make.stream(desk.account), make.runtime
    posts = [make.post(text) for text in ("宽带断了", POISON, "话费不对")]
    remote.pages.append(Page(tuple(posts), {"since": "5"}))
    poll_stream(runtime, stream.id)
    assert kept(runtime) == [("mention", "宽带断了"), ("unknown", ""), ("mention", "话费不对")]
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert ctx.session.get_one(Stream, stream.id).cursor == {"since": "5"}
    judge_items(runtime)
    assert [(one.reason, one.needs_review) for one in verdicts(runtime)][1] == ("not_understood", True)


@pytest.mark.usefixtures("unstorable")
def test_a_push_that_cannot_be_stored_keeps_no_other_from_being_taken_in(app: Flask, make: Make) -> None:
    line = Line(app, make)
    for number, text in enumerate(("宽带断了", POISON, "话费不对"), 1):
        assert line.push(line.message(text, number)).status_code == 200
    line.understand()
    assert [text for _, text in kept(make.runtime)] == ["宽带断了", "", "话费不对"]
    assert {row.status for row in line.rows(CallbackDelivery)} == {DeliveryStatus.PROCESSED}
    line.understand()
    assert len(kept(make.runtime)) == 3
