"""An office with rules: who makes them, and the processes that carry them out, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.automation import following, timing
from app.automation.acting import HAND
from app.automation.running import open_runs, perform
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.longwork.leases import open_work
from app.longwork.runner import go_on
from app.models import Account, Agency, AutomationRun, Operator, Presence, ServiceRequest, Team
from app.realtime.publisher import publish_new
from tests.factories.browser import Browser
from tests.factories.make import Make

OPENED = {"kind": "event", "event": "request_opened"}
NOTED = {"kind": "add_note", "text": "自动备注"}
ANY: dict[str, Any] = {"all": []}


def leaf(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


def after(name: str, minutes: int, **more: Any) -> dict[str, Any]:
    return {"kind": "time", "field": name, "side": "after", "minutes": minutes, **more}


@dataclass
class Office:
    make: Make
    agency: Agency = field(init=False)
    team: Team = field(init=False)
    account: Account = field(init=False)
    lead: Operator = field(init=False)
    mate: Operator = field(init=False)

    def __post_init__(self) -> None:
        make = self.make
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.account = make.account(self.agency, self.team)
        self.lead = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR)
        self.mate = make.operator(self.agency, self.team, presence=Presence.OFFLINE)

    def settle(self, rounds: int = 12) -> None:
        """Let the publisher, the follower and the workers do all there is to do."""
        for _ in range(rounds):
            publish_new(self.make.runtime)
            with open_context(self.make.runtime, HAND) as ctx:
                following.follow(ctx)
            with open_context(self.make.runtime, HAND, write=False) as ctx:
                runs = open_runs(ctx)
            for number in runs:
                perform(self.make.runtime, number)
            with open_context(self.make.runtime, HAND, write=False) as ctx:
                if not following.has_news(ctx) and not open_runs(ctx) and publish_new(self.make.runtime) == 0:
                    return

    def watch_time(self) -> None:
        with open_context(self.make.runtime, HAND) as ctx:
            timing.watch_time(ctx)
        self.settle()

    def work(self) -> None:
        """Let the worker of long work finish what there is."""
        for _ in range(20):
            with open_context(self.make.runtime, HAND, write=False) as ctx:
                numbers = open_work(ctx)
            if not numbers:
                return
            for number in numbers:
                go_on(self.make.runtime, number)

    def runs(self) -> list[AutomationRun]:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            return list(ctx.session.scalars(select(AutomationRun).order_by(AutomationRun.id)))

    def request(self, number: int) -> ServiceRequest:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, number)

    def rule(self, browser: Browser, *actions: Any, on: bool = True, **more: Any) -> dict[str, Any]:
        """A rule that was made and, unless it is to be off, tried and switched on."""
        body = {
            "name": "规则",
            "trigger": OPENED,
            "condition": ANY,
            "actions": list(actions) or [NOTED],
            **more,
        }
        answer = browser.post("/automation/rules", body)
        assert answer.status_code == 201, answer.get_json()
        view: dict[str, Any] = answer.get_json()
        return self.switched_on(browser, view) if on else view

    def switched_on(self, browser: Browser, view: dict[str, Any]) -> dict[str, Any]:
        self.tried(browser, view)
        path = f"/automation/rules/{view['id']}/switch"
        answer = browser.put(path, {"is_on": True, "version": view["version"]})
        assert answer.status_code == 200, answer.get_json()
        switched: dict[str, Any] = answer.get_json()
        return switched

    def tried(self, browser: Browser, view: dict[str, Any]) -> dict[str, Any]:
        answer = browser.post(f"/automation/rules/{view['id']}/dry-runs")
        assert answer.status_code == 202, answer.get_json()
        self.work()
        return seen(browser, view["id"])


def seen(browser: Browser, rule_id: int) -> dict[str, Any]:
    rules = browser.get("/automation/rules").get_json()["items"]
    (view,) = [one for one in rules if one["id"] == rule_id]
    found: dict[str, Any] = view
    return found


def log_of(browser: Browser, **query: Any) -> list[dict[str, Any]]:
    answer = browser.get("/automation/runs", **query)
    assert answer.status_code == 200, answer.get_json()
    rows: list[dict[str, Any]] = answer.get_json()["items"]
    return rows
