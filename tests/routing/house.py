"""A house with service policies: an agency, an account, and a browser of its administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import ServiceRequest
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.worktime.calendars import clock as at
from tests.worktime.calendars import shown


def when(moment: datetime | None) -> str:
    return shown(moment) if moment is not None else "never"


FRIDAY = at("2026-11-27 17:30")
EVERYTHING: dict[str, Any] = {"all": []}
COMPLAINTS = {"all": [{"field": "type", "op": "is", "value": "complaint"}]}
STEPS = [{"at": "missed", "leads": True}]


def content(name: str = "投诉加急", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "condition": EVERYTHING,
        "first_minutes": 30,
        "next_minutes": 60,
        "resolve_minutes": 480,
        "warn_share": 75,
        "steps": STEPS,
        **more,
    }


class House:
    """An agency with an account, and a browser of its administrator."""

    def __init__(self, make: Make, clock: ManualClock, open_browser: Any) -> None:
        clock.advance((FRIDAY - clock.now()).total_seconds())
        self.make, self.clock = make, clock
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.account = make.account(self.agency, self.team)
        self._open_browser = open_browser
        self._person = make.operator(self.agency, self.team, role=RoleName.ADMINISTRATOR)
        self.log_in()

    def log_in(self) -> None:
        self.admin: Browser = self._open_browser(self._person)

    def policy(self, name: str = "投诉加急", *, is_on: bool = True, **more: Any) -> dict[str, Any]:
        answer = self.admin.post("/service-policies", content(name, **more))
        assert answer.status_code == 201, answer.get_json()
        found: dict[str, Any] = answer.get_json()
        if is_on:
            found = self.switch(found, is_on=True)
        return found

    def switch(self, policy: dict[str, Any], *, is_on: bool) -> dict[str, Any]:
        body = {"is_on": is_on, "version": policy["version"]}
        answer = self.admin.put(f"/service-policies/{policy['id']}/switch", body)
        assert answer.status_code == 200, answer.get_json()
        found: dict[str, Any] = answer.get_json()
        return found

    def asks(self, text: str = "套餐怎么改？", author: str = "u1", **more: Any) -> ServiceRequest:
        return self.make.request(self.account, text, author=author, **more)

    def now(self, request: ServiceRequest) -> ServiceRequest:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, request.id)

    def refused(self, **more: Any) -> dict[str, str]:
        answer = self.admin.post("/service-policies", content(**more))
        assert answer.status_code == 422, answer.get_json()
        fields: dict[str, str] = answer.get_json()["fields"]
        return fields
