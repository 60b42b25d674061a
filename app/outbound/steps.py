"""One step of delivery, and calling the platform for it: outside any transaction, nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from app.accounts.platforms import counted_calls, platforms
from app.adapters.base import Confirmer, PlatformAdapter, Preparer, Reconciler
from app.adapters.types import AccountRef, SendRequest, SendResult, SendState
from app.core.db import open_session
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.runtime import Runtime
from app.models import Account, OutboundMessage

_K = PlatformErrorKind
# It may have acted, or the platform says that an equal text is already there.
_LOOK_FIRST = frozenset({_K.UNKNOWN_OUTCOME, _K.DUPLICATE})
# An id given to a send this long before one was written down may still turn up when its thread is read back.
_KNOWN_FOR = timedelta(minutes=10)


class Step(StrEnum):
    PREPARE = "prepare"
    """Make ready what nobody sees yet, then send."""
    SEND = "send"
    READ_BACK = "read_back"
    """A worker died with it: find out what became of it."""
    CONFIRM = "confirm"
    """The platform took it and tells its end later."""


@dataclass(frozen=True)
class Task:
    """One step of delivery that this worker has taken on."""

    outbound_id: int
    account: Account
    request: SendRequest
    token: str
    lease_until: datetime
    """After this moment another worker may have taken the row: the act must not be called any more."""
    attempt: int
    since: datetime
    """When the attempt whose outcome is open began."""
    step: Step
    job_id: str | None = None
    """What the platform called it when it took it."""


@dataclass(frozen=True)
class Outcome:
    """What came of a step; exactly one of `result`, `error`, `absent` and `undecided` is set."""

    result: SendResult | None = None
    error: PlatformError | None = None
    absent: bool = False
    """The platform proved that it is not there."""
    undecided: bool = False
    """The platform took it and has still not said what became of it."""
    calls: int = 0
    """How many calls of the platform it took."""


class ReadBackFailed(PlatformError):
    """What became of it could not be read now; ask again later, do not send."""


def prepare(runtime: Runtime, task: Task) -> Mapping[str, Any] | Outcome:
    """What the act will need, or why it could not be made; whatever fails here, nothing was published."""
    parts = platforms(runtime)
    adapter = parts.adapter(task.account.platform)
    if not isinstance(adapter, Preparer):
        raise TypeError(f"{adapter.platform} prepares nothing")
    with counted_calls() as counted:
        try:
            return adapter.prepare(parts.ref(task.account), task.request)
        except PlatformError as error:
            harmless = error if error.kind not in _LOOK_FIRST else _as(PlatformError, _K.TEMPORARY, error)
    return Outcome(error=harmless, calls=counted.calls)


def perform(runtime: Runtime, task: Task) -> Outcome | None:
    """Call the platform for a step of sending, reading back or confirming.

    None when this worker stood still for so long that its lease is over: somebody else has the row now.
    """
    if runtime.clock.now() >= task.lease_until:
        return None
    parts = platforms(runtime)
    adapter = parts.adapter(task.account.platform)
    account = parts.ref(task.account)
    with counted_calls() as counted:
        if task.step is Step.CONFIRM:
            outcome = _confirm(adapter, account, task)
        elif task.step is Step.READ_BACK:
            outcome = _read_back(runtime, adapter, account, task, _unknown(task))
        else:
            outcome = _send(runtime, adapter, account, task)
    return replace(outcome, calls=counted.calls)


def _send(runtime: Runtime, adapter: PlatformAdapter, account: AccountRef, task: Task) -> Outcome:
    try:
        return Outcome(result=_final(adapter, adapter.send(account, task.request)))
    except PlatformError as error:
        if error.kind not in _LOOK_FIRST:
            return Outcome(error=error)
        doubt = error
    return _read_back(runtime, adapter, account, task, doubt)


def _final(adapter: PlatformAdapter, result: SendResult) -> SendResult:
    """Where the end of what was accepted cannot be asked for, acceptance is the end."""
    if isinstance(adapter, Confirmer) and result.external_id is not None:
        return result
    return replace(result, state=SendState.DONE)


def _read_back(
    runtime: Runtime, adapter: PlatformAdapter, account: AccountRef, task: Task, doubt: PlatformError
) -> Outcome:
    """Find out from the platform whether it is there after all."""
    if not isinstance(adapter, Reconciler):
        return Outcome(error=doubt)
    try:
        request = replace(task.request, known_ids=_known_ids(runtime, task))
        found = adapter.reconcile(account, request, task.since)
    except PlatformError as error:
        still_open = _as(ReadBackFailed, error.kind, error)
        return Outcome(error=error if error.kind is _K.UNKNOWN_OUTCOME else still_open)
    if found is not None:
        return Outcome(result=_final(adapter, found))
    if doubt.kind is _K.DUPLICATE:
        # An equal text stands there that is not ours; sending on would be refused for ever.
        return Outcome(error=doubt)
    return Outcome(absent=True)


def _known_ids(runtime: Runtime, task: Task) -> frozenset[str]:
    """Other sends of ours on the platform: reading back must not take one of them for this one.

    Asked for when somebody has to look, not with every send: there are as many as ten minutes bring.
    """
    session = open_session(runtime.sessions, write=False)
    try:
        written_at = session.scalars(
            select(OutboundMessage.created_at).where(OutboundMessage.id == task.outbound_id)
        ).one()
        found = session.scalars(
            select(OutboundMessage.external_id).where(
                OutboundMessage.account_id == task.account.id,
                OutboundMessage.external_id.is_not(None),
                OutboundMessage.finished_at > written_at - _KNOWN_FOR,
                OutboundMessage.id != task.outbound_id,
            )
        )
        return frozenset(external_id for external_id in found if external_id)
    finally:
        session.close()


def _confirm(adapter: PlatformAdapter, account: AccountRef, task: Task) -> Outcome:
    """Ask what became of what the platform took. A refusal is final; any other trouble leaves it open."""
    if not isinstance(adapter, Confirmer) or task.job_id is None:
        return Outcome(error=_unknown(task))
    try:
        result = adapter.confirm(account, task.job_id)
    except PlatformError as error:
        return Outcome(error=error if error.kind is _K.REJECTED else _as(ReadBackFailed, error.kind, error))
    return Outcome(result=result) if result is not None else Outcome(undecided=True)


def _unknown(task: Task) -> PlatformError:
    return PlatformError(_K.UNKNOWN_OUTCOME, platform=task.account.platform, message="cannot be read back")


def _as(family: type[PlatformError], kind: PlatformErrorKind, cause: PlatformError) -> PlatformError:
    return family(
        kind,
        platform=cause.platform,
        message=cause.message,
        platform_code=cause.platform_code,
        retry_at=cause.retry_at,
    )
