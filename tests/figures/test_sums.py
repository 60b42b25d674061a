"""Sums of days: figures are the same with them and without, whatever changes meanwhile, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from app.core.clock import ManualClock
from app.core.db import open_session
from app.core.office import start_of_day
from app.core.permissions import system_actor
from app.core.unit_of_work import open_context
from app.figures import keeping
from app.figures.catalogue import METRICS, Metric
from app.figures.schemas import FiguresView
from app.figures.sums import DAY, KEPT
from app.models import (
    FigureDay,
    FigureMark,
    FigureSum,
    OutboundMessage,
    OutboundState,
    RequestChange,
    RequestStatus,
    ServiceRequest,
    Verdict,
    VerdictOutcome,
)
from tests.factories.make import Make
from tests.figures.house import REACHES, House
from tests.figures.test_one_query import Screen
from tests.support.statements import counted

ROWS = 160
AMONG = ("agency operator", "supervisor", "head of a unit")
"""Reaches that sums tell apart differently: by team, by account, by team with one's own elsewhere."""
SPLITS: dict[str, tuple[str, ...]] = {
    "service_request": ("type", "account", "platform", "team", "unit", "assignee"),
    "inbound_item": ("account", "outcome", "reason"),
    "reply": ("account", "platform", "team"),
}
CONDITIONS: dict[str, Any] = {
    "service_request": {"any": [{"field": "type", "op": "is", "value": "complaint"}]},
    "inbound_item": {"field": "outcome", "op": "is", "value": "kept"},
    "reply": {"field": "platform", "op": "is", "value": "weibo"},
}


@pytest.fixture
def house(make: Make) -> House:
    house = House(make)
    house.fill(random.Random(3), ROWS)
    return house


def _unit(house: House) -> Callable[[], Any]:
    return lambda: open_context(house.runtime, system_actor("figures"))


def _keep(house: House, clock: ManualClock) -> None:
    """All past days are summed."""
    keeping.keep_up(_unit(house))
    clock.advance(keeping.SETTLES.total_seconds())
    while keeping.keep_up(_unit(house)):
        pass


def _forget(house: House) -> None:
    """Without sums, figures come from rows."""
    session = open_session(house.runtime.sessions, write=True)
    for model in (FigureDay, FigureMark, FigureSum):
        session.execute(delete(model))
    session.commit()
    session.close()


def _count(house: House, model: Any) -> int:
    session = open_session(house.runtime.sessions, write=False)
    try:
        return session.scalar(select(func.count()).select_from(model)) or 0
    finally:
        session.close()


def _questions(house: House, metric: Metric, rng: random.Random) -> list[dict[str, Any]]:
    today = start_of_day(house.make.now).astimezone().date()
    dated = {
        "first": (today - timedelta(days=9)).isoformat(),
        "last": (today - timedelta(days=4)).isoformat(),
    }
    subject = metric.source.subject.key
    field = rng.choice(SPLITS[subject])
    wanted: list[dict[str, Any]] = [
        {},
        {"split": ["day"], "comparison": "previous", "period": {"named": "last_7_days"}},
        {"split": [rng.choice(("week", "month"))], "period": {"named": "last_90_days"}},
        {"split": ["day", field]},
        {"split": [field], "condition": CONDITIONS[subject], "period": dated},
        {"split": ["hour"], "period": {"named": "last_7_days"}},
    ]
    if subject == "service_request":
        inside = {"field": "unit", "op": "has_any", "value": [house.department]}
        midday = (start_of_day(house.make.now) - timedelta(days=6.5)).isoformat()
        within_a_day = {"field": metric.time, "op": "after", "value": midday}
        wanted += [{"split": ["unit"], "condition": inside}, {"split": ["day"], "condition": within_a_day}]
    return wanted


