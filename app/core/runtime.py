"""What a process has at hand: settings, database, queue, clock. Built once, passed explicitly."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.config import Settings
from app.core.clock import Clock, SystemClock
from app.core.crypto import Vault
from app.core.db import make_engine, make_session_factory
from app.core.events import EventName
from app.core.jobs import DeferredJob


class JobQueue(Protocol):
    def enqueue(self, jobs: list[DeferredJob]) -> None:
        """Queue the jobs if the queue answers; a lost hint is found again by the sweeper."""
        ...


class NullQueue:
    """For commands that run once and let the sweeper do the rest."""

    def enqueue(self, jobs: list[DeferredJob]) -> None:
        return


QUEUE_AWAY = (RedisError, OSError)
"""How it shows that Redis does not answer. Nothing that must happen depends on it."""
T = TypeVar("T")


class Subscriber(Protocol):
    """A package's reaction to what another tells of: called with the use case's Context and the Event.

    Their types stand in app.core.context, which builds on this file.
    """

    def __call__(self, ctx: Any, event: Any, /) -> None: ...


@dataclass
class Runtime:
    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    clock: Clock = field(default_factory=SystemClock)
    queue: JobQueue = field(default_factory=NullQueue)
    subscribers: dict[str, list[Subscriber]] = field(default_factory=dict)
    """Reactions of other packages to an event, run inside the same transaction."""
    parts: dict[str, Any] = field(default_factory=dict)
    """Things a package builds once per process (platform clients, the classifier)."""
    _building: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.settings.fernet_keys)

    @cached_property
    def redis(self) -> Redis:
        # Short connect time-out: a dead queue must cost a request milliseconds, not its life.
        return Redis.from_url(self.settings.redis_url, socket_connect_timeout=0.5, health_check_interval=30)

    def part(self, name: str, build: Callable[[Runtime], T]) -> T:
        """The named part, built at its first use."""
        with self._building:
            if name not in self.parts:
                self.parts[name] = build(self)
            value: T = self.parts[name]
            return value

    def subscribe(self, name: EventName, subscriber: Subscriber) -> None:
        """Let a package react to what another tells of; registered where the parts are put together."""
        self.subscribers.setdefault(name, []).append(subscriber)

    def redis_key(self, *parts: str) -> str:
        return ":".join((self.settings.installation, *parts))


def build_runtime(
    settings: Settings, *, clock: Clock | None = None, queue: JobQueue | None = None
) -> Runtime:
    engine = make_engine(settings.database_url)
    return Runtime(
        settings=settings,
        engine=engine,
        sessions=make_session_factory(engine),
        clock=clock or SystemClock(),
        queue=queue or NullQueue(),
    )
