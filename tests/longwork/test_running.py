"""Long work in slices and steps: done, called off, interrupted, refused, tried again, forgotten."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.longwork import runner
from app.longwork.jobs import PERIODIC, forget_old
from app.longwork.leases import MOST_ATTEMPTS, take
from app.longwork.queries import get_work, work_view
from app.longwork.runner import HAND, folder_of, go_on
from app.longwork.services import begin
from app.models import LongWork, LongWorkError, LongWorkState, Operator, ProcessLease
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.longwork.counting import COUNTING, Counting

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def owner(make: Make) -> Operator:
    agency = make.agency()
    return make.operator(agency, make.team(agency), role=RoleName.SUPERVISOR)


def begun(make: Make, owner: Operator, **arguments: Any) -> int:
    with open_context(make.runtime, make.actor(owner), locale="en") as ctx:
        return begin(ctx, COUNTING, Counting(**arguments)).id


def stands(runtime: Runtime, number: int) -> LongWork:
    with open_context(runtime, HAND, write=False) as ctx:
        return ctx.session.get_one(LongWork, number)


def rows(runtime: Runtime) -> list[int]:
    with open_context(runtime, HAND, write=False) as ctx:
        names = ctx.session.scalars(select(ProcessLease.name)).all()
        return sorted(int(name.removeprefix("row ")) for name in names)


def told(runtime: Runtime) -> list[dict[str, Any]]:
    with open_context(runtime, HAND, write=False) as ctx:
        found = ctx.session.scalars(
            select(EventLog).where(EventLog.name == "long_work.changed").order_by(EventLog.id)
        )
        return [event.payload["long_work"] for event in found]


def test_a_piece_of_work_is_done_step_by_step_as_its_owner(
    make: Make, runtime: Runtime, owner: Operator
) -> None:
    number = begun(make, owner, until=175)
    go_on(runtime, number)
    row = stands(runtime, number)
    assert (row.state, row.done, row.total, row.lease_token) == (LongWorkState.DONE, 175, 175, None)
    assert rows(runtime) == list(range(1, 176))
    with open_context(runtime, HAND, write=False) as ctx:
        assert set(ctx.session.scalars(select(ProcessLease.holder))) == {owner.login_name}


def test_it_gives_its_place_back_after_a_slice_and_goes_on_there(
    make: Make, runtime: Runtime, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SLICE_SECONDS", -1.0)
    number = begun(make, owner, until=120)
    go_on(runtime, number)
    row = stands(runtime, number)
    assert (row.state, row.done, row.lease_until) == (LongWorkState.RUNNING, 50, None)
    go_on(runtime, number)
    go_on(runtime, number)
    go_on(runtime, number)
    assert stands(runtime, number).state is LongWorkState.DONE
    assert rows(runtime) == list(range(1, 121))


def test_progress_is_told_at_most_once_in_a_second(
    make: Make, runtime: Runtime, owner: Operator, clock: ManualClock
) -> None:
    number = begun(make, owner, until=1000, chunk=10)
    while stands(runtime, number).state is not LongWorkState.DONE:
        go_on(runtime, number)  # a busy machine needs more than one slice
    states = [(view["state"], view["done"]) for view in told(runtime)]
    assert states == [("queued", 0), ("running", 0), ("done", 1000)]


def test_two_workers_never_do_the_same_step(
    make: Make, runtime: Runtime, owner: Operator, clock: ManualClock
) -> None:
    number = begun(make, owner, until=60)
    with open_context(runtime, HAND) as ctx:
        late = take(ctx, number)
    assert late is not None
    go_on(runtime, number)  # somebody has it
    assert rows(runtime) == []
    clock.advance(runtime.settings.lease_seconds + 1)
    go_on(runtime, number)  # taken for dead
    assert stands(runtime, number).state is LongWorkState.DONE
    assert runner._slice(runtime, late) is False  # and is not: it does nothing more
    assert rows(runtime) == list(range(1, 61))


def test_called_off_before_it_begins_it_is_over_at_once(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open
) -> None:
    number = begun(make, owner, until=60)
    answer = open_browser(owner).post(f"/long-works/{number}/cancel")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "cancelled")
    go_on(runtime, number)
    assert rows(runtime) == []
    again = open_browser(owner).post(f"/long-works/{number}/cancel")
    assert (again.status_code, again.get_json()["code"]) == (409, "long_work_over")


def test_called_off_while_it_runs_the_step_under_way_is_its_last(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = begun(make, owner, until=500)
    browser = open_browser(owner)
    taken = runner._take_step

    def called_off(*given: Any) -> Any:
        position = taken(*given)
        if position["next"] == 100:
            assert browser.post(f"/long-works/{number}/cancel").get_json()["state"] == "cancelling"
        return position

    monkeypatch.setattr(runner, "_take_step", called_off)
    folder_of(runtime, number).mkdir(parents=True)
    go_on(runtime, number)
    row = stands(runtime, number)
    assert (row.state, row.done) == (LongWorkState.CANCELLED, 100)
    assert rows(runtime) == list(range(1, 101))
    assert not folder_of(runtime, number).exists()


def test_one_whose_worker_died_while_it_was_called_off_ends(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open, clock: ManualClock
) -> None:
    number = begun(make, owner, until=500)
    with open_context(runtime, HAND) as ctx:
        take(ctx, number)
    open_browser(owner).post(f"/long-works/{number}/cancel")
    clock.advance(runtime.settings.lease_seconds + 1)
    go_on(runtime, number)
    assert stands(runtime, number).state is LongWorkState.CANCELLED


def test_rows_that_refuse_leave_the_others_alone_and_are_listed(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open
) -> None:
    number = begun(make, owner, until=100, refuse_every=40)
    go_on(runtime, number)
    row = stands(runtime, number)
    assert (row.state, row.done, row.failed) == (LongWorkState.DONE, 98, 2)
    assert rows(runtime) == [n for n in range(1, 101) if n not in (40, 80)]
    answer = open_browser(owner).get(f"/long-works/{number}/errors")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    listed = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert listed[0] == ["Row", "Object", "Column", "Reason"]
    assert [line[0] for line in listed[1:]] == ["40", "80"]
    assert all(line[3] and "request_not_active" not in line[3] for line in listed[1:])


def test_failed_rows_are_tried_again_once(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open
) -> None:
    number = begun(make, owner, until=100, refuse_every=40)
    browser = open_browser(owner)
    assert browser.post(f"/long-works/{number}/retry").get_json()["code"] == "nothing_to_retry"
    go_on(runtime, number)
    again = browser.post(f"/long-works/{number}/retry")
    assert again.status_code == 201
    go_on(runtime, again.get_json()["id"])
    assert rows(runtime) == list(range(1, 101))
    assert browser.get(f"/long-works/{number}").get_json()["may_retry"] is False
    assert browser.post(f"/long-works/{number}/retry").status_code == 409


def test_a_step_that_breaks_is_tried_again_and_given_up_in_the_end(
    make: Make, runtime: Runtime, owner: Operator, clock: ManualClock
) -> None:
    number = begun(make, owner, until=100, die_at=70)
    for _ in range(MOST_ATTEMPTS + 2):
        go_on(runtime, number)
        clock.advance(120)
    row = stands(runtime, number)
    assert (row.state, row.error, row.done) == (LongWorkState.FAILED, "long_work_gave_up", 50)
    assert rows(runtime) == list(range(1, 51))


def test_who_was_disabled_or_lost_the_right_does_nothing_more(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open
) -> None:
    number = begun(make, owner, until=100)
    with open_context(runtime, HAND) as ctx:
        ctx.session.execute(update(Operator).where(Operator.id == owner.id).values(is_active=False))
    go_on(runtime, number)
    row = stands(runtime, number)
    assert (row.state, row.error) == (LongWorkState.FAILED, "long_work_owner_gone")
    assert rows(runtime) == []


def test_work_that_nobody_has_is_found(
    make: Make, runtime: Runtime, owner: Operator, clock: ManualClock
) -> None:
    number = begun(make, owner, until=10)
    entry = next(each for each in PERIODIC if each.name == "open long work")

    def due() -> list[tuple[int, ...]]:
        with open_context(runtime, HAND, write=False) as ctx:
            return [each.ids for each in entry.due(ctx)]

    assert due() == [(number,)]
    with open_context(runtime, HAND) as ctx:
        take(ctx, number)
    assert due() == []
    clock.advance(runtime.settings.lease_seconds + 1)
    assert due() == [(number,)]
    go_on(runtime, number)
    assert due() == []


def test_others_neither_see_nor_touch_it_who_manages_does(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open
) -> None:
    number = begun(make, owner, until=10)
    mate = open_browser(make.operator(make.agency(), role=RoleName.SUPERVISOR))
    for method, path in (
        ("GET", ""),
        ("POST", "/cancel"),
        ("POST", "/retry"),
        ("DELETE", ""),
        ("GET", "/errors"),
        ("GET", "/result"),
    ):
        assert mate.call(method, f"/long-works/{number}{path}").status_code == 404, path
    assert mate.get("/long-works", everybody="1").get_json()["items"] == []
    administrator = open_browser(make.operator(make.agency(), role=RoleName.ADMINISTRATOR))
    assert administrator.get("/long-works").get_json()["items"] == []
    seen = administrator.get("/long-works", everybody="1").get_json()["items"]
    assert [(each["id"], each["owner"]["name"]) for each in seen] == [(number, owner.name)]
    assert administrator.post(f"/long-works/{number}/cancel").status_code == 200


def test_a_person_has_at_most_so_many_under_way(
    make: Make, runtime: Runtime, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.longwork.services.MOST_OPEN", 2)
    begun(make, owner, until=1)
    begun(make, owner, until=1)
    with pytest.raises(Exception, match="too_many_long_works"):
        begun(make, owner, until=1)


def test_ended_work_is_put_away_by_hand_or_after_its_days(
    make: Make, runtime: Runtime, owner: Operator, open_browser: Open, clock: ManualClock
) -> None:
    first, second, third = (begun(make, owner, until=n, refuse_every=2) for n in (2, 2, 2))
    browser = open_browser(owner)
    assert browser.delete(f"/long-works/{first}").get_json()["code"] == "long_work_open"
    go_on(runtime, first)
    with open_context(runtime, HAND) as ctx:
        ctx.session.execute(update(ProcessLease).values(name=ProcessLease.name + "0"))
    go_on(runtime, second)
    assert browser.delete(f"/long-works/{first}").status_code == 204
    folder_of(runtime, first).mkdir(parents=True)  # as a crash may leave it
    folder_of(runtime, third).mkdir(parents=True)
    clock.advance(timedelta(days=runtime.settings.long_work_days, seconds=1).total_seconds())
    forget_old(runtime)
    with open_context(runtime, HAND, write=False) as ctx:
        assert list(ctx.session.scalars(select(LongWork.id))) == [third]
        assert list(ctx.session.scalars(select(LongWorkError.id))) == []
    assert [folder_of(runtime, n).exists() for n in (first, third)] == [False, True]


def test_the_remaining_time_follows_from_what_the_rows_took(
    make: Make, runtime: Runtime, owner: Operator
) -> None:
    number = begun(make, owner, until=100)
    with open_context(runtime, HAND) as ctx:
        take(ctx, number)
        ctx.session.execute(
            update(LongWork)
            .where(LongWork.id == number)
            .values(total=100, done=20, failed=5, worked_seconds=10)
        )
    with open_context(runtime, make.actor(owner), write=False) as ctx:
        assert work_view(ctx, get_work(ctx, number)).seconds_left == 30