def _answers(app: Flask, house: House, reaches: Sequence[str]) -> dict[Any, Any]:
    """What each reach is told to every question; without when it was counted."""
    found: dict[Any, Any] = {}
    for reach in reaches:
        screen = Screen(app, house, reach)
        rng = random.Random(f"{reach}")
        for metric in METRICS.all():
            if not metric.sums or not house.make.actor(house.people[reach]).may(metric.source.subject.right):
                continue
            for at, question in enumerate(_questions(house, metric, rng)):
                if reach == "agency operator" and "unit" in str(question.get("condition")):
                    continue  # it lies in another agency
                view: FiguresView = screen.ask(metrics=[metric.key], **question)
                found[reach, metric.key, at] = view.model_dump(exclude={"counted_at"})
    return found


def _same(app: Flask, house: House, clock: ManualClock, reaches: Sequence[str]) -> None:
    with_sums = _answers(app, house, reaches)
    _forget(house)
    without = _answers(app, house, reaches)
    assert with_sums.keys() == without.keys()
    wrong = [key for key in without if with_sums[key] != without[key]]
    assert wrong == []
    assert len(without) > 40 * len(reaches)
    _keep(house, clock)


def test_figures_are_the_same_with_sums_and_without(app: Flask, house: House, clock: ManualClock) -> None:
    _keep(house, clock)
    assert _count(house, FigureSum) > 100
    _same(app, house, clock, REACHES)


def _change(house: House, rng: random.Random) -> None:
    """What anybody may do to rows, by whatever statement."""
    session = open_session(house.runtime.sessions, write=True)
    ids = list(session.scalars(select(ServiceRequest.id)))
    others = list(session.scalars(select(OutboundMessage.id)))
    judged = list(session.scalars(select(Verdict.id)))
    for _ in range(12):
        moved = update(ServiceRequest).where(ServiceRequest.id == rng.choice(ids))
        session.execute(moved.values(team_id=rng.choice((None, *(team.id for team in house.teams)))))
        session.execute(
            update(ServiceRequest)
            .where(ServiceRequest.id == rng.choice(ids))
            .values(type=rng.choice(("lead", "complaint")), first_replied_at=house.make.now)
        )
        ended = house.make.now - timedelta(days=rng.random() * 5)
        session.execute(
            update(ServiceRequest)
            .where(ServiceRequest.id == rng.choice(ids), ServiceRequest.opened_at <= ended)
            .values(status=RequestStatus.RESOLVED, resolved_at=ended)
        )
        session.execute(
            update(ServiceRequest)
            .where(ServiceRequest.id == rng.choice(ids), ServiceRequest.status == RequestStatus.CLOSED)
            .values(resolved_at=None)
        )
        session.execute(
            update(OutboundMessage)
            .where(OutboundMessage.id == rng.choice(others))
            .values(state=rng.choice((OutboundState.SENT, OutboundState.FAILED)))
        )
        session.execute(
            update(Verdict)
            .where(Verdict.id == rng.choice(judged))
            .values(outcome=VerdictOutcome.KEPT, rescued_at=house.make.now)
        )
    session.commit()
    session.close()


def _write_down(house: House) -> None:
    """What was done to requests behind the lifecycle's back, as if each had been opened so."""
    session = open_session(house.runtime.sessions, write=True)
    session.execute(delete(RequestChange))
    house.write_down(session, list(session.scalars(select(ServiceRequest.id))))
    session.commit()
    session.close()


def test_random_changes_are_in_the_figures_at_once(app: Flask, house: House, clock: ManualClock) -> None:
    _keep(house, clock)
    rng = random.Random(1)
    _change(house, rng)
    assert _count(house, FigureMark) > 5
    with open_context(house.runtime, system_actor("figures"), write=False) as ctx:
        assert keeping.check(_unit(house), list(keeping.all_days(ctx))) == []  # a marked day may differ
    _same(app, house, clock, AMONG)
    _change(house, rng)
    house.fill(rng, 40)  # rows that come late, into days that are summed
    clock.advance(keeping.AGAIN.total_seconds())
    while keeping.keep_up(_unit(house)):
        pass
    assert _count(house, FigureMark) == 0
    _same(app, house, clock, AMONG)
    _write_down(house)


def test_what_is_not_counted_marks_nothing(house: House, clock: ManualClock) -> None:
    _keep(house, clock)
    session = open_session(house.runtime.sessions, write=True)
    session.execute(update(ServiceRequest).values(unread_count=ServiceRequest.unread_count + 1))
    session.execute(update(Verdict).values(spam_score=0.5))
    session.commit()
    session.close()
    assert _count(house, FigureMark) == 0


