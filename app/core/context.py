"""The context of one use case: who acts, when, in which transaction, and what follows its commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.core.errors import Forbidden, NotFound
from app.core.events import EVENTS, NOBODY, Audience, Event, EventName, Subject
from app.core.grants import Granted
from app.core.jobs import DeferredJob, Job
from app.core.permissions import ACTS, Actor, Permission, allowed_by
from app.core.runtime import Runtime

GrantCheck = Callable[["Context", Granted, Permission], None]
_GRANT_CHECKS: list[GrantCheck] = []


def check_grants_with(check: GrantCheck) -> None:
    """Have this asked before anybody acts by a grant that has hours (`app/grants` does)."""
    _GRANT_CHECKS.append(check)


def ask_grant(ctx: Context, granted: Granted, permission: Permission) -> None:
    """Raises LookupError where nobody knows what hours are: what may not be acted on is not acted on."""
    if permission not in ACTS or granted.calendar_id is None:
        return
    if not _GRANT_CHECKS:
        raise LookupError("a grant has hours, and this process has not loaded app.grants")
    for check in _GRANT_CHECKS:
        check(ctx, granted, permission)


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
        """First line of every write service. An account out of reach does not exist for the actor.

        Whoever reaches it by a grant may what the grant allows, and act in its hours.
        """
        if not self.actor.may(permission):
            raise Forbidden(permission=permission.value)
        if account_id is None:
            return
        if not self.actor.reaches_account(account_id):
            raise NotFound
        granted = self.actor.granted(account_id)
        if granted is not None:
            if not allowed_by(granted, permission):
                raise Forbidden("grant_does_not_allow", permission=permission.value)
            ask_grant(self, granted, permission)

    def emit(
        self,
        name: EventName,
        payload: BaseModel,
        audience: Audience = NOBODY,
        *,
        about: Subject | None = None,
    ) -> None:
        """Tell of a change, in its own transaction. Subscribers hear it at the transaction's end.

        Without `about` it goes to our own packages only. Raises LookupError for a name that nobody declared.
        """
        declared = EVENTS.known(name)
        kind = declared.kind.name if declared.kind else None
        if (about.kind if about else None) != kind or declared.payload is not type(payload):
            raise TypeError(f"{name} is about {kind} and carries {declared.payload}")
        self.events.append(Event(name, payload, audience, about))

    def defer_together(self, job: Job, number: int) -> None:
        """One job for all the ids that the transaction gives it; the job takes any number."""
        so_far = next((wanted for wanted in self.deferred if wanted.job == job), None)
        if so_far is not None:
            self.deferred.remove(so_far)
        ids = so_far.ids if so_far is not None else ()
        self.deferred.append(DeferredJob(job, ids if number in ids else (*ids, number)))

    def defer(self, job: Job, *ids: int) -> None:
        wanted = DeferredJob(job, ids)
        if wanted not in self.deferred:
            self.deferred.append(wanted)
