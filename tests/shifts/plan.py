"""An office that plans shifts: a supervisor, three people, and their browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.core.permissions import Permission, RoleName, system_actor
from app.core.unit_of_work import open_context
from app.models import Operator, Shift
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
READER = system_actor("reader", Permission.SHIFTS_READ)
MONDAY = "2026-11-30"
SPAN = {"first": "2026-11-01", "last": "2026-12-31"}


class Plan:
    def __init__(self, make: Make, open_browser: Open) -> None:
        self.make = make
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.lead = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR, name="林主管")
        self.people = [make.operator(self.agency, self.team, name=name) for name in ("安娜", "小波", "小陈")]
        self.screen = open_browser(self.lead)
        self.screens = [open_browser(person) for person in self.people]

    def kind(self, name: str = "早班", start: str = "09:00", end: str = "18:00") -> int:
        answer = self.screen.post("/shift-templates", {"name": name, "start": start, "end": end})
        number: int = ok(answer, 201)["id"]
        return number

    def plan(self, kind: int, *who: int, days: list[str], **more: Any) -> Any:
        ids = [self.people[one].id for one in who]
        return self.screen.post("/shifts", {"template_id": kind, "operator_ids": ids, "days": days, **more})

    def shifts(self, who: int | None = None, screen: Browser | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ok((screen or self.screen).get("/shifts", **SPAN))["shifts"]
        return [one for one in found if who is None or one["operator_id"] == self.people[who].id]

    def swaps(self, screen: Browser) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ok(screen.get("/shifts", **SPAN))["swaps"]
        return found

    def ask(self, who: int, shift: dict[str, Any], other: int, theirs: dict[str, Any] | None = None) -> Any:
        body = {"shift_id": shift["id"], "other_id": self.people[other].id, "note": "家里有事"}
        if theirs is not None:
            body["other_shift_id"] = theirs["id"]
        return self.screens[who].post("/shift-swaps", body)

    def twice(self) -> list[tuple[int, int]]:
        """Pairs of shifts that have one person at once."""
        with open_context(self.make.runtime, READER, write=False) as ctx:
            rows = ctx.session.scalars(
                select(Shift).where(Shift.agency_id == self.agency.id, Shift.removed_at.is_(None))
            ).all()
        return [
            (one.id, other.id)
            for one in rows
            for other in rows
            if one.id < other.id
            and one.operator_id == other.operator_id
            and one.begins_at < other.ends_at
            and other.begins_at < one.ends_at
        ]


def ok(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_json()
    found: dict[str, Any] = answer.get_json() if status != 204 else {}
    return found


def answered(plan: Plan, who: int, swap: dict[str, Any], *, agrees: bool = True) -> Any:
    body = {"agrees": agrees, "version": swap["version"]}
    return plan.screens[who].put(f"/shift-swaps/{swap['id']}/answer", body)


def decided(screen: Browser, swap: dict[str, Any], *, approves: bool = True, reason: str = "") -> Any:
    body = {"approves": approves, "reason": reason, "version": swap["version"]}
    return screen.put(f"/shift-swaps/{swap['id']}/decision", body)
