"""Harm: random kills, kills aimed at a step of the send path, an emptied queue, a sick platform."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from campaign import installation as parts
from campaign.doomed import LISTENING, STEPS
from campaign.installation import Installation
from campaign.postgres import KillablePostgres

EVERYTHING, EMPTY_QUEUE, POSTGRES = "everything at once", "Redis FLUSHALL", "PostgreSQL"
AIMED = "a courier at a chosen step"
# The two processes that hold work in their hands die most often.
WEIGHTS = {
    parts.WEB: 3.0,
    parts.DOOR: 2.0,
    parts.INGEST: 4.0,
    parts.OUTBOUND: 6.0,
    parts.DEFAULT: 1.0,
    parts.SCHEDULER: 2.0,
    parts.QUEUE: 2.0,
    parts.SANDBOX: 1.5,
    parts.SUPERVISOR: 0.7,
    EVERYTHING: 0.7,
    EMPTY_QUEUE: 2.0,
}
WRITES = r"comments/(create|reply)|messages/reply|custom/send|statuses/share|api/v1/statuses$"
READS = r"mentions|to_me|comments/show|notifications|user_timeline"
FAULTS = [
    {"match": WRITES, "kind": "http_429", "probability": 0.02, "retry_after": 1},
    {"match": WRITES, "kind": "http_500", "probability": 0.03},
    {"match": WRITES, "kind": "timeout_after_acting", "probability": 0.08, "delay": 2},
    {"match": WRITES, "kind": "timeout_before", "probability": 0.04, "delay": 2},
    {"match": WRITES, "kind": "drop_after_acting", "probability": 0.05},
    {"match": WRITES, "kind": "half_body", "probability": 0.04},
    {"match": READS, "kind": "http_429", "probability": 0.01, "retry_after": 1},
    {"match": READS, "kind": "http_500", "probability": 0.01},
    {"match": READS, "kind": "half_body", "probability": 0.01},
    {"match": READS, "kind": "repeat_page", "probability": 0.03},
    {"match": READS, "kind": "unordered_page", "probability": 0.05},
    {"match": "/callbacks/", "kind": "duplicate_push", "probability": 0.1},
]
AIM_SECONDS = 8.0
START_SECONDS = 180.0
AIMED_SHARE = 0.6


@dataclass
class Harm:
    """Does `kills` acts of harm and counts them; `steps` is where in the send path the courier died."""

    installation: Installation
    dice: random.Random
    say: Callable[[str], None]
    postgres: KillablePostgres | None = None
    quiet_seconds: float = 1.5
    done: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)

    def campaign(self, kills: int, until: float) -> None:
        """Strike until `kills` acts are done or the monotonic time `until` has come.

        Raises RuntimeError when something that was killed stays away.
        """
        weights = {**WEIGHTS, POSTGRES: 2.0} if self.postgres else WEIGHTS
        while self.done.total() < kills and time.monotonic() < until:
            self.installation.control("POST", "/faults", {"replace": True, "faults": FAULTS})
            time.sleep(self.dice.uniform(0.1, 2.0 * self.quiet_seconds))
            self._strike(parts.a_victim(self.dice, weights))

    def _strike(self, victim: str) -> None:
        if victim == EVERYTHING:
            killed = self.installation.kill_all()
            self._count(victim, killed)
            self.installation.start()
        elif victim == EMPTY_QUEUE:
            self._count(victim, int(self.installation.empty_queue()))
        elif victim == POSTGRES and self.postgres is not None:
            self._count(victim, self.postgres.kill_and_restart())
        elif victim == parts.OUTBOUND and self.dice.random() < AIMED_SHARE:
            self._kill_courier_in_the_act()
        else:
            self._kill(victim)

    def _kill(self, victim: str) -> None:
        self._count(victim, self.installation.kill(victim))
        if not self.installation.runs_again(victim):
            raise RuntimeError(f"{victim} was killed and stays away")

    def _count(self, victim: str, killed: int) -> None:
        if killed:
            self.done[victim] += 1
            self.say(f"{self.done.total():>4}  {victim}")

    def _kill_courier_in_the_act(self) -> None:
        """Let a courier that dies at a chosen step take the real one's place for a moment."""
        step = self.dice.choice(list(STEPS))
        courier = self.installation.doomed_courier(step)
        if courier is None:
            self._kill(parts.OUTBOUND)
            return
        try:
            if _listens(courier):
                self._kill(parts.OUTBOUND)  # until it is back, all work goes to the doomed one
                with suppress(subprocess.TimeoutExpired):
                    courier.wait(AIM_SECONDS)
            if courier.returncode == -signal.SIGKILL:
                self._count(AIMED, 1)
                self.steps[step] += 1
        finally:
            courier.kill()
            courier.wait()


def _listens(courier: subprocess.Popen[str]) -> bool:
    """Wait until it takes work; False when it could not start (the queue or database is away)."""
    watchdog = threading.Timer(START_SECONDS, courier.kill)
    watchdog.start()
    try:
        return courier.stdout is not None and LISTENING in courier.stdout.readline()
    finally:
        watchdog.cancel()
