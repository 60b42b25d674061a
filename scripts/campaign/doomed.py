"""A real courier that dies with SIGKILL at one step of the send path: `python -m campaign.doomed STEP`.

It is the outbound worker itself, with the environment of the one that it stands in for; only at the chosen
step its process ends as if the machine had been switched off. It prints LISTENING when it waits for work.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from rq import SimpleWorker

from app.outbound import courier, steps
from app.processes import worker

LISTENING = "listening"
# A send to the sandbox takes some milliseconds: a death within this time hits it before, in and after.
WITHIN_THE_CALL_SECONDS = 0.03


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _during_the_call(*_: Any) -> None:
    threading.Timer(random.uniform(0.0, WITHIN_THE_CALL_SECONDS), die).start()


def _before(module: Any, name: str, harm: Callable[..., None]) -> None:
    function = getattr(module, name)

    def wrapped(*values: Any, **options: Any) -> Any:
        harm()
        return function(*values, **options)

    setattr(module, name, wrapped)


def _after(module: Any, name: str, harm: Callable[[Any], None]) -> None:
    function = getattr(module, name)

    def wrapped(*values: Any) -> Any:
        result = function(*values)
        harm(result)
        return result

    setattr(module, name, wrapped)


# `take` and `record` return inside their transactions, `_record` behind its own; take gives nothing when
# nothing is to be done.
STEPS: dict[str, Callable[[], None]] = {
    "with the job taken, before the intent is read": lambda: _before(courier, "take", die),
    "with the attempt written, before its commit": lambda: _after(
        courier, "take", lambda tasks: die() if tasks else None
    ),
    "after the attempt's commit, before the call": lambda: _before(courier, "perform", die),
    "during the call": lambda: _before(courier, "perform", _during_the_call),
    "after the call, before the result": lambda: _after(courier, "perform", die),
    "with the result written, before its commit": lambda: _after(courier, "record", die),
    "after the result's commit": lambda: _after(courier, "_record", die),
    "before reading back": lambda: _before(steps, "_read_back", die),
    "after reading back": lambda: _after(steps, "_read_back", die),
}


def main(step: str) -> int:
    STEPS[step]()
    _before(SimpleWorker, "work", lambda: print(LISTENING, flush=True))
    return worker.main(["outbound"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