def test_a_day_that_is_being_changed_while_it_is_counted_stays_marked(
    house: House, clock: ManualClock
) -> None:
    """A count takes away what it sees; on PostgreSQL a change that commits later has a mark of its own."""
    if house.runtime.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    _keep(house, clock)
    session = open_session(house.runtime.sessions, write=True)
    old = session.scalars(select(ServiceRequest).where(ServiceRequest.opened_at < house.make.now - 5 * DAY))
    day = start_of_day(next(iter(old)).opened_at)
    span = (ServiceRequest.opened_at >= day, ServiceRequest.opened_at < day + DAY)
    session.execute(update(ServiceRequest).where(*span).values(type="praise"))
    with open_context(house.runtime, system_actor("figures")) as ctx:
        keeping.count_day(ctx, "opened", day)
    session.commit()
    session.close()
    with open_context(house.runtime, system_actor("figures"), write=False) as ctx:
        marked = set(ctx.session.execute(select(FigureMark.moment, FigureMark.day)).all())
    assert ("opened", day) in {tuple(row) for row in marked}
    _write_down(house)


def test_the_check_finds_and_mends_what_was_changed_behind_the_triggers(
    house: House, clock: ManualClock
) -> None:
    _keep(house, clock)
    session = open_session(house.runtime.sessions, write=True)
    day = session.scalar(select(FigureSum.day).where(FigureSum.kind == "opened").limit(1))
    session.execute(
        update(FigureSum).where(FigureSum.kind == "opened", FigureSum.day == day).values(n=FigureSum.n + 1)
    )
    session.commit()
    session.close()
    clock.advance(86_400)
    found = []
    while days := _unchecked(house):
        found += keeping.check(_unit(house), days)
    assert found == [("opened", day)]
    with open_context(house.runtime, system_actor("figures"), write=False) as ctx:
        days = list(keeping.all_days(ctx))
    assert keeping.check(_unit(house), days) == []


def _unchecked(house: House) -> list[Any]:
    with open_context(house.runtime, system_actor("figures"), write=False) as ctx:
        return list(keeping.unchecked(ctx))


def test_a_rebuild_begins_anew(house: House, clock: ManualClock) -> None:
    _keep(house, clock)
    before = _sums(house)
    session = open_session(house.runtime.sessions, write=True)
    session.execute(delete(FigureSum))
    session.commit()
    session.close()
    assert keeping.rebuild(_unit(house)) == _count(house, FigureDay)
    assert _sums(house) == before
    assert _count(house, FigureMark) == 0


def _sums(house: House) -> set[Any]:
    session = open_session(house.runtime.sessions, write=False)
    try:
        return {tuple(row) for row in session.execute(select(*FigureSum.__table__.columns))}
    finally:
        session.close()


def test_sums_are_read_where_they_know_what_is_asked(app: Flask, house: House, clock: ManualClock) -> None:
    """What a supervisor's first page asks is answered by sums; by person, priority or hour from rows."""
    _keep(house, clock)
    screen = Screen(app, house, "manager")
    for split, summed in (
        ("day", True),
        ("type", True),
        ("unit", True),
        ("assignee", False),
        ("hour", False),
    ):
        with counted(house.runtime.engine) as statements:
            screen.ask(metrics=["arrivals"], split=[split])
        assert any("figure_sums" in statement for statement in statements) is summed, split
    for metric in METRICS.all():
        if metric.sums:
            with counted(house.runtime.engine) as statements:
                screen.ask(metrics=[metric.key], split=["day"])
            assert any("figure_sums" in statement for statement in statements), metric.key


def test_every_kind_has_its_triggers(house: House) -> None:
    """A migration that makes a table anew on SQLite drops them without a word."""
    session = open_session(house.runtime.sessions, write=False)
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if house.runtime.engine.dialect.name == "postgresql":
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    found = set(session.scalars(text(names)))
    session.close()
    assert {f"figures_{moment}_{act}" for moment in KEPT.moments() for act in ("insert", "update")} <= found
