"""What the database knows about a batch of items: gathered with a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from app.core.context import Context
from app.core.db import among
from app.listener.filters import Chain
from app.listener.matching import MonitorSet, rule_cache
from app.listener.near import near_index
from app.listener.subjects import Activity, Subject, subjects_of
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
from app.nlp.fingerprint import LEAST_CHARS

DUPLICATE_WITHIN = timedelta(days=2)
NEAR_LEAST_CHARS = 20
"""Two people's short questions resemble each other without being one text that was passed on."""
DuplicateKey = tuple[int, int, str | None]


@dataclass(frozen=True)
class AccountFacts:
    agency_id: int
    platform: str


@dataclass
class Accounts:
    """All our accounts: few, and needed for every batch."""

    facts: dict[int, AccountFacts]
    names: frozenset[tuple[str, str]]
    """(platform, external id) of each."""

    @property
    def agencies(self) -> dict[int, int]:
        return {account_id: facts.agency_id for account_id, facts in self.facts.items()}


def load_accounts(ctx: Context) -> Accounts:
    rows = ctx.session.execute(
        select(Account.id, Account.agency_id, Account.platform, Account.external_id)
    ).all()
    return Accounts(
        {row.id: AccountFacts(row.agency_id, row.platform) for row in rows},
        frozenset((row.platform, row.external_id) for row in rows),
    )


def gather_subjects(ctx: Context, items: list[InboundItem]) -> list[Subject]:
    """The items with what is known about them, ready for the chain."""
    subjects = gather_facts(ctx, items, rule_cache(ctx.runtime).current(ctx.session))
    _find_open_requests(ctx, subjects)
    _find_repetitions(ctx, subjects)
    _find_near_duplicates(ctx, subjects)
    return subjects


def chains_of(ctx: Context, subjects: Sequence[Subject]) -> list[Chain]:
    """The chain that each subject runs through."""
    rules = rule_cache(ctx.runtime).current(ctx.session)
    return [rules.chain(subject.item, subject.monitors) for subject in subjects]


def gather_facts(ctx: Context, items: list[InboundItem], rules: MonitorSet) -> list[Subject]:
    """What depends on author and words alone: own accounts, lists, habits, monitors."""
    accounts = load_accounts(ctx)
    lists = _listed_authors(ctx, items, accounts)
    activity = _activities(ctx, items)
    hits = rules.hits(items, accounts.agencies)
    subjects = subjects_of(items)
    for subject, monitors in zip(subjects, hits, strict=True):
        item = subject.item
        facts = accounts.facts[item.account_id]
        author = item.author_external_id
        subject.own_account = (facts.platform, author) in accounts.names
        subject.lists = lists.get((facts.agency_id, facts.platform, author or ""), frozenset())
        subject.activity = activity.get((item.account_id, author or ""), Activity())
        subject.monitors = monitors
        subject.is_watched = rules.watches(item, facts.agency_id)
    return subjects


def _authors(items: Sequence[InboundItem]) -> list[tuple[int, str]]:
    return sorted({(i.account_id, i.author_external_id) for i in items if i.author_external_id})


def _listed_authors(
    ctx: Context, items: list[InboundItem], accounts: Accounts
) -> dict[tuple[int, str, str], frozenset[SpecialList]]:
    """Lists by (agency, platform, author)."""
    authors = sorted({author for _, author in _authors(items)})
    if not authors:
        return {}
    rows = ctx.session.execute(
        select(
            SpecialListEntry.agency_id,
            SpecialListEntry.platform,
            SpecialListEntry.author_external_id,
            SpecialListEntry.list,
        ).where(
            SpecialListEntry.platform.in_({facts.platform for facts in accounts.facts.values()}),
            among(ctx.session, SpecialListEntry.author_external_id, authors),
            or_(SpecialListEntry.expires_at.is_(None), SpecialListEntry.expires_at > ctx.now()),
        )
    )
    found: dict[tuple[int, str, str], frozenset[SpecialList]] = {}
    for agency_id, platform, author, name in rows:
        key = (agency_id, platform, author)
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


def _find_open_requests(ctx: Context, subjects: Sequence[Subject]) -> None:
    keys = _authors([subject.item for subject in subjects])
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
    for subject in subjects:
        item = subject.item
        subject.has_open_request = (item.account_id, item.author_external_id, item.lane) in busy


def _find_repetitions(ctx: Context, subjects: Sequence[Subject]) -> None:
    """Name the oldest recent item with the same words, in this batch or before it."""
    public = [subject for subject in subjects if subject.item.lane is Lane.PUBLIC and subject.words]
    if not public:
        return
    seen = _earlier_repetitions(ctx, public)
    for subject in public:
        key = _duplicate_key(subject)
        earlier = seen.setdefault(key, subject.item.id)
        if earlier != subject.item.id:
            subject.duplicate_of = earlier


def _duplicate_key(subject: Subject) -> DuplicateKey:
    """Two people may say the same few words and both mean them: short texts repeat only their author's."""
    item = subject.item
    author = None if len(subject.words) >= LEAST_CHARS else item.author_external_id
    return item.account_id, item.text_hash, author


def _earlier_repetitions(ctx: Context, subjects: Sequence[Subject]) -> dict[DuplicateKey, int]:
    hashes = sorted({subject.item.text_hash for subject in subjects})
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
            InboundItem.id < min(subject.item.id for subject in subjects),
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


def _find_near_duplicates(ctx: Context, subjects: Sequence[Subject]) -> None:
    if not subjects:
        return
    index = near_index(ctx.runtime)
    index.refresh(ctx.session, ctx.now() - DUPLICATE_WITHIN, subjects[0].item.id)
    for subject in subjects:
        item = subject.item
        if item.simhash is None or item.lane is not Lane.PUBLIC or subject.duplicate_of is not None:
            continue
        if len(subject.words) < NEAR_LEAST_CHARS:
            continue
        subject.near_duplicate_of = index.find(item.id, item.account_id, item.simhash)
        if subject.near_duplicate_of is None:
            index.add(item.id, item.account_id, item.simhash)
