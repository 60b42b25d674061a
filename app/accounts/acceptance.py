"""Accepting pushes: verified on the raw body, kept, and only then acknowledged; many at once in one commit.

Pushes that arrive together share a look at their accounts and a transaction, so that a burst costs commits by
the dozen, not by the thousand. The queue is told afterwards: an acknowledgement never waits for Redis.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import bindparam, select

from app.accounts.deliveries import ReceivedPush, store_deliveries
from app.accounts.job_names import PROCESS_DELIVERIES
from app.accounts.platforms import platforms
from app.adapters.base import SignatureRejected
from app.adapters.types import PushAck
from app.core.db import open_session
from app.core.errors import NotFound
from app.core.group_commit import GroupCommit
from app.core.jobs import DeferredJob
from app.core.metrics import CALLBACKS
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import Account, AccountStatus

log = structlog.get_logger(__name__)
_ACTOR = system_actor("callback", Permission.CALLBACKS_STORE)
_HINT = [DeferredJob(PROCESS_DELIVERIES)]
_BY_KEY = select(Account).where(
    Account.callback_key.in_(bindparam("keys", expanding=True)), Account.status != AccountStatus.REMOVED
)
_RING_SECONDS = 0.005
"""The queue is not told more often; a worker that has been told looks for everything there is."""


@dataclass(frozen=True)
class Push:
    """One request to a callback address, with all of its body."""

    platform: str
    key: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class _Finding:
    """What came of the look at one push."""

    account_id: int
    ack: PushAck
    refusal: SignatureRejected | None = None


class Acceptance:
    """One for a process, shared by all its requests."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._together: GroupCommit[Push, _Finding] = GroupCommit(self._accept)
        self._bell = Bell(runtime)

    def accept(self, push: Push) -> PushAck:
        """What to answer, once the push is committed. Raises NotFound and SignatureRejected."""
        finding = self._together(push)
        if finding.refusal is not None:
            reason = finding.refusal.details.get("reason")
            log.warning("callback_signature_rejected", account=finding.account_id, reason=reason)
            _count(push, "rejected")
            raise finding.refusal
        _count(push, "accepted")
        return finding.ack

    def _accept(self, pushes: Sequence[Push]) -> list[_Finding | Exception]:
        """The accounts are read anew for every round: what has been removed or changed counts at once."""
        accounts = accounts_by_key(self._runtime, {push.key for push in pushes})
        findings: list[_Finding | Exception] = [self._look_at(push, accounts) for push in pushes]
        good = [
            at
            for at, finding in enumerate(findings)
            if isinstance(finding, _Finding) and finding.refusal is None
        ]
        received = [_received(pushes[at], findings[at]) for at in good]
        replayed = self._keep(received) if received else set()
        for place, at in enumerate(good):
            if place in replayed:
                findings[at] = _refused(findings[at], "replayed")
        return findings

    def _look_at(self, push: Push, accounts: dict[str, Account]) -> _Finding | NotFound:
        try:
            account = known(accounts, push.platform, push.key)
            receiver = platforms(self._runtime).push_receiver(push.platform)
        except NotFound as error:
            return error
        try:
            receiver.verify(push.query, push.headers, push.body, platforms(self._runtime).ref(account))
        except SignatureRejected as refusal:
            return _Finding(account.id, receiver.push_ack, refusal)
        return _Finding(account.id, receiver.push_ack)

    def _keep(self, pushes: Sequence[ReceivedPush]) -> set[int]:
        """The places of those that carry a signature which another body has used up."""
        with open_context(self._runtime, _ACTOR) as ctx:
            stored = store_deliveries(ctx, pushes)
        if stored.new:
            self._bell.ring()
        return stored.replayed


class Bell:
    """Tells the queue that pushes wait, beside the requests: one call at a time, however many they are."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._rung = False
        self._ringing = False

    def ring(self) -> None:
        with self._lock:
            self._rung = True
            if self._ringing:
                return
            self._ringing = True
        threading.Thread(target=self._tell, name="bell", daemon=True).start()

    def _tell(self) -> None:
        while self._once_more():
            try:
                self._runtime.queue.enqueue(_HINT)
            except Exception as error:
                # Nobody watches this thread, and the scheduler finds the pushes anyway.
                log.warning("hint_not_given", error=repr(error))
            time.sleep(_RING_SECONDS)

    def _once_more(self) -> bool:
        with self._lock:
            self._ringing, self._rung = self._rung, False
            return self._ringing


def acceptance(runtime: Runtime) -> Acceptance:
    return runtime.part("acceptance", Acceptance)


def accounts_by_key(runtime: Runtime, keys: set[str]) -> dict[str, Account]:
    """The accounts behind callback keys, without those that were removed."""
    session = open_session(runtime.sessions, write=False)
    try:
        found = session.scalars(_BY_KEY, {"keys": list(keys)})
        return {account.callback_key: account for account in found}
    finally:
        session.close()


def known(accounts: dict[str, Account], platform: str, key: str) -> Account:
    """The account that the address names. Raises NotFound."""
    account = accounts.get(key)
    if account is None or account.platform != platform:
        raise NotFound
    return account


def _refused(finding: _Finding | Exception, reason: str) -> _Finding:
    assert isinstance(finding, _Finding)  # noqa: S101  only those are kept
    return replace(finding, refusal=SignatureRejected(reason=reason))


def _received(push: Push, finding: _Finding | Exception) -> ReceivedPush:
    assert isinstance(finding, _Finding)  # noqa: S101  only those are kept
    return ReceivedPush(finding.account_id, push.body, push.query, push.headers.get("Content-Type", ""))


def _count(push: Push, outcome: str) -> None:
    CALLBACKS.labels(push.platform, outcome).inc()
