"""Items once, cursors only with their items, one verdict each, one open request each: also at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.adapters.types import Page
from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.ingest import polling
from app.listener.jobs import LISTENER, judge_batch, judge_items, poll_stream
from app.listener.judging.verdicts import lease_items
from app.models import Account, InboundItem, ServiceRequest, Stream, Verdict
from tests.factories.make import Make
from tests.fakes.model import CHAT
from tests.fakes.platforms import Remote, platform_error


@pytest.fixture
def account(make: Make) -> Account:
    agency = make.agency()
    return make.account(agency, make.team(agency))


def count(runtime: Runtime, model: type[InboundItem] | type[Verdict] | type[ServiceRequest]) -> int:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return ctx.session.scalars(select(func.count()).select_from(model)).one()


def cursor(runtime: Runtime, stream: Stream) -> dict[str, object]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return ctx.session.get_one(Stream, stream.id).cursor


def test_a_page_and_its_cursor_are_stored_together(make: Make, account: Account, remote: Remote) -> None:
    stream = make.stream(account)
    remote.pages.append(Page((make.post("一条提及"),), {"since": "5"}))
    poll_stream(make.runtime, stream.id)
    assert (count(make.runtime, InboundItem), cursor(make.runtime, stream)) == (1, {"since": "5"})


def test_a_crash_between_reading_and_storing_reads_again(
    make: Make, account: Account, remote: Remote, clock: ManualClock
) -> None:
    stream, runtime = make.stream(account), make.runtime
    page = Page((make.post("一条提及"),), {"since": "5"})
    with open_context(runtime, LISTENER) as ctx:
        assert polling.lease_stream(ctx, stream.id) is not None  # read the page, and died
    assert cursor(runtime, stream) == {}
    remote.pages.append(page)
    poll_stream(runtime, stream.id)
    assert remote.polls == [], "the dead worker's lease still runs"
    clock.advance(31)
    poll_stream(runtime, stream.id)
    assert (count(runtime, InboundItem), cursor(runtime, stream)) == (1, {"since": "5"})


def test_a_worker_that_lost_its_lease_moves_no_cursor(
    make: Make, account: Account, clock: ManualClock
) -> None:
    stream, runtime = make.stream(account), make.runtime
    with open_context(runtime, LISTENER) as ctx:
        slow = polling.lease_stream(ctx, stream.id)
    clock.advance(31)
    with open_context(runtime, LISTENER) as ctx:
        fast = polling.lease_stream(ctx, stream.id)
    assert slow is not None
    assert fast is not None
    for reading, position in ((fast, "9"), (slow, "5")):
        with open_context(runtime, LISTENER) as ctx:
            polling.record_page(ctx, reading, Page((), {"since": position}))
    assert cursor(runtime, stream) == {"since": "9"}


def test_a_refused_reading_keeps_the_cursor_and_waits(
    make: Make, account: Account, remote: Remote, clock: ManualClock
) -> None:
    stream = make.stream(account)
    retry_at = make.later(3600)
    remote.pages.append(platform_error(PlatformErrorKind.RATE_LIMITED, retry_at=retry_at))
    poll_stream(make.runtime, stream.id)
    clock.advance(3000)
    poll_stream(make.runtime, stream.id)
    assert (len(remote.polls), cursor(make.runtime, stream)) == (1, {})
    clock.advance(700)
    poll_stream(make.runtime, stream.id)
    assert len(remote.polls) == 2


def test_a_repeated_page_adds_nothing(make: Make, account: Account) -> None:
    posts = [make.post(f"提及{n}，请处理") for n in range(3)]
    make.store(account, *posts)
    assert len(make.store(account, *posts, make.post("新的提及"))) == 4


def test_the_same_id_on_two_accounts_is_two_items(make: Make, account: Account) -> None:
    other = make.account(make.agency())
    post = make.post("提及两个账号", external_id="status:1")
    make.store(account, post)
    make.store(other, post)
    assert count(make.runtime, InboundItem) == 2


def test_two_workers_give_each_item_one_verdict(make: Make, account: Account) -> None:
    texts = [f"第{n}位客户的宽带坏了" for n in range(40)]
    make.store(account, *(make.post(text, author=f"c{n}") for n, text in enumerate(texts)))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _n: judge_items(make.runtime), range(4)))
    judge_items(make.runtime)
    assert count(make.runtime, Verdict) == count(make.runtime, InboundItem) == 40
    assert count(make.runtime, ServiceRequest) == 40


def test_an_item_whose_worker_died_is_judged_after_the_lease(
    make: Make, account: Account, clock: ManualClock
) -> None:
    make.store(account, make.post())
    with open_context(make.runtime, LISTENER) as ctx:
        lease_items(ctx)
    assert judge_batch(make.runtime) == 0
    clock.advance(31)
    assert judge_batch(make.runtime) == 1


def test_one_persons_posts_at_once_open_one_request(make: Make, account: Account) -> None:
    def arrive(number: int) -> None:
        make.store(account, make.post(f"第{number}次催：宽带还没好", author="same"))
        judge_items(make.runtime)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(arrive, range(12)))
    judge_items(make.runtime)
    assert count(make.runtime, Verdict) == 12
    assert count(make.runtime, ServiceRequest) == 1
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        assert ctx.session.scalars(select(ServiceRequest.message_count)).one() == 12


def test_what_asks_for_nothing_is_dropped_with_a_reason(make: Make, account: Account) -> None:
    make.store(account, make.post(f"{CHAT}而已"))
    judge_items(make.runtime)
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        verdict = ctx.session.scalars(select(Verdict)).one()
    assert (verdict.outcome, verdict.reason) == ("dropped", "no_request")
