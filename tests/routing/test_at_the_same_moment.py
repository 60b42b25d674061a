"""Two people, a customer or the courier act upon one request at the same moment: one of them is first, nobody
is told of a fault of ours, and what holds of a request holds afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import Message, OutboundMessage, Presence, RequestChange, ServiceRequest
from app.outbound.courier import COURIER, deliver
from app.workbench.cargo import REPLIES
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.routing.life import Life
from tests.workbench.test_replies import Open

Act = Callable[[Browser], None]
FINE = {200, 201, 202, 204, 409}


class Crowd:
    def __init__(self, make: Make, life: Life, open_browser: Open) -> None:
        self.make, self.life, self.desk = make, life, life.desk
        desk = life.desk
        colleague = make.operator(desk.agency, desk.team, presence=Presence.ONLINE)
        self.people = [desk.operator, colleague]
        leads = [make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR) for _ in range(2)]
        self.screens = [open_browser(lead) for lead in leads]
        for screen in self.screens:
            assert screen.csrf
        self.sent = desk.write("先发一条，等着被撤回")
        self.path = f"/service-requests/{desk.request.id}"
        self.version = self._row().version

    def _row(self) -> ServiceRequest:
        with open_context(self.desk.runtime, COURIER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, self.desk.request.id)

    def acts(self) -> dict[str, Act]:
        return {
            "claim": self._put("assignee", operator_id=self.people[0].id),
            "transfer": self._put("assignee", operator_id=self.people[1].id),
            "give back": self._put("assignee", operator_id=None),
            "resolve": self._put("status", status="resolved", confirm=["claimed_by_other"]),
            "hold": self._put("status", status="on_hold", confirm=["claimed_by_other"]),
            "reply": self._reply(resolve=False),
            "reply and resolve": self._reply(resolve=True),
            "undo": self._undo,
            "judge anew": self._put("classification", type="complaint", confirm=["claimed_by_other"]),
            "read": lambda screen: self._fine(
                screen.put(f"/conversations/{self.conversation}/read", {"number": 9})
            ),
            "customer": self._customer,
            "courier": self._courier,
        }

    @property
    def conversation(self) -> int:
        return self.desk.request.conversation_id

    def _put(self, what: str, **body: Any) -> Act:
        def act(screen: Browser) -> None:
            self._fine(screen.put(f"{self.path}/{what}", {**body, "version": self.version}))

        return act

    def _reply(self, *, resolve: bool) -> Act:
        def act(screen: Browser) -> None:
            body = {
                "service_request_id": self.desk.request.id,
                "lane": "public",
                "text": f"您好，正在核实{uuid.uuid4().hex[:6]}",
                "idempotency_key": uuid.uuid4().hex,
                "confirm": ["claimed_by_other", "second_reply"],
                "resolve": resolve,
            }
            self._fine(screen.post(f"/conversations/{self.conversation}/replies", body))

        return act

    def _undo(self, screen: Browser) -> None:
        body = {"confirm": ["claimed_by_other"]}
        self._fine(screen.post(f"/messages/{self.sent.id}/cancel", body))

    def _read(self, screen: Browser) -> None:
        self._fine(screen.put(f"/conversations/{self.conversation}/read", {"number": 9}))

    def _customer(self, _screen: Browser) -> None:
        text = f"又断了，快点{uuid.uuid4().hex[:6]}"
        self.make.store(self.desk.account, self.make.post(text, author="c1"))
        self.make.judge()

    def _courier(self, _screen: Browser) -> None:
        deliver(self.desk.runtime, REPLIES, self.desk.due())

    @staticmethod
    def _fine(answer: Any) -> None:
        assert answer.status_code in FINE, answer.get_json()

    def at_once(self, first: Act, second: Act) -> None:
        gate = Barrier(2)

        def run(act: Act, screen: Browser) -> None:
            gate.wait(10)
            act(screen)

        with ThreadPoolExecutor(2) as hands:
            done = [
                hands.submit(run, act, screen)
                for act, screen in zip((first, second), self.screens, strict=True)
            ]
            for one in done:
                one.result(60)

    def is_whole(self) -> None:
        self.make.judge()  # what one worker had leased while the other looked
        self.life.promises_are_kept()
        with open_context(self.desk.runtime, COURIER, write=False) as ctx:
            request = ctx.session.get_one(ServiceRequest, self.desk.request.id)
            statement = select(RequestChange.version).where(RequestChange.service_request_id == request.id)
            versions = sorted(ctx.session.scalars(statement))
            assert versions == sorted(set(versions))
            assert versions[-1] == request.version
            numbers = sorted(
                ctx.session.scalars(
                    select(Message.number).where(Message.conversation_id == request.conversation_id)
                )
            )
            assert numbers == list(range(1, len(numbers) + 1))
            taken = ctx.session.scalars(select(OutboundMessage)).all()
            assert len({row.cargo_id for row in taken}) == len(taken)


ACTS = (
    "claim",
    "transfer",
    "give back",
    "resolve",
    "hold",
    "reply",
    "reply and resolve",
    "undo",
    "judge anew",
    "read",
    "customer",
    "courier",
)


@pytest.mark.parametrize("first", ACTS)
def test_one_is_first_and_all_holds(
    make: Make, clock: ManualClock, remote: Remote, open_browser: Open, first: str
) -> None:
    """With each of the others, and with itself."""
    for second in ACTS[ACTS.index(first) :]:
        crowd = Crowd(make, Life(make, clock, remote, "weibo", 1), open_browser)
        clock.advance(11)
        acts = crowd.acts()
        try:
            crowd.at_once(acts[first], acts[second])
            crowd.is_whole()
        except Exception as error:
            error.add_note(f"{first} and {second}")
            raise
