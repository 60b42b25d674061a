"""What the database knows about a batch of items: gathered with a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from app.core.context import Context
from app.core.db import among
from app.listener.chain.chain_items import Activity, ChainItem, chain_items_of
from app.listener.judging.in_order import BatchMemory, DuplicateKey
from app.listener.judging.near_duplicates import near_index
from app.listener.matching.compiled import MonitorSet, rule_cache
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AuthorActivity,
    ContactIdentity,
    Conversation,
    InboundItem,
    Lane,
    ServiceRequest,
    SpecialList,
    SpecialListEntry,
)

DUPLICATE_WITHIN = timedelta(days=2)


@dataclass(frozen=True)
class AccountFacts:
    agency_id: int
    platform: str
    server: str


@dataclass
class Accounts:
    """All our accounts: few, and needed for every batch."""

    facts: dict[int, AccountFacts]
    names: frozenset[tuple[str, str, str]]
    """(platform, server, external id) of each."""

    @property
    def agencies(self) -> dict[int, int]:
        return {account_id: facts.agency_id for account_id, facts in self.facts.items()}


def load_accounts(ctx: Context) -> Accounts:
    rows = ctx.session.execute(
        select(Account.id, Account.agency_id, Account.platform, Account.server, Account.external_id)
    ).all()
    return Accounts(
        {row.id: AccountFacts(row.agency_id, row.platform, row.server) for row in rows},
        frozenset((row.platform, row.server, row.external_id) for row in rows),
    )


def gather_chain_items(
    ctx: Context, items: list[InboundItem], rules: MonitorSet | None = None
) -> list[ChainItem]:
    """The items with what is known about them from before, ready for the chain; `rules` are the current ones,
    where the caller has them."""
    chain_items = gather_facts(ctx, items, rules or rule_cache(ctx.runtime).current(ctx.session))
    _find_open_requests(ctx, chain_items)
    return chain_items


def memory_of(ctx: Context, chain_items: Sequence[ChainItem]) -> BatchMemory:
    """What came before these items, for judging them one after another."""
    public = [
        chain_item for chain_item in chain_items if chain_item.item.lane is Lane.PUBLIC and chain_item.words
    ]
    index = near_index(ctx.runtime)
    # What was changed by its author comes again with its old id.
    new = [chain_item.item.id for chain_item in chain_items if chain_item.item.edited_at is None]
    if new and public:
        index.refresh(ctx.session, ctx.now() - DUPLICATE_WITHIN, min(new))
    return BatchMemory(_earlier_repetitions(ctx, public) if public else {}, index)


def gather_facts(ctx: Context, items: list[InboundItem], rules: MonitorSet) -> list[ChainItem]:
    """What depends on author and words alone: own accounts, lists, habits, monitors."""
    accounts = load_accounts(ctx)
    lists = _listed_authors(ctx, items, accounts)
    activity = _activities(ctx, items)
    hits = rules.hits(items, accounts.agencies)
    chain_items = chain_items_of(items)
    for chain_item, monitors in zip(chain_items, hits, strict=True):
        item = chain_item.item
        facts = accounts.facts[item.account_id]
        author = item.author_external_id
        chain_item.own_account = (facts.platform, facts.server, author) in accounts.names
        chain_item.lists = lists.get(
            (facts.agency_id, facts.platform, facts.server, author or ""), frozenset()
        )
        chain_item.activity = activity.get((item.account_id, author or ""), Activity())
        chain_item.monitors = monitors
        chain_item.is_watched = rules.watches(item, facts.agency_id)
    return chain_items


def _authors(items: Sequence[InboundItem]) -> list[tuple[int, str]]:
    return sorted({(i.account_id, i.author_external_id) for i in items if i.author_external_id})


def _listed_authors(
    ctx: Context, items: list[InboundItem], accounts: Accounts
) -> dict[tuple[int, str, str, str], frozenset[SpecialList]]:
    """Lists by (agency, platform, server, author)."""
    authors = sorted({author for _, author in _authors(items)})
    if not authors:
        return {}
    rows = ctx.session.execute(
        select(
            SpecialListEntry.agency_id,
            SpecialListEntry.platform,
            SpecialListEntry.server,
            SpecialListEntry.author_external_id,
            SpecialListEntry.list,
        ).where(
            SpecialListEntry.platform.in_({facts.platform for facts in accounts.facts.values()}),
            among(ctx.session, SpecialListEntry.author_external_id, authors),
            or_(SpecialListEntry.expires_at.is_(None), SpecialListEntry.expires_at > ctx.now()),
        )
    )
    found: dict[tuple[int, str, str, str], frozenset[SpecialList]] = {}
    for agency_id, platform, server, author, name in rows:
        key = (agency_id, platform, server, author)
        found[key] = found.get(key, frozenset()) | {name}
    return found


def _activities(ctx: Context, items: list[InboundItem]) -> dict[tuple[int, str], Activity]:
    keys = _authors(items)
    if not keys:
        return {}
    rows = ctx.session.execute(
        select(
            AuthorActivity.account_id,
            AuthorActivity.author_external_id,
            AuthorActivity.items,
            AuthorActivity.links,
            AuthorActivity.repeats,
            AuthorActivity.adverts,
        ).where(*_of_authors(ctx, AuthorActivity.account_id, AuthorActivity.author_external_id, keys))
    )
    return {(row[0], row[1]): Activity(*row[2:]) for row in rows}


def _of_authors(
    ctx: Context, account_id: Any, author: Any, keys: Sequence[tuple[int, str]]
) -> list[ColumnElement[bool]]:
    """Conditions that hold for these authors, and at most for namesakes on another of the accounts."""
    accounts, names = {key[0] for key in keys}, {key[1] for key in keys}
    return [account_id.in_(sorted(accounts)), among(ctx.session, author, sorted(names))]


def _find_open_requests(ctx: Context, chain_items: Sequence[ChainItem]) -> None:
    keys = _authors([chain_item.item for chain_item in chain_items])
    if not keys:
        return
    rows = ctx.session.execute(
        select(ContactIdentity.account_id, ContactIdentity.external_id, ServiceRequest.lane)
        .join(Conversation, Conversation.contact_identity_id == ContactIdentity.id)
        .join(ServiceRequest, ServiceRequest.conversation_id == Conversation.id)
        .where(
            *_of_authors(ctx, ContactIdentity.account_id, ContactIdentity.external_id, keys),
            ServiceRequest.status.in_(ACTIVE_STATUSES),
        )
    )
    busy = {(account_id, external_id, lane) for account_id, external_id, lane in rows}
    for chain_item in chain_items:
        item = chain_item.item
        chain_item.has_open_request = (item.account_id, item.author_external_id, item.lane) in busy


def _earlier_repetitions(ctx: Context, chain_items: Sequence[ChainItem]) -> dict[DuplicateKey, int]:
    hashes = sorted({chain_item.item.text_hash for chain_item in chain_items})
    rows = ctx.session.execute(
        select(
            InboundItem.account_id,
            InboundItem.text_hash,
            InboundItem.author_external_id,
            func.min(InboundItem.id),
        )
        .where(
            among(ctx.session, InboundItem.text_hash, hashes),
            InboundItem.lane == Lane.PUBLIC,
            ~among(ctx.session, InboundItem.id, [chain_item.item.id for chain_item in chain_items]),
            InboundItem.created_at > ctx.now() - DUPLICATE_WITHIN,
            InboundItem.duplicate_of_id.is_(None),
        )
        .group_by(InboundItem.account_id, InboundItem.text_hash, InboundItem.author_external_id)
    )
    found: dict[DuplicateKey, int] = {}
    for account_id, text_hash, author, first in rows:
        for key in ((account_id, text_hash, author), (account_id, text_hash, None)):
            found[key] = min(first, found.get(key, first))
    return found
