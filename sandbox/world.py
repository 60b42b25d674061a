"""Everything one sandbox server holds together; handlers receive it and nothing else."""

from __future__ import annotations

from sandbox.clock import PlatformClock
from sandbox.directory import Directory
from sandbox.faults import Faults
from sandbox.ids import IdSource
from sandbox.limits import Counters, Limits
from sandbox.people import People
from sandbox.pushes import Pusher
from sandbox.records import Records
from sandbox.settings import Settings
from sandbox.store import Store
from sandbox.windows import Windows


class World:
    """Built once at start; `reset` brings the state of a first start back without stopping the server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base_url = f"http://{settings.host}:{settings.port}"
        self.clock = PlatformClock()
        self.store = Store(settings.data / "sandbox.sqlite3" if settings.data else None)
        self.limits = Limits(settings.profile)
        self.faults = Faults(settings.seed)
        self.records = Records(self.store, self.clock)
        self.counters = Counters(self.store, self.clock)
        self.directory = Directory(self.store, self.clock)
        self.ids = IdSource(self.store, self.clock)
        self.people = People(self.store, self.clock)
        self.windows = Windows(self.store, self.clock, self.limits)
        self.pusher = Pusher(self)

    def reset(self) -> None:
        """Forget posts, messages, calls, faults, added accounts and clock changes."""
        self.pusher.forget()
        self.clock.reset()
        self.faults.replace([])
        self.limits.reset(self.settings.profile)
        self.store.clear()
        self.directory.load()

    def close(self) -> None:
        self.pusher.stop()
        self.store.close()
