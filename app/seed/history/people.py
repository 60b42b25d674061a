"""The customers of the history: the same rank on one account is the same person, who comes back."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from app.core.bulk import insert_rows, take_ids
from app.core.context import Context
from app.core.db import among
from app.core.json_text import RenderedJson
from app.models import Account, Contact, ContactIdentity, Conversation, RequestChange, ServiceRequest
from app.search.index import Indexed, index_texts
from app.seed.history import words
from app.seed.history.planning import platform_of
from sandbox import ids

Key = tuple[int, str]
"""An account's id and the person's id on the platform."""


@dataclass
class Customer:
    """Somebody who writes to an account; the numbers are None until they are stored."""

    account: Account
    external_id: str
    name: str
    followers: int
    identity_id: int | None = None
    conversation_id: int | None = None
    last_number: int = 0
    requests: int = 0
    busy_until: datetime | None = None
    """When what is known of their last request ends: nothing new begins before."""
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.account.id, self.external_id


def person(seed: int, account: Account, rank: int) -> Customer:
    dice = random.Random(f"{seed}:{account.callback_key}:{rank}")
    name = words.customer_name(dice)
    return Customer(account, external_id(account, name), name, int(dice.lognormvariate(5.0, 1.7)))


def external_id(account: Account, name: str) -> str:
    """As the sandbox names whoever has this name there: who writes in the demo is the same person."""
    platform = platform_of(account.callback_key)
    if platform == "wechat":
        return ids.openid(account.callback_key, name)
    return ids.weibo_uid(name) if platform == "weibo" else ids.mastodon_account_id(name)


class Customers:
    """The people of one day: who is known already, and who is free to begin something new."""

    def __init__(self, ctx: Context, people: Collection[Customer]) -> None:
        self._ctx = ctx
        self._by_key = {customer.key: customer for customer in people}
        self._new: list[Customer] = []
        self._read()

    def free(self, candidates: Sequence[Key], at: datetime) -> Customer | None:
        """The first of them who has nothing open with us."""
        for key in candidates:
            customer = self._by_key[key]
            if customer.busy_until is None or customer.busy_until < at:
                return customer
        return None

    def named(self, name: str, account: Account) -> Customer:
        """An advertiser: nobody answers them, so nothing is kept of them but their posts."""
        return Customer(account, external_id(account, name), name, followers=0)

    def number(self) -> None:
        """Give those who write today and are not known yet the numbers that their messages point at."""
        new = [one for one in self._by_key.values() if one.last_at is not None and one.identity_id is None]
        self._new = new
        session = self._ctx.session
        identities = take_ids(session, ContactIdentity, len(new))
        conversations = take_ids(session, Conversation, len(new))
        for customer, identity_id, conversation_id in zip(new, identities, conversations, strict=True):
            customer.identity_id, customer.conversation_id = identity_id, conversation_id

    def _read(self) -> None:
        session = self._ctx.session
        rows = session.execute(
            select(
                ContactIdentity.account_id,
                ContactIdentity.external_id,
                ContactIdentity.id,
                Conversation.id,
                Conversation.last_number,
            )
            .join(Conversation, Conversation.contact_identity_id == ContactIdentity.id)
            .where(among(session, ContactIdentity.external_id, sorted({key[1] for key in self._by_key})))
        )
        found: dict[int, Customer] = {}
        for account_id, name, identity_id, conversation_id, last in rows:
            customer = self._by_key.get((account_id, name))
            if customer is not None:
                customer.identity_id, customer.conversation_id = identity_id, conversation_id
                customer.last_number = last
                found[conversation_id] = customer
        ends = session.execute(
            select(
                ServiceRequest.conversation_id,
                func.count(ServiceRequest.id.distinct()),
                func.max(RequestChange.created_at),
            )
            .join(RequestChange, RequestChange.service_request_id == ServiceRequest.id)
            .where(among(session, ServiceRequest.conversation_id, sorted(found)))
            .group_by(ServiceRequest.conversation_id)
        )
        for conversation_id, requests, last_change in ends:
            customer = found[conversation_id]
            customer.requests = requests
            customer.busy_until = customer.busy_until or last_change

    def store(self) -> None:
        """Those who wrote today: new ones with their conversations, what has changed of the others.

        Before requests are stored, which point at conversations.
        """
        wrote = [one for one in self._by_key.values() if one.last_at is not None]
        new = {id(one) for one in self._new}
        self._insert(self._new)
        self._raise([one for one in wrote if id(one) not in new])

    def _insert(self, new: Sequence[Customer]) -> None:
        session = self._ctx.session
        contacts = insert_rows(
            session,
            Contact,
            [{"created_at": c.first_at, "agency_id": c.account.agency_id, "name": c.name} for c in new],
        )
        identities = [
            {
                "id": customer.identity_id,
                "created_at": customer.first_at,
                "contact_id": contact_id,
                "account_id": customer.account.id,
                "platform": customer.account.platform,
                "external_id": customer.external_id,
                "name": customer.name,
                "followers_count": customer.followers,
                "profile": RenderedJson("{}"),
                "last_seen_at": customer.last_at,
            }
            for customer, contact_id in zip(new, contacts, strict=True)
        ]
        insert_rows(session, ContactIdentity, identities)
        conversations = [
            {
                "id": customer.conversation_id,
                "created_at": customer.first_at,
                "account_id": customer.account.id,
                "contact_identity_id": customer.identity_id,
                "last_number": customer.last_number,
            }
            for customer in new
        ]
        insert_rows(session, Conversation, conversations)
        found = [(customer.identity_id or 0, f"{customer.name} {customer.external_id}") for customer in new]
        index_texts(session, Indexed.CONTACTS, found)

    def _raise(self, known: Sequence[Customer]) -> None:
        if not known:
            return
        connection = self._ctx.session.connection()
        seen, said = update(ContactIdentity), update(Conversation)
        connection.execute(
            seen.where(ContactIdentity.id == bindparam("which")).values(last_seen_at=bindparam("at")),
            [{"which": one.identity_id, "at": one.last_at} for one in known],
        )
        connection.execute(
            said.where(Conversation.id == bindparam("which")).values(last_number=bindparam("last")),
            [{"which": one.conversation_id, "last": one.last_number} for one in known],
        )
