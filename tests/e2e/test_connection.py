"""After a cut, and after a killed web server, the list is what a fresh reload shows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.line import Line
from tests.e2e.platform import Platform
from tests.support.stack import RunningStack, answers, wait_for

# The promise is a cut of 60 s; a shorter one is for working on this test.
CUT_SECONDS = float(os.environ.get("E2E_CUT_SECONDS", "60"))
TALL = 4000  # the list draws only rows on the screen, so the screen holds them all


@pytest.fixture
def line(stack: RunningStack) -> Iterator[Line]:
    found = Line(stack.port)
    yield found
    found.close()


def test_after_a_minute_without_connection_the_list_equals_a_reload(
    line: Line, log_in: LogIn, platform: Platform, name: str
) -> None:
    far = log_in("hexiaotang", address=line.address, height=TALL)
    near = log_in("jiangnan")
    far.open("/workbench/all")
    for number in range(4):
        platform.writes("message", "weibo-care", f"{name}之{number}", f"我是{name}之{number}，断网前说的")
    for number in range(4):
        far.see_arrive(f"{name}之{number}")

    line.cut()
    chip = far.page.get_by_test_id("connection")
    expect(chip).not_to_have_attribute("data-state", "online")
    ends = time.monotonic() + CUT_SECONDS
    _life_goes_on(near, platform, name)
    time.sleep(max(0.0, ends - time.monotonic()))
    line.mend()

    expect(chip).to_have_attribute("data-state", "online")
    _shows_what_a_reload_shows(far, near, name)


def _life_goes_on(near: Console, platform: Platform, name: str) -> None:
    """Meanwhile: new people, old people again, one request resolved, one given to somebody else."""
    for number in (1, 4, 5, 6):
        platform.writes("message", "weibo-care", f"{name}之{number}", f"我是{name}之{number}，断网后说的")
    resolved = _request(near, f"{name}之2")
    status = {"status": "resolved", "version": resolved["version"], "confirm": ["claimed_by_other"]}
    assert near.api("PUT", f"/service-requests/{resolved['id']}/status", status)[0] == 200
    _, session = near.api("GET", "/session")
    me = session["operator"]["id"]
    # The place that became free may be given to this very request in between.
    assert wait_for(lambda: _taken(near, f"{name}之3", me))


def _taken(console: Console, words: str, operator_id: int) -> bool:
    request = _request(console, words)
    assignee = {"operator_id": operator_id, "version": request["version"], "reason": "客户点名找组长"}
    return console.api("PUT", f"/service-requests/{request['id']}/assignee", assignee)[0] == 200


def _request(console: Console, words: str) -> dict[str, int]:
    _, found = console.api("GET", "/service-requests?view=all&limit=200")
    return next(item for item in found["items"] if f"我是{words}，" in item["preview"]["text"])


def _shows_what_a_reload_shows(far: Console, near: Console, name: str) -> None:
    far.see_arrive(f"{name}之6，断网后说的")
    far.see_arrive(f"{name}之1，断网后说的")

    def settled() -> bool:
        bar = far.page.get_by_test_id("new-bar")
        if bar.is_visible():
            bar.click()
            far.rest_pointer()
        return far.shown_rows() == _list_of(far)

    assert wait_for(settled), (far.shown_rows(), _list_of(far))
    shown = far.shown_rows()
    far.page.reload()
    expect(far.row(f"{name}之6")).to_be_visible()
    assert far.shown_rows() == shown
    assert f"{name}之2" not in " ".join(far.page.get_by_test_id("request-row").all_inner_texts())


def _list_of(console: Console) -> list[tuple[str, str]]:
    _, found = console.api("GET", "/service-requests?view=all&sort=urgent&limit=200")
    return [(str(item["id"]), str(item["version"])) for item in found["items"]]


def test_a_killed_web_server_is_back_and_nobody_has_to_reload(
    stack: RunningStack, log_in: LogIn, platform: Platform, name: str
) -> None:
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    for process in stack.processes("gunicorn"):
        with suppress(psutil.NoSuchProcess):  # the worker ends with its master
            process.kill()
    expect(console.page.get_by_test_id("connection")).not_to_have_attribute("data-state", "online")
    assert wait_for(lambda: answers(f"{stack.address}/readyz"))
    platform.writes("message", "weibo-care", name, f"我是{name}，有人在吗")
    expect(console.page.get_by_test_id("connection")).to_have_attribute("data-state", "online")
    console.see_arrive(name)
