"""Filling an installation with open requests by the bulk path, for screens that show many of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from app.core.bulk import insert_rows
from app.core.db import make_session_factory, open_session
from app.models import (
    Account,
    Contact,
    ContactIdentity,
    Conversation,
    Lane,
    RequestStatus,
    ServiceRequest,
)
from bench._posts import Stream

FAR = timedelta(days=3)


def fill_open_requests(engine: Engine, count: int, *, seed: int = 1) -> None:
    """Add `count` open requests of as many people to the first account, each with an unread preview."""
    rng, now = random.Random(seed), datetime.now(UTC)
    moments = [now - timedelta(minutes=number) for number in range(count)]
    words = Stream(seed).next_texts(count)
    with open_session(make_session_factory(engine), write=True) as session:
        account = session.scalars(select(Account).order_by(Account.id).limit(1)).one()
        made = [{"created_at": moment} for moment in moments]
        names = [f"云上的旅人{rng.randrange(10**6)}" for _ in moments]
        contacts = insert_rows(
            session,
            Contact,
            [
                row | {"agency_id": account.agency_id, "name": name}
                for row, name in zip(made, names, strict=True)
            ],
        )
        whose: list[dict[str, Any]] = [
            row
            | {
                "contact_id": contact,
                "account_id": account.id,
                "platform": account.platform,
                "external_id": f"bench-{at}",
                "name": name,
                "last_seen_at": now,
            }
            for at, (row, contact, name) in enumerate(zip(made, contacts, names, strict=True))
        ]
        identities = insert_rows(session, ContactIdentity, whose)
        conversations = insert_rows(
            session,
            Conversation,
            [
                row | {"account_id": account.id, "contact_identity_id": identity, "last_number": 0}
                for row, identity in zip(made, identities, strict=True)
            ],
        )
        requests: list[dict[str, Any]] = [
            {
                "created_at": moment,
                "number": f"B-{at}",
                "account_id": account.id,
                "conversation_id": conversation,
                "lane": Lane.PUBLIC,
                "status": RequestStatus.OPEN,
                "priority": 1 + at % 4,
                "opened_at": moment,
                "urgent_at": moment + FAR,
                "last_inbound_at": moment,
                "preview": {"text": text, "direction": "inbound", "at": moment.isoformat()},
                "message_count": 1,
                "unread_count": 1,
            }
            for at, (moment, conversation, text) in enumerate(zip(moments, conversations, words, strict=True))
        ]
        insert_rows(session, ServiceRequest, requests)
        session.commit()
