"""Posts met before that their authors have changed or taken back since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import defer

from app.adapters.types import InboundPost
from app.core.bulk import insert_new_rows
from app.core.context import Context
from app.core.db import among
from app.core.text import storable
from app.media.copies import renew_media
from app.models import InboundItem, ItemRevision, WaitingItem
from app.nlp.text.fingerprint import fingerprints
from app.nlp.text.normalise import own_words
from app.routing.revisions import revise_messages
from app.search.index import Indexed, replace_texts


@dataclass(frozen=True)
class Told:
    """A post as it is told again, with text and media as they are stored."""

    post: InboundPost
    text: str
    media: list[Any]

    @property
    def is_news(self) -> bool:
        return self.post.edited_at is not None or self.post.edit_count > 0 or self.post.deleted

    @property
    def order(self) -> tuple[int, datetime]:
        return self.post.edit_count, self.post.edited_at or self.post.created_at


def revise_items(ctx: Context, account_id: int, posts: Sequence[Told], gone: Sequence[str] = ()) -> int:
    """Take in what changed about known items; how many are to be judged anew.

    `gone` are external ids of items that their authors took back. What is older than what is known, and what
    is not known at all, changes nothing.
    """
    told = [entry for entry in posts if entry.is_news]
    names = {storable(entry.post.external_id)[:160] for entry in told}
    lost = {storable(name)[:160] for name in gone}
    if not names | lost:
        return 0
    known = _known_items(ctx, account_id, names | lost)
    before = {item.id: item.text for item in known.values()}
    edited: dict[int, InboundItem] = {}
    renewed: dict[int, InboundPost] = {}
    for entry in sorted(told, key=lambda entry: entry.order):
        item = known.get(storable(entry.post.external_id)[:160])
        if entry.post.deleted or item is None:
            lost |= {item.external_id} if item is not None else set()
            continue
        other_media = entry.media != item.media
        if _rewrite(ctx, item, entry):
            edited[item.id] = item
            if other_media:
                renewed[item.id] = entry.post
    deleted = [item for name in sorted(lost) if (item := known.get(name)) and item.deleted_at is None]
    for item in deleted:
        item.deleted_at = ctx.now()
    ctx.session.flush()
    _judge_again(ctx, list(edited.values()), before)
    renew_media(ctx, account_id, list(renewed.items()))
    revise_messages(ctx, edited=list(edited.values()), deleted=deleted)
    return len(edited)


def _known_items(ctx: Context, account_id: int, names: set[str]) -> dict[str, InboundItem]:
    rows = ctx.session.scalars(
        select(InboundItem)
        .where(
            InboundItem.account_id == account_id, among(ctx.session, InboundItem.external_id, sorted(names))
        )
        .options(defer(InboundItem.raw))
        .order_by(InboundItem.id)
        .with_for_update()
    )
    return {item.external_id: item for item in rows}


def _rewrite(ctx: Context, item: InboundItem, told: Told) -> bool:
    """Put the newer words in place and keep the older ones; False when the words are what is known."""
    post = told.post
    later = post.edited_at is not None and (item.edited_at is None or post.edited_at > item.edited_at)
    if 0 < post.edit_count < item.edit_count or not (later or post.edit_count > item.edit_count):
        return False
    item.edited_at = post.edited_at or ctx.now()
    item.edit_count = max(item.edit_count, post.edit_count)
    if (told.text, told.media) == (item.text, item.media):
        return False
    earlier = ctx.session.scalar(
        select(func.count()).select_from(ItemRevision).where(ItemRevision.inbound_item_id == item.id)
    )
    ctx.session.add(
        ItemRevision(
            created_at=ctx.now(),
            inbound_item_id=item.id,
            account_id=item.account_id,
            number=(earlier or 0) + 1,
            text=item.text,
            media=item.media,
            replaced_at=item.edited_at,
        )
    )
    ctx.session.flush()
    item.text, item.media = told.text, told.media
    _leave_cluster(ctx, item)
    return True


def _leave_cluster(ctx: Context, item: InboundItem) -> None:
    """Other words repeat nobody, until they are judged."""
    if item.duplicate_of_id is not None:
        ctx.session.execute(
            update(InboundItem)
            .where(InboundItem.id == item.duplicate_of_id)
            .values(duplicate_count=InboundItem.duplicate_count - 1)
        )
        item.duplicate_of_id = None


def _judge_again(ctx: Context, items: list[InboundItem], before: dict[int, str]) -> None:
    """Its words are others now: so are its fingerprint, what finds it and perhaps the verdict."""
    if not items:
        return
    prints = fingerprints([own_words(item.text)[0] for item in items])
    for item, fingerprint in zip(items, prints, strict=True):
        item.text_hash, item.simhash = fingerprint.exact, fingerprint.simhash
    # A worker that holds it has read the old words: it is taken from him.
    ctx.session.execute(
        update(WaitingItem)
        .where(among(ctx.session, WaitingItem.id, [item.id for item in items]))
        .values(lease_until=None, lease_token=None)
    )
    insert_new_rows(ctx.session, WaitingItem, [{"id": item.id, "created_at": ctx.now()} for item in items])
    replace_texts(
        ctx.session,
        Indexed.ITEMS,
        [(it.id, f"{it.author_name} {before[it.id]}", f"{it.author_name} {it.text}") for it in items],
    )
