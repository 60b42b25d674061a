"""Reads of media: an item's as views, and one copy for who may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.db import among
from app.core.permissions import Permission
from app.identity.scope import scope
from app.media.content_types import SHOWN_INLINE
from app.media.described import web_address
from app.media.limits import HOPELESS
from app.media.schemas import MediaView, OriginView
from app.models import CopyState, InboundItem, MediaCopy, MediaPart, Message

Slot = tuple[MediaPart, int]


@dataclass
class ItemMedia:
    """The copies of one item, and what it stands under."""

    copies: dict[Slot, MediaCopy] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)


def media_of_items(ctx: Context, item_ids: Sequence[int]) -> dict[int, ItemMedia]:
    """What is kept for these items, in one statement whatever their number."""
    found: dict[int, ItemMedia] = defaultdict(ItemMedia)
    if not item_ids:
        return found
    rows = ctx.session.execute(
        select(InboundItem.id, InboundItem.origin, MediaCopy)
        .outerjoin(MediaCopy, MediaCopy.inbound_item_id == InboundItem.id)
        .where(
            among(ctx.session, InboundItem.id, item_ids),
            or_(InboundItem.origin.is_not(None), MediaCopy.id.is_not(None)),
        )
        .options(joinedload(MediaCopy.file))
        .execution_options(populate_existing=True)
    )
    for item_id, origin, copy in rows:
        found[item_id].origin = origin or {}
        if copy is not None:
            found[item_id].copies[copy.part, copy.position] = copy
    return found


def media_views(described: Sequence[Mapping[str, Any]], kept: ItemMedia | None) -> list[MediaView]:
    """The views of an item's media; `described` is what is kept with the item or the message."""
    copies = kept.copies if kept else {}
    return [
        _media_view(
            medium,
            copies.get((MediaPart.ATTACHMENT, position)),
            copies.get((MediaPart.PREVIEW, position)),
        )
        for position, medium in enumerate(described)
    ]


def origin_view(kept: ItemMedia | None) -> OriginView | None:
    if kept is None or not kept.origin:
        return None
    origin = kept.origin
    picture = kept.copies.get((MediaPart.ORIGIN, 0))
    return OriginView(
        kind="article" if origin.get("kind") == "article" else "post",
        title=origin.get("title"),
        text=origin.get("text"),
        author_name=origin.get("author_name"),
        link=web_address(origin.get("url")),
        picture=_media_view({"kind": "image"}, picture, None) if picture else None,
    )


def copy_view(copy: MediaCopy) -> MediaView:
    """One copy by itself, without what its item says of it."""
    return _media_view({"kind": copy.kind}, copy, None)


def own_media_views(described: Sequence[Mapping[str, Any]]) -> list[MediaView]:
    """Of files that one of us hung on a message: all that is shown of them is kept with it."""
    return [
        MediaView(
            id=None,
            attachment_id=medium["attachment_id"],
            kind=medium["kind"],
            state=CopyState.READY,
            reason=None,
            can_ask=False,
            url=medium["url"],
            can_show=medium["can_show"],
            preview_url=None,
            mime_type=medium["mime_type"],
            size=medium["size"],
            name=medium["name"],
            title=None,
            description=None,
            duration_seconds=None,
            latitude=None,
            longitude=None,
            link=None,
        )
        for medium in described
    ]


def _media_view(medium: Mapping[str, Any], copy: MediaCopy | None, preview: MediaCopy | None) -> MediaView:
    file = copy.file if copy is not None and copy.state is CopyState.READY else None
    return MediaView(
        id=copy.id if copy else None,
        kind=str(medium.get("kind", "unknown")),
        state=copy.state if copy else None,
        reason=copy.reason if copy else None,
        can_ask=copy is not None and can_ask(copy),
        url=_address(copy),
        can_show=file is not None and file.mime_type in SHOWN_INLINE,
        preview_url=_address(preview),
        mime_type=file.mime_type if file else medium.get("mime_type"),
        size=file.size if file else None,
        name=medium.get("name"),
        title=medium.get("title"),
        description=medium.get("description"),
        duration_seconds=medium.get("duration_seconds"),
        latitude=medium.get("latitude"),
        longitude=medium.get("longitude"),
        link=web_address(medium.get("url")) if file is None else None,
    )


def can_ask(copy: MediaCopy) -> bool:
    """Whether somebody may ask for it: asked again, what is hopeless would say the same."""
    if copy.state is CopyState.WAITING:
        return copy.reason is not None
    return copy.state is CopyState.IDLE or (copy.state is CopyState.FAILED and copy.reason not in HOPELESS)


def _address(copy: MediaCopy | None) -> str | None:
    return f"/api/v1/media/{copy.id}" if copy is not None and copy.state is CopyState.READY else None


def visible_copy(ctx: Context, copy_id: int) -> MediaCopy | None:
    """A copy of something the actor may see: in the ledger, or in a conversation of theirs."""
    ways = []
    if ctx.actor.may(Permission.INBOUND_ITEMS_READ):
        read = scope(select(InboundItem.id), ctx.actor, InboundItem)
        ways.append(read.where(InboundItem.id == MediaCopy.inbound_item_id).correlate(MediaCopy).exists())
    if ctx.actor.may(Permission.CONVERSATIONS_READ):
        said = scope(select(Message.id), ctx.actor, Message)
        ways.append(
            said.where(Message.inbound_item_id == MediaCopy.inbound_item_id).correlate(MediaCopy).exists()
        )
    if not ways:
        return None
    return ctx.session.scalar(
        select(MediaCopy)
        .where(MediaCopy.id == copy_id, or_(*ways))
        .options(joinedload(MediaCopy.file))
        .execution_options(populate_existing=True)
    )
