"""What authors are called now: one name for a person, whichever screen shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import among
from app.core.names import shown_name
from app.models import ContactIdentity


class Authored(Protocol):
    """Something an author wrote on an account."""

    @property
    def account_id(self) -> int: ...
    @property
    def author_external_id(self) -> str | None: ...
    @property
    def author_name(self) -> str: ...


def current_names(session: Session, items: Iterable[Authored]) -> Callable[[Authored], str]:
    """How to call the author of each of these: as their card does, if there is one; one statement."""
    keys = {(item.account_id, item.author_external_id) for item in items if item.author_external_id}
    known: dict[tuple[int, str], str] = {}
    if keys:
        rows = session.execute(
            select(ContactIdentity.account_id, ContactIdentity.external_id, ContactIdentity.name).where(
                ContactIdentity.account_id.in_(sorted({account_id for account_id, _ in keys})),
                among(session, ContactIdentity.external_id, sorted({author for _, author in keys if author})),
            )
        )
        known = {(account_id, external_id): name for account_id, external_id, name in rows}

    def name_of(item: Authored) -> str:
        card = known.get((item.account_id, item.author_external_id or ""), "")
        return card or shown_name(item.author_name, item.author_external_id)

    return name_of
