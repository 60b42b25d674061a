"""What a process has at hand: settings, database, queue, clock. Built once, passed explicitly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.config import Settings
from app.core.clock import Clock, SystemClock
from app.core.crypto import Vault
from app.core.db import make_engine, make_session_factory
from app.core.jobs import DeferredJob

if TYPE_CHECKING:
    from app.core.context import Context
    from app.core.events import Event


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
Subscriber = Callable[["Context", "Event"], None]
SignalHandler = Callable[["Context", list[int]], None]


@dataclass
class Runtime:
    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    clock: Clock = field(default_factory=SystemClock)
    queue: JobQueue = field(default_factory=NullQueue)
    subscribers: dict[str, list[Subscriber]] = field(default_factory=dict)
    """Reactions of other packages to an event, run inside the same transaction."""
    signals: dict[str, list[SignalHandler]] = field(default_factory=dict)
    """Reactions to what one package tells another without it being an event for browsers."""
    parts: dict[str, Any] = field(default_factory=dict)
    """Things a package builds once per process (platform clients, the classifier)."""

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.settings.fernet_keys)

    @cached_property
    def redis(self) -> Redis:
        # Short connect time-out: a dead queue must cost a request milliseconds, not its life.
        return Redis.from_url(self.settings.redis_url, socket_connect_timeout=0.5, health_check_interval=30)

    def part(self, name: str, build: Callable[[Runtime], T]) -> T:
        """The named part, built at its first use."""
        if name not in self.parts:
            self.parts[name] = build(self)
        value: T = self.parts[name]
        return value

    def connect(self, signal: str, handler: SignalHandler) -> None:
        self.signals.setdefault(signal, []).append(handler)

    def subscribe(self, name: str, subscriber: Subscriber) -> None:
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
