"""An installation from nothing to ready."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from app.ops import preflight
from app.ops.database_copy import Schema, schema_state
from app.ops.environment import Plan
from app.ops.history_told import HistoryTold
from app.ops.programs import full_name, programs, supervisor_configuration
from app.ops.refusal import StartRefused
from app.ops.stack import Stack
from app.ops.supervisor import PREPARATION

READY_SECONDS = 120.0
_LOOK_SECONDS = 0.02
EXCEPTION_LINE = re.compile(r"[\w.]+(Error|Exception|Refused|Rejected): ")


def bring_up(plan: Plan, stack: Stack) -> None:
    """Start everything, return when it is ready. Raises StartRefused with the failing part's log."""
    # Nobody can be served from a new database, nobody wrongly from a current one: start up meanwhile.
    web_at_once = schema_state(plan.settings.database_url) is not Schema.OLD
    chosen = programs(plan, web_at_once=web_at_once)
    configuration = plan.layout.run / "supervisor.conf"
    configuration.write_text(supervisor_configuration(plan, chosen), encoding="utf-8")
    _preparation_log(plan).unlink(missing_ok=True)
    stack.start_supervisor()
    _wait_for_queue(plan, stack)
    _prepare(plan, stack)
    stack.begin(*map(full_name, chosen))
    _wait(plan, stack, lambda: _all_run(stack) and _is_ready(plan) and _sandbox_answers(plan))
    stack.note_processes()


def _prepare(plan: Plan, stack: Stack) -> None:
    """Wait until the schema is up to date and, in the demo, the demo organisation made."""
    log = _preparation_log(plan)
    _wait(plan, stack, lambda: _has_ended(stack), HistoryTold(log).moves)
    done = stack.preparation()
    if done is None or done.exit_status != 0:
        raise StartRefused(f"preparing the database failed: {last_line(log)} (all of it: {log})")


def _preparation_log(plan: Plan) -> Path:
    return plan.layout.logs / f"{PREPARATION}.log"


def _has_ended(stack: Stack) -> bool:
    state = stack.preparation()
    return state is not None and state.state == "EXITED"


def _wait_for_queue(plan: Plan, stack: Stack) -> None:
    """A big append-only file takes a while to load, and the server refuses commands until then."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return preflight.check_redis(plan.settings.redis_url)
        except StartRefused as error:
            _refuse_if_given_up(stack)
            if time.monotonic() > deadline:
                raise StartRefused(f"the queue server does not answer: {error}") from None
            time.sleep(_LOOK_SECONDS)


def _wait(
    plan: Plan, stack: Stack, condition: Callable[[], bool], moves: Callable[[], bool] = lambda: False
) -> None:
    """Until the condition holds; what moves meanwhile has as much time again."""
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        _refuse_if_given_up(stack)
        if moves():
            deadline = time.monotonic() + READY_SECONDS
        if time.monotonic() > deadline:
            raise StartRefused(f"not ready after {READY_SECONDS:.0f} s; see {plan.layout.logs}")
        time.sleep(_LOOK_SECONDS)


def _all_run(stack: Stack) -> bool:
    states = stack.states()
    return bool(states) and all(state.state == "RUNNING" for state in states)


def _is_ready(plan: Plan) -> bool:
    return _answers(f"{plan.address}/readyz")


def _sandbox_answers(plan: Plan) -> bool:
    return not plan.sandbox_address or _answers(f"{plan.sandbox_address}/")


def _refuse_if_given_up(stack: Stack) -> None:
    for state in stack.states():
        if state.state == "FATAL":
            raise StartRefused(
                f"{state.name} does not start: {last_line(state.log)} (all of it: {state.log})"
            )


def last_line(log: Path) -> str:
    """The line that names the cause: the last exception's, else the last that says something."""
    try:
        lines = [line.rstrip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        lines = []
    exceptions = [line for line in lines if EXCEPTION_LINE.match(line)]
    said = [line.strip() for line in exceptions or lines if line.strip()]
    return said[-1] if said else "it said nothing"


def _answers(address: str) -> bool:
    """Whether a GET gives 200; redirects are followed, proxies of the environment are not used."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
