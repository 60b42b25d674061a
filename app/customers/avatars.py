"""Copies of customers' pictures: fetched by a guarded client in a job, served from our own address."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, or_, select

from app.core.context import Context
from app.core.db import among
from app.core.guarded_fetch import FetchPolicy, GuardedFetcher
from app.core.permissions import Actor, Permission
from app.core.runtime import Runtime
from app.identity.past import is_narrowed, outside
from app.identity.scope import scope, visible
from app.media.trust import trusted_hosts
from app.models import Avatar, ContactIdentity, Conversation, InboundItem

MAX_BYTES = 512 * 1024
# Bitmaps only: an SVG is a document that may carry script.
MIME_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def fetcher(runtime: Runtime) -> GuardedFetcher:
    return runtime.part("avatar_fetcher", _build)


def _build(runtime: Runtime) -> GuardedFetcher:
    trusted, ports = trusted_hosts(runtime.settings)
    policy = FetchPolicy(
        max_bytes=MAX_BYTES,
        total_seconds=8.0,
        ports=frozenset({80, 443}) | ports,
        content_types=MIME_TYPES,
        allowed_private=trusted,
    )
    return GuardedFetcher(policy)


def missing_avatar(ctx: Context, identity_id: int) -> str | None:
    """The address of a picture that is not stored yet, or has changed."""
    row = ctx.session.execute(
        select(ContactIdentity.avatar_url, Avatar.source_url)
        .outerjoin(Avatar, Avatar.contact_identity_id == ContactIdentity.id)
        .where(ContactIdentity.id == identity_id)
    ).one_or_none()
    if row is None or not row.avatar_url or row.avatar_url == row.source_url:
        return None
    return str(row.avatar_url)


def store_avatar(ctx: Context, identity_id: int, url: str, content: bytes, mime_type: str) -> None:
    """`mime_type` is what the content is, whatever its server called it."""
    ctx.require(Permission.LISTENER_INGEST)
    ctx.session.execute(delete(Avatar).where(Avatar.contact_identity_id == identity_id))
    avatar = Avatar(
        created_at=ctx.now(),
        contact_identity_id=identity_id,
        source_url=url,
        mime_type=mime_type,
        content=content,
    )
    ctx.session.add(avatar)
    ctx.session.flush()
    ctx.session.get_one(ContactIdentity, identity_id).avatar_id = avatar.id


def avatars_of(ctx: Context, authors: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Our addresses of the pictures of authors, named by account and id on the platform."""
    wanted = set(authors)
    rows = ctx.session.execute(
        select(ContactIdentity.account_id, ContactIdentity.external_id, ContactIdentity.avatar_id).where(
            ContactIdentity.account_id.in_(sorted({account for account, _ in wanted})),
            among(ctx.session, ContactIdentity.external_id, sorted({author for _, author in wanted})),
            ContactIdentity.avatar_id.is_not(None),
        )
    )
    found = {(row.account_id, row.external_id): avatar_address(row.avatar_id) for row in rows}
    return {author: found[author] for author in wanted & set(found)}


def avatar_address(avatar_id: int) -> str:
    return f"/api/v1/avatars/{avatar_id}"


def read_avatar(ctx: Context, avatar_id: int) -> Avatar | None:
    """A stored picture of somebody the actor may know of."""
    statement = (
        scope(select(Avatar), ctx.actor, ContactIdentity)
        .join(ContactIdentity, ContactIdentity.id == Avatar.contact_identity_id)
        .where(Avatar.id == avatar_id)
    )
    if is_narrowed(ctx.actor):
        statement = statement.where(_met(ctx.actor))
    return ctx.session.scalar(statement)


def _met(actor: Actor) -> ColumnElement[bool]:
    """Of an identity, where a grant opens little of the past: something they wrote is in sight."""
    talks = select(1).where(
        Conversation.contact_identity_id == ContactIdentity.id, visible(Conversation, actor)
    )
    wrote = select(1).where(
        InboundItem.account_id == ContactIdentity.account_id,
        InboundItem.author_external_id == ContactIdentity.external_id,
        visible(InboundItem, actor),
    )
    return or_(
        outside(ContactIdentity.account_id, actor),
        talks.correlate_except(Conversation).exists(),
        wrote.correlate_except(InboundItem).exists(),
    )
