"""What a request's view needs around it, put in place without joins.

A batch that has just made or loaded accounts, people and conversations has most of it at hand already; only
what the session does not know is read, one statement a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.core.db import Entity
from app.core.rows import hold, rows_by_id
from app.models import Account, Contact, ContactIdentity, Conversation, Operator, ServiceRequest, Team


def relate(session: Session, requests: Sequence[ServiceRequest]) -> None:
    """Give the requests the related rows that `request_view` reads.

    All of them stay with the session: whoever reacts to the same change at the end of the transaction finds
    them there.
    """
    hold(session, requests)
    _attach(session, requests, "account", Account)
    _attach(session, requests, "assignee", Operator)
    _attach(session, requests, "team", Team)
    conversations = _attach(session, requests, "conversation", Conversation)
    identities = _attach(session, conversations, "contact_identity", ContactIdentity)
    _attach(session, identities, "contact", Contact)


def _attach(session: Session, owners: Sequence[Any], relation: str, model: type[Entity]) -> list[Any]:
    """Set `relation` on each owner by its `<relation>_id`; the related rows."""
    key = f"{relation}_id"
    found = rows_by_id(session, model, {getattr(owner, key) for owner in owners})
    for owner in owners:
        set_committed_value(owner, relation, found.get(getattr(owner, key)))
    return list(found.values())


def place(
    requests: Sequence[ServiceRequest],
    conversations: Mapping[int, Conversation],
    accounts: Mapping[int, Account],
) -> None:
    """Give requests accounts (by id) and conversations (by their identities') that are at hand."""
    by_id = {row.id: row for row in conversations.values()}
    for request in requests:
        set_committed_value(request, "account", accounts[request.account_id])
        set_committed_value(request, "conversation", by_id[request.conversation_id])


def people(
    session: Session, conversations: Mapping[int, Conversation], identities: Mapping[int, ContactIdentity]
) -> None:
    """Give conversations, by their identities' ids, whom they are held with: before anybody asks of them what
    they are. One statement at most, which `relate` then has no need of."""
    for number, conversation in conversations.items():
        set_committed_value(conversation, "contact_identity", identities[number])
    _attach(session, list(identities.values()), "contact", Contact)
