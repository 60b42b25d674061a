"""Short-lived platform tokens in the database: one for all processes, refreshed by one at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.adapters.tokens import StoredToken
from app.core.crypto import new_token
from app.core.db import open_session, upsert
from app.core.errors import Unavailable
from app.core.runtime import Runtime
from app.models import PlatformToken

LEASE = timedelta(seconds=20)
PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 30.0


class DatabaseTokenStore:
    """A TokenStore whose lock is a lease: it ends with its holder's work, or 20 s after its death."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def get(self, key: str) -> StoredToken | None:
        session = open_session(self._runtime.sessions, write=False)
        try:
            row = session.scalar(select(PlatformToken).where(PlatformToken.key == key))
            if row is None or not row.token:
                return None
            content = self._runtime.vault.open(row.token)
            return StoredToken(
                value=content["value"],
                refresh_at=datetime.fromisoformat(content["refresh_at"]),
                expires_at=row.expires_at,
            )
        finally:
            session.close()

    def put(self, key: str, token: StoredToken) -> None:
        sealed = self._runtime.vault.seal({"value": token.value, "refresh_at": token.refresh_at.isoformat()})
        self._write(key, token=sealed, expires_at=token.expires_at)

    def _write(self, key: str, **values: object) -> None:
        session = open_session(self._runtime.sessions, write=True)
        try:
            self._ensure_row(session, key)
            session.execute(update(PlatformToken).where(PlatformToken.key == key).values(**values))
            session.commit()
        finally:
            session.close()

    def _ensure_row(self, session: Session, key: str) -> None:
        now = self._runtime.clock.now()
        session.execute(
            upsert(session, PlatformToken)
            .values(key=key, token=b"", expires_at=now, created_at=now)
            .on_conflict_do_nothing()
        )

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Hold the key alone. Raises Unavailable when another holder keeps it for more than 30 s."""
        mine = new_token()[:32]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._take(key, mine):
            if time.monotonic() > deadline:
                raise Unavailable("token_busy")
            time.sleep(PAUSE_SECONDS)
        try:
            yield
        finally:
            self._release(key, mine)

    def _take(self, key: str, mine: str) -> bool:
        now = self._runtime.clock.now()
        session = open_session(self._runtime.sessions, write=True)
        try:
            self._ensure_row(session, key)
            taken = session.scalar(
                update(PlatformToken)
                .where(
                    PlatformToken.key == key,
                    or_(PlatformToken.lease_until.is_(None), PlatformToken.lease_until < now),
                )
                .values(lease_until=now + LEASE, lease_token=mine)
                .returning(PlatformToken.id)
            )
            session.commit()
            return taken is not None
        finally:
            session.close()

    def _release(self, key: str, mine: str) -> None:
        session = open_session(self._runtime.sessions, write=True)
        try:
            session.execute(
                update(PlatformToken)
                .where(PlatformToken.key == key, PlatformToken.lease_token == mine)
                .values(lease_until=None, lease_token=None)
            )
            session.commit()
        finally:
            session.close()
