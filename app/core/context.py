"""The context of one use case: who acts, when, in which transaction, and what follows its commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from app.core.errors import Forbidden, NotFound
from app.core.events import Audience, Event
from app.core.jobs import DeferredJob, JobName
from app.core.permissions import Actor, Permission

if TYPE_CHECKING:
    from pydantic import BaseModel
    from sqlalchemy.orm import Session

    from app.core.runtime import Runtime


@dataclass
class Context:
    """Handed as first argument to every service and query. Services flush; only the unit of work commits."""

    runtime: Runtime
    session: Session
    actor: Actor
    request_id: str
    locale: str
    events: list[Event] = field(default_factory=list)
    deferred: list[DeferredJob] = field(default_factory=list)

    def now(self) -> datetime:
        return self.runtime.clock.now()

    def require(self, permission: Permission, *, account_id: int | None = None) -> None:
        """First line of every write service. An account out of reach does not exist for the actor."""
        if not self.actor.may(permission):
            raise Forbidden(permission=permission.value)
        if account_id is not None and not self.actor.reaches_account(account_id):
            raise NotFound

    def emit(self, name: str, payload: BaseModel, audience: Audience, **subject: int) -> None:
        self.events.append(Event(name, payload, audience, subject))

    def signal(self, name: str, ids: list[int]) -> None:
        """Tell other packages, now and in this transaction, what has just been written."""
        for handler in self.runtime.signals.get(name, ()):
            handler(self, ids)

    def defer(self, name: JobName, *ids: int) -> None:
        job = DeferredJob(name, ids)
        if job not in self.deferred:
            self.deferred.append(job)
