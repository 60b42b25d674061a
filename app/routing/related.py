"""What a request's view needs around it, put in place without joins.

A batch that has just made or loaded accounts, people and conversations has most of it at hand already; only
what the session does not know is read, one statement a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.core.db import Entity
from app.models import Account, Contact, ContactIdentity, Conversation, Operator, ServiceRequest, Team


def relate(session: Session, requests: Sequence[ServiceRequest]) -> None:
    """Give the requests the related rows that `request_view` reads."""
    _attach(session, requests, "account", Account)
    _attach(session, requests, "assignee", Operator)
    _attach(session, requests, "team", Team)
    conversations = _attach(session, requests, "conversation", Conversation)
    identities = _attach(session, conversations, "contact_identity", ContactIdentity)
    _attach(session, identities, "contact", Contact)


def _attach(session: Session, owners: Sequence[Any], relation: str, model: type[Entity]) -> list[Any]:
    """Set `relation` on each owner by its `<relation>_id`; the related rows."""
    key = f"{relation}_id"
    found = _by_id(session, model, {getattr(owner, key) for owner in owners} - {None})
    for owner in owners:
        set_committed_value(owner, relation, found.get(getattr(owner, key)))
    return list(found.values())


def _by_id(session: Session, model: type[Entity], ids: set[int]) -> dict[int, Any]:
    known = {number: session.identity_map.get(session.identity_key(model, number)) for number in ids}
    found = {number: row for number, row in known.items() if row is not None}
    missing = sorted(ids - found.keys())
    if missing:
        found |= {row.id: row for row in session.scalars(select(model).where(model.id.in_(missing)))}
    return found
