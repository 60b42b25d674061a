"""How one sandbox server is started."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Start options.

    `corpus_rate` is rows per second; `rate` is scenario posts per minute at the day's mean; `speed`
    makes the scenario's day pass that many times faster. `patience` is how many seconds the scenario waits
    for somebody to listen at `callback_base`. For the first `quiet_start` seconds little is written, then
    more and more, so that a newcomer finds what they wrote. Without `data` nothing survives a restart.
    """

    host: str = "127.0.0.1"
    port: int = 5080
    data: Path | None = None
    callback_base: str = "http://127.0.0.1:5000"
    corpus: Path | None = None
    corpus_rate: float = 50.0
    seed: int = 7
    speed: float = 1.0
    rate: float = 20.0
    scenario: str = "telecom"
    profile: str = "demo"
    patience: float = 60.0
    quiet_start: float = 0.0
