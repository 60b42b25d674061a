"""Finding or making the contact behind an author."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.core.bulk import insert_objects
from app.core.context import Context
from app.core.db import among
from app.core.inputs import LARGEST_NUMBER
from app.core.names import shown_name
from app.core.permissions import Permission
from app.customers.job_names import FETCH_AVATAR
from app.customers.renaming import rename_many, searched_text
from app.models import Account, Contact, ContactIdentity, InboundItem
from app.search.index import Indexed, index_texts


def identify_authors(
    ctx: Context, items: Iterable[InboundItem], accounts: dict[int, Account]
) -> dict[tuple[int, str], ContactIdentity]:
    """The identity of each item's author by (account id, external id), made where it is new.

    Items without an author are left out. The newest profile a platform gave wins.
    """
    ctx.require(Permission.LISTENER_INGEST)
    wanted = {(item.account_id, item.author_external_id): item for item in items if item.author_external_id}
    known = _known(ctx, list(wanted))
    before = {identity.id: identity.avatar_url for identity in known.values()}
    made = {}
    renaming: dict[int, tuple[ContactIdentity, str]] = {}
    for key, item in wanted.items():
        identity = known.get(key)
        if identity is None:
            made[key] = _make(ctx, item, accounts[item.account_id])
        elif _refresh(identity, item):
            renaming[identity.id] = identity, item.author_name
    rename_many(ctx, renaming.values())
    ctx.session.flush()
    known |= _insert(ctx, made)
    for identity in known.values():
        if identity.avatar_url and before.get(identity.id) != identity.avatar_url:
            ctx.defer(FETCH_AVATAR, identity.id)
    return known


def _insert(
    ctx: Context, made: dict[tuple[int, str], tuple[Contact, ContactIdentity]]
) -> dict[tuple[int, str], ContactIdentity]:
    """Store new people, each with its one identity, and make them findable."""
    insert_objects(ctx.session, [contact for contact, _ in made.values()])
    for contact, identity in made.values():
        identity.contact_id = contact.id
    insert_objects(ctx.session, [identity for _, identity in made.values()])
    for contact, identity in made.values():
        set_committed_value(identity, "contact", contact)
    found = {key: identity for key, (_, identity) in made.items()}
    index_texts(ctx.session, Indexed.CONTACTS, [(i.id, searched_text(i)) for i in found.values()])
    return found


def _known(ctx: Context, keys: list[tuple[int, str]]) -> dict[tuple[int, str], ContactIdentity]:
    if not keys:
        return {}
    rows = ctx.session.scalars(
        select(ContactIdentity)
        .where(
            ContactIdentity.account_id.in_(sorted({account_id for account_id, _ in keys})),
            among(ctx.session, ContactIdentity.external_id, sorted({author for _, author in keys})),
        )
        .options(joinedload(ContactIdentity.contact))
    )
    found = {(row.account_id, row.external_id): row for row in rows}
    return {key: found[key] for key in keys if key in found}


def _make(ctx: Context, item: InboundItem, account: Account) -> tuple[Contact, ContactIdentity]:
    now = ctx.now()
    name = shown_name(item.author_name, item.author_external_id)
    contact = Contact(created_at=now, agency_id=account.agency_id, name=name)
    identity = ContactIdentity(
        created_at=now,
        account_id=item.account_id,
        platform=account.platform,
        external_id=item.author_external_id or "",
        name=name,
        last_seen_at=item.published_at,
    )
    _apply_profile(identity, item)
    return contact, identity


def _refresh(identity: ContactIdentity, item: InboundItem) -> bool:
    """Take over a newer profile; whether the person is called differently now."""
    if item.published_at < identity.last_seen_at:
        return False
    identity.last_seen_at = item.published_at
    _apply_profile(identity, item)
    return bool(item.author_name)


def _apply_profile(identity: ContactIdentity, item: InboundItem) -> None:
    author = item.author
    if author.get("avatar_url"):
        identity.avatar_url = str(author["avatar_url"])[:500]
    if author.get("verified") is not None:
        identity.is_verified = bool(author["verified"])
    if author.get("followers") is not None:
        identity.followers_count = max(0, min(int(author["followers"]), LARGEST_NUMBER))
