"""An office that sets its routing up: two teams, a lead, people of both, and an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.permissions import Permission, RoleName, system_actor
from app.core.unit_of_work import open_context
from app.models import (
    Account,
    Agency,
    AssignmentDecision,
    Operator,
    Presence,
    RequestChange,
    ServiceRequest,
    StoredCalendar,
    Team,
)
from tests.factories.browser import Browser
from tests.factories.make import Make

ROUTER = system_actor("router", Permission.ROUTING_ASSIGN)
ANY: dict[str, Any] = {"all": []}


def leaf(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


def says(words: str) -> dict[str, Any]:
    return leaf("last_message", "contains", words)


@dataclass
class SetupOffice:
    make: Make
    agency: Agency = field(init=False)
    ours: Team = field(init=False)
    other: Team = field(init=False)
    account: Account = field(init=False)
    lead: Operator = field(init=False)
    anna: Operator = field(init=False)
    bo: Operator = field(init=False)
    cleo: Operator = field(init=False)

    def __post_init__(self) -> None:
        make = self.make
        self.agency = make.agency()
        self.ours, self.other = make.team(self.agency), make.team(self.agency)
        self.account = make.account(self.agency, self.ours)
        self.lead = make.operator(self.agency, self.ours, self.other, role=RoleName.SUPERVISOR, capacity=0)
        self.anna = make.operator(self.agency, self.ours, presence=Presence.ONLINE)
        self.bo = make.operator(self.agency, self.ours, presence=Presence.ONLINE)
        # Of the other team; she reaches the account because she is in ours too, as somebody who takes nothing
        # of it by the ordinary way would not.
        self.cleo = make.operator(self.agency, self.ours, self.other, presence=Presence.ONLINE)

    def queue(self, screen: Browser, name: str = "投诉", **content: Any) -> dict[str, Any]:
        body = {"name": name, "strategy": "least_loaded", **content}
        return made(screen.post("/routing/queues", body), 201)

    def rule(self, screen: Browser, name: str = "规则", **content: Any) -> dict[str, Any]:
        body = {"name": name, "condition": ANY, **content}
        return made(screen.post("/routing/rules", body), 201)

    def skill(self, screen: Browser, name: str, **levels: int) -> int:
        """Made, and had by people of this office by their names here."""
        number: int = made(screen.post("/routing/skills", {"name": name}), 201)["id"]
        for who, level in levels.items():
            person = getattr(self, who)
            had = made(screen.get(f"/routing/operators/{person.id}/skills"))["skills"]
            body = {"skills": [*had, {"skill_id": number, "level": level}]}
            made(screen.put(f"/routing/operators/{person.id}/skills", body))
        return number

    def now(self, request: ServiceRequest) -> ServiceRequest:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, request.id)

    def decisions(self, request: ServiceRequest) -> list[AssignmentDecision]:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return list(
                ctx.session.scalars(
                    select(AssignmentDecision)
                    .where(AssignmentDecision.service_request_id == request.id)
                    .order_by(AssignmentDecision.id)
                )
            )

    def changes(self, request: ServiceRequest) -> list[RequestChange]:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return list(
                ctx.session.scalars(
                    select(RequestChange)
                    .where(RequestChange.service_request_id == request.id)
                    .order_by(RequestChange.version)
                )
            )


def made(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_json()
    found: dict[str, Any] = answer.get_json() if status != 204 else {}
    return found


DAY: list[list[str]] = [["09:00", "18:00"]]


def hours(office: SetupOffice, name: str = "白天", **days: list[list[str]]) -> StoredCalendar:
    """A calendar of the office: every day from nine to six, but for days by their names (`sunday=[]`)."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    week = [days.get(day, DAY) for day in names]
    return office.make.save(
        StoredCalendar(
            created_at=office.make.now,
            agency_id=office.agency.id,
            name=name,
            zone="Asia/Shanghai",
            hours={"week": week, "breaks": [], "holiday": [], "make_up": []},
            company_days=[],
            follows_holidays=False,
            is_default=False,
        )
    )
