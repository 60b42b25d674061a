"""Handing out under every order of what people do and what runs out, found by machine on both databases: no
request is lost or held twice, nobody is given more than they may hold, a decision explains every holder."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.identity.dealing import ONE, Weights
from app.jobs.job import perform
from app.models import (
    ACTIVE_STATUSES,
    MANUAL,
    AssignmentDecision,
    Lane,
    Operator,
    Presence,
    RequestChange,
    RequestStatus,
    ServiceRequest,
)
from app.routing.job_names import ASSIGN_WAITING, RETURN_OF_VANISHED
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.test_handing_out import ROUTER
from tests.routing.test_timers import Floor

PEOPLE = 3
INTAKE, WITHIN = 3, timedelta(minutes=5)
WEIGHTS = Weights()
SAID = ["online", "busy", "break", "training", "offline"]
who = st.integers(0, PEOPLE - 1)
_authors = count(1)


class Dealing(RuleBasedStateMachine):
    app: Flask
    make: Make
    clock: ManualClock
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(self.app, self.make, self.clock)
        self.floor.says(
            intake_most=INTAKE, intake_minutes=5, accept_minutes=4, away_minutes=6, vanish_minutes=9
        )
        teams, make = self.floor.team, self.make
        more = make.operator(self.floor.agency, teams, capacity=2, lane_limits={"private": 1})
        self.people: list[Operator] = [self.floor.anna, self.floor.bo, more]
        self.screens = [Browser(self.app, make.session_token(one)) for one in self.people]
        self.arrived: set[int] = set()
        self.checked = 0

    def _note(self, name: str) -> None:
        self.done[name] += 1

    def _requests(self, **wanted: Any) -> list[ServiceRequest]:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            found = select(ServiceRequest).where(ServiceRequest.id.in_(self.arrived)).filter_by(**wanted)
            return list(ctx.session.scalars(found.order_by(ServiceRequest.id)))

    @rule(lane=st.sampled_from([Lane.PUBLIC, Lane.PRIVATE]))
    def arrive(self, lane: Lane) -> None:
        self._note("arrive")
        request = self.make.request(self.floor.account, author=f"machine{next(_authors)}", lane=lane)
        self.arrived.add(request.id)

    @rule(person=who, presence=st.sampled_from(SAID))
    def say(self, person: int, presence: str) -> None:
        self._note(f"say {presence}")
        assert self.screens[person].put("/session/presence", {"presence": presence}).status_code == 200

    @rule(person=who)
    def touch(self, person: int) -> None:
        self._note("touch")
        assert self.screens[person].post("/session/touch").status_code == 204

    @rule(person=who)
    def open_first(self, person: int) -> None:
        self._note("open")
        for request in self._requests(assignee_id=self.people[person].id)[:1]:
            path = f"/conversations/{request.conversation_id}/read"
            assert self.screens[person].put(path, {"number": 1}).status_code == 204

    @rule(person=who, status=st.sampled_from(["pending", "open", "resolved"]))
    def move_on(self, person: int, status: str) -> None:
        self._note(f"move to {status}")
        held = [r for r in self._requests(assignee_id=self.people[person].id) if r.status in ACTIVE_STATUSES]
        for request in held[:1]:
            body = {"status": status, "version": request.version}
            answer = self.screens[person].put(f"/service-requests/{request.id}/status", body)
            assert answer.status_code in (200, 409), answer.get_json()

    @rule(person=who)
    def claim(self, person: int) -> None:
        self._note("claim")
        for request in self._requests(status=RequestStatus.NEW)[:1]:
            body = {"operator_id": self.people[person].id, "version": request.version}
            answer = self.screens[person].put(f"/service-requests/{request.id}/assignee", body)
            assert answer.status_code in (200, 409), answer.get_json()

    @rule(person=who, chooses=st.booleans())
    def leave(self, person: int, chooses: bool) -> None:
        self._note("hand back")
        held = [one.id for one in self._requests(assignee_id=self.people[person].id)]
        body = {"request_ids": held[:2]} if chooses else {}
        assert self.screens[person].post("/service-requests/hand-back", body).status_code == 200

    @rule(minutes=st.integers(1, 8), connected=st.sets(who))
    def wait(self, minutes: int, connected: set[int]) -> None:
        self._note("time")
        self.clock.advance(60.0 * minutes)
        self.floor.is_connected(*(self.people[one] for one in connected))
        self.floor.look()
        perform(self.make.runtime, RETURN_OF_VANISHED.name, [])

    @rule()
    def hand_out(self) -> None:
        self._note("hand out")
        perform(self.make.runtime, ASSIGN_WAITING.name, [])

    @invariant()
    def every_request_is_somewhere(self) -> None:
        found = self._requests()
        assert {one.id for one in found} == self.arrived, "lost"
        for one in found:
            waits = one.status is RequestStatus.NEW
            assert waits == (one.assignee_id is None and one.status in ACTIVE_STATUSES)
            assert one.offered_at is None or one.assignee_id is not None

    @invariant()
    def every_gift_was_allowed_and_is_explained(self) -> None:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            decisions = ctx.session.scalars(
                select(AssignmentDecision)
                .where(
                    AssignmentDecision.service_request_id.in_(self.arrived),
                    AssignmentDecision.id > self.checked,
                )
                .order_by(AssignmentDecision.id)
            ).all()
            lanes = {one.id: one.lane for one in self._requests()}
            for row in decisions:
                self.checked = row.id
                if row.chosen_operator_id is None or row.strategy == MANUAL:
                    continue
                (chosen,) = [c for c in row.candidates if c["operator_id"] == row.chosen_operator_id]
                assert (chosen["excluded"], chosen["presence"]) == (None, Presence.ONLINE.value)
                weight = round(chosen["load"] * ONE) + WEIGHTS.of(lanes[row.service_request_id])
                assert weight <= chosen["capacity"] * ONE, "more than they may hold"
                lately = AssignmentDecision.created_at > row.created_at - WITHIN
                given = ctx.session.scalars(
                    select(AssignmentDecision.id).where(
                        AssignmentDecision.chosen_operator_id == row.chosen_operator_id,
                        AssignmentDecision.strategy != MANUAL,
                        AssignmentDecision.id <= row.id,
                        lately,
                    )
                ).all()
                assert len(given) <= INTAKE, "faster than their agency says"
            moved = ctx.session.scalars(
                select(RequestChange).where(RequestChange.service_request_id.in_(self.arrived))
            )
            explained = set(
                ctx.session.scalars(
                    select(AssignmentDecision.change_id).where(
                        AssignmentDecision.service_request_id.in_(self.arrived)
                    )
                )
            )
            for change in moved:
                if change.before and "assignee_id" in change.after:
                    assert change.id in explained, f"{change.kind} by nobody's decision"


@pytest.mark.timeout(300)
def test_whatever_people_do_nothing_is_lost_and_nobody_has_too_much(
    app: Flask, make: Make, clock: ManualClock
) -> None:
    done: Counter[str] = Counter()
    machine = type("DealingHere", (Dealing,), {"app": app, "make": make, "clock": clock, "done": done})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(dict(done))  # noqa: T201  (the run says what it did)
    assert sum(done.values()) > 40
