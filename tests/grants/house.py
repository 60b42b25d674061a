"""A brand whose account an agency runs by a grant, while a department of the brand's watches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.clock import ManualClock
from app.core.grants import Allowed
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.grants.jobs import settle_grants
from app.listener.jobs import LISTENER
from app.models import AgencyKind, Operator, Presence, ServiceRequest
from app.routing.jobs import assign_waiting_requests, return_misheld_requests
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
EVERYTHING = tuple(one.value for one in Allowed)
WEEK = 7 * 86400.0


class House:
    def __init__(self, make: Make, clock: ManualClock, open_browser: Open) -> None:
        self.make, self.clock, self.open_browser = make, clock, open_browser
        self.runtime: Runtime = make.runtime
        self.brand, self.agency = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
        self.department = make.agency()
        self.team, self.agency_team = make.team(self.brand), make.team(self.agency)
        self.manager = make.operator(self.brand, role=RoleName.ADMINISTRATOR)
        self.own = make.operator(self.brand, self.team)
        self.lead = make.operator(self.brand, self.team, role=RoleName.SUPERVISOR)
        self.agent = make.operator(
            self.agency, self.agency_team, role=RoleName.AGENCY_OPERATOR, presence=Presence.ONLINE
        )
        self.agency_lead = make.operator(self.agency, self.agency_team, role=RoleName.SUPERVISOR)
        self.watcher = make.operator(self.department, role=RoleName.SUPERVISOR)
        self.account = make.account(self.brand, self.team)
        self.contract = make.contract(self.agency)

    def begin(self, **fields: Any) -> Any:
        """Grant the account to the agency as the brand's manager does; the answer."""
        body = {
            "account_id": self.account.id,
            "agency_id": self.agency.id,
            "team_id": self.agency_team.id,
            "allows": EVERYTHING,
            "opens_past": "all",
            "opens_notes": True,
            "takes_new": True,
            **fields,
        }
        return self.open_browser(self.manager).post("/grants", body)

    def granted(self, **fields: Any) -> dict[str, Any]:
        answer = self.begin(**fields)
        assert answer.status_code == 201, answer.get_json()
        view: dict[str, Any] = answer.get_json()
        return view

    def end(self, grant: dict[str, Any]) -> Any:
        return self.open_browser(self.manager).post(
            f"/grants/{grant['id']}/end", {"version": grant["version"]}
        )

    def numbers(self, person: Operator, view: str = "all") -> list[int]:
        """The requests that somebody's list shows."""
        answer = self.open_browser(person).get("/service-requests", view=view).get_json()
        return [row["id"] for row in answer["items"]]

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on, and what it does be done."""
        self.clock.advance(seconds)
        self.settle()

    def settle(self) -> None:
        settle_grants(self.runtime)
        return_misheld_requests(self.runtime)
        assign_waiting_requests(self.runtime)

    def stands(self, request: ServiceRequest) -> ServiceRequest:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, request.id)
