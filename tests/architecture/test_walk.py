"""One message on its way in and one answer on its way out: which files they pass, and whether any climbs.

A call may go down the layers of `pyproject.toml` or stay on its floor. Where work is handed up on purpose (a
job, an endpoint, a subscriber, what the ledger carries), a dispatcher knows the interface alone; those are
named here. The walk is printed: `pytest tests/architecture/test_walk.py -s`.
"""

from __future__ import annotations

import json
import sys
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flask import Flask

from app.accounts.job_names import PROCESS_DELIVERIES
from app.core.clock import ManualClock
from app.jobs.job import perform
from app.listener.job_names import JUDGE_ITEMS
from app.migrate import FOLDER
from app.models import Agency, Operator, Presence, Team
from app.realtime.publisher import publish_new
from app.workbench.job_names import DELIVER_REPLIES
from tests.accounts.test_callbacks import Line
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.workbench.desk import Desk

ROOT = FOLDER.parent
APP = str(ROOT / "app") + "/"

# Who calls upwards, and through what: the caller knows an interface, never the file above.
DISPATCHERS = {
    "jobs/job.py": "a job's function, by its name",
    "jobs/hands.py": "work that was handed over",
    "api/endpoint.py": "an endpoint's function",
    "core/unit_of_work.py": "a subscriber of an event",
    "core/group_commit.py": "the work that was gathered",
    "core/runtime.py": "what builds a part of the process",
    "outbound/": "what the ledger carries, a Cargo",
}


# Where an answer passes, and why. Another room is a decision: is the work done there, or only handed through?
ANSWER_PASSES = {
    "accounts": "which adapter speaks for the account; quotas, and what a call says of the account",
    "realtime": "the wrapper of every connection; the event's number",
    "api": "an endpoint: right, body, answer",
    "calendars": "what time the request's clock counts",
    "core": "the unit of work and the values that everything is made of",
    "files": "what hangs on the reply, if anything",
    "grants": "whether the account was granted for this, and what an agency may send a day",
    "identity": "who asks, and who may hear",
    "workbench": "the reply itself",
    "outbound": "the intent, the attempt, its outcome",
    "routing": "the window of private answers, whose request it is, its event",
    "routing/levels": "by which policy its time is counted, and what became of that",
    "routing/lifecycle": "the only writer of the request that was answered",
    "media": "where files are kept",
    "models": "rules that a row knows of itself",
    "adapters": "what a platform offers and how its rules are read",
    "adapters/wechat": "the platform",
    "search": "colleagues find the words as soon as they are written",
    "nlp/text": "words as the index keeps them",
    "jobs": "the worker that carries it away",
}


def floors() -> dict[str, int]:
    """Package → floor, the lowest 0, from the import contract itself."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = [c for c in tool["contracts"] if c["name"] == "Layers point down only"]
    layers = [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]
    return {name: floor for floor, names in enumerate(reversed(layers)) for name in names}


class Walk:
    """The files of `app/` in the order in which they were first entered, and the calls between them."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.calls: set[tuple[str, str]] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, kind: str, _argument: Any) -> None:
        if kind != "call" or not frame.f_code.co_filename.startswith(APP):
            return
        here = frame.f_code.co_filename.removeprefix(APP)
        if here not in self.files:
            self.files.append(here)
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(APP):
            caller = caller.f_back
        if caller is not None:
            self.calls.add((caller.f_code.co_filename.removeprefix(APP), here))

    def climbing(self) -> list[str]:
        floor = floors()
        found = []
        for caller, called in sorted(self.calls):
            up = floor[_package(called)] > floor[_package(caller)]
            if up and not caller.startswith(tuple(DISPATCHERS)):
                found.append(f"{caller} -> {called}")
        return found

    @property
    def rooms(self) -> list[str]:
        return list(dict.fromkeys(_room(file) for file in self.files))

    def show(self, title: str) -> None:
        sys.stdout.write(f"\n{title}: {len(self.files)} files in {len(self.rooms)} rooms\n")
        for room in self.rooms:
            names = [file.rpartition("/")[2] for file in self.files if _room(file) == room]
            sys.stdout.write(f"  {room}: {', '.join(names)}\n")


def _room(file: str) -> str:
    return file.rpartition("/")[0] or file


def _package(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def test_one_message_in_and_one_answer_out_never_climb(
    app: Flask, make: Make, clock: ManualClock, open_browser: Callable[[Operator | None], Browser]
) -> None:
    line = Line(app, make)
    with line.runtime.sessions() as session:
        agency = session.get_one(Agency, line.account.agency_id)
        team = session.get_one(Team, line.account.team_id)
    somebody = make.operator(agency, team, presence=Presence.ONLINE)
    body = line.message("宽带断了三天没人修")
    inward, outward = Walk(), Walk()
    with inward.watching():
        assert line.push(body).status_code == 200
        perform(line.runtime, PROCESS_DELIVERIES.name, [])
        perform(line.runtime, JUDGE_ITEMS.name, [])
        publish_new(line.runtime)
    screen = open_browser(somebody)
    (request,) = screen.get("/service-requests", view="mine").get_json()["items"]
    desk = Desk.__new__(Desk)
    desk.runtime, desk.make, desk.operator, desk.clock = line.runtime, make, somebody, clock
    assert screen.csrf  # asked for when a screen opens, not by its answer
    with outward.watching():
        reply = {
            "service_request_id": request["id"],
            "lane": request["lane"],
            "text": "您好，马上为您核实。",
            "idempotency_key": uuid.uuid4().hex,
        }
        answer = screen.post(f"/conversations/{request['conversation_id']}/replies", reply)
        assert answer.status_code in (200, 201, 202), json.dumps(answer.get_json(), ensure_ascii=False)
        clock.advance(11)
        perform(line.runtime, DELIVER_REPLIES.name, [])
        publish_new(line.runtime)
    inward.show("one message, from the push to the numbered event")
    outward.show("one answer, from the click to the platform")
    assert inward.climbing() == []
    assert outward.climbing() == []
    assert sorted(outward.rooms) == sorted(ANSWER_PASSES)
    assert "routing/intake.py" in inward.files
    assert any(file.startswith("adapters/wechat") for file in outward.files)
