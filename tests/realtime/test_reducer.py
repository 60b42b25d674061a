"""State plus events equals state reloaded, for every event whose news a browser keeps, by its own reducer."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.clock import ManualClock
from app.core.events import EVENTS
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Operator, Presence
from app.realtime.publisher import publish_new
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.realtime.stories import Story, World, shown, stories
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]
FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
REDUCER = FRONTEND / "src/realtime/reducer.ts"


def kept_kinds() -> set[str]:
    """What the browser's reducer has a table for."""
    found = re.search(r"interface Tables \{([^}]*)\}", REDUCER.read_text(encoding="utf-8"))
    assert found
    return set(re.findall(r"^ *(\w+):", found[1], re.MULTILINE))


def kept_names() -> set[str]:
    """Every event that carries something of such a kind; what carries none changes nothing that is kept."""
    kinds = kept_kinds()
    return {name for name, payload in EVENTS.all().items() if kinds & set(payload.model_fields)}


class Recorder:
    """Writes down what a browser loads and hears, step by step, for its own reducer to replay."""

    def __init__(self, story: Story) -> None:
        self.story = story
        # Texts inside events are written in the console's first language.
        story.screen.headers["Accept-Language"] = "zh-CN"
        self.seq: int = story.screen.get("/session").get_json()["event_seq"]
        self.before = shown(story.screen, story.kinds)
        self.steps: list[dict[str, Any]] = []
        self.names: set[str] = set()

    def step(self) -> None:
        page = self.story.screen.get("/events", after=self.seq, limit=500).get_json()
        assert page["reload"] is False
        self.names |= {event["name"] for event in page["events"]}
        self.seq = page["seq"]
        self.steps.append({"events": page["events"], "after": shown(self.story.screen, self.story.kinds)})

    def told(self) -> dict[str, Any]:
        return {"name": self.story.name, "before": self.before, "steps": self.steps}


def replay(told: list[dict[str, Any]], folder: Path) -> None:
    """Run the browser's reducer over it: its tests/realtime/scenarios.test.ts says what must hold."""
    scenarios = folder / "scenarios.json"
    scenarios.write_text(json.dumps(told), "utf-8")
    run = subprocess.run(
        ["node", "node_modules/vitest/vitest.mjs", "run", "tests/realtime/scenarios.test.ts"],
        cwd=FRONTEND,
        env={**os.environ, "LINGKE_SCENARIOS": str(scenarios)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert f"{len(told)} passed" in run.stdout, run.stdout[-2000:]


def test_state_and_events_equal_state_reloaded_at_every_step(
    make: Make, clock: ManualClock, remote: Remote, open_browser: Open, tmp_path: Path
) -> None:
    told, names = [], set()
    for story in stories(World(make, clock, remote, open_browser)):
        publish_new(make.runtime)
        recorder = Recorder(story)
        for _ in story.acts:
            publish_new(make.runtime)
            recorder.step()
        names |= recorder.names
        told.append(recorder.told())
    assert len(kept_names()) > 14
    assert kept_names() - names == set()
    assert "service_request.withdrawn" in names
    replay(told, tmp_path)


def test_presence_is_told_with_what_it_became(desk: Desk, open_browser: Open) -> None:
    screen = open_browser(desk.operator)
    screen.put("/session/presence", {"presence": "away"})
    publish_new(desk.runtime)
    (event,) = [
        event
        for event in screen.get("/events", after=0).get_json()["events"]
        if event["name"] == "operator.presence_changed"
    ]
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        assert ctx.session.get_one(Operator, desk.operator.id).presence is Presence.AWAY
    told = {"operator_id": desk.operator.id, "presence": "away", "reason": "", "until": None}
    assert {**told, "since": event["payload"]["since"]} == event["payload"]
