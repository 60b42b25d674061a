"""Publishing: checked against the platform's rules, then written down as the intent to send."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import select

from app.accounts.platforms import platforms
from app.accounts.queries import get_account
from app.adapters.types import OutboundMedia
from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import translate
from app.core.idempotency import digest_of, require_same
from app.core.permissions import Permission
from app.core.text import storable
from app.grants.acting import require_planned
from app.identity import audit
from app.identity.scope import scope
from app.models import (
    Account,
    AccountStatus,
    InboundItem,
    Lane,
    OutboundMessage,
    Publication,
    PublicationKind,
    PublicationMedia,
)
from app.outbound import refusal_words
from app.outbound.intents import goes_at, release, send_again, settle, take_back, write_intent
from app.publishing.cargo import (
    PUBLICATIONS,
    about_publication,
    announce_publication,
    build_send_request,
)
from app.publishing.events import (
    PUBLICATION_CANCELLED,
    PUBLICATION_CREATED,
    PUBLICATION_OUTCOME_SETTLED,
    PUBLICATION_RELEASED,
    PUBLICATION_RETRIED,
)
from app.publishing.queries import publication_view
from app.publishing.schemas import CreatePublication, MediaFile, PublicationView, SettlePublication


def create_publication(ctx: Context, command: CreatePublication, *, address: str) -> PublicationView:
    """Write down the intent to publish. The same command under the same key gives the same publication.

    Raises NotFound, Conflict(`account_not_active`, `key_used_otherwise`) and Invalid(`publication_refused`,
    `send_at_too_far`) with a text per field.
    """
    ctx.require(Permission.PUBLICATIONS_SEND, account_id=command.account_id)
    account = get_account(ctx, command.account_id)
    earlier = _by_key(ctx, account, command.idempotency_key)
    if earlier is not None:
        require_same(earlier.command_digest, digest_of(ctx.actor, command))
        return publication_view(ctx, earlier)
    _require_active(ctx, account)
    publication = _new_publication(ctx, account, command)
    target = _target(ctx, account, publication)
    require_planned(ctx, account.id, command.send_at)
    leaves_at = goes_at(ctx, command.send_at)
    _check(ctx, account, publication, command.media, target, address)
    ctx.session.add(publication)
    ctx.session.flush()
    _keep_media(ctx, publication, command.media)
    write_intent(
        ctx,
        PUBLICATIONS,
        account=account,
        lane=Lane.PUBLIC,
        order_key=_order_key(publication),
        leaves_at=leaves_at,
        target=target,
        address=address,
        cargo_id=publication.id,
    )
    audit.record(
        ctx,
        PUBLICATION_CREATED,
        about_publication(ctx, publication),
        detail={"kind": publication.kind.value},
    )
    announce_publication(ctx, publication)
    return publication_view(ctx, publication)


def _by_key(ctx: Context, account: Account, key: str) -> Publication | None:
    return ctx.session.scalar(
        select(Publication).where(Publication.account_id == account.id, Publication.idempotency_key == key)
    )


def _require_active(ctx: Context, account: Account) -> None:
    if account.status is AccountStatus.REMOVED:
        raise NotFound
    if account.can_be_called:
        return
    reason = f"account_{account.status.value}"
    raise Conflict(
        "account_not_active", reason=reason, reason_text=translate(f"lane.refused.{reason}", ctx.locale)
    )


def _new_publication(ctx: Context, account: Account, command: CreatePublication) -> Publication:
    return Publication(
        created_at=ctx.now(),
        account_id=account.id,
        operator_id=ctx.actor.operator_id,
        kind=command.kind,
        text=storable(command.text).strip(),
        title=storable(command.title).strip() or None if command.title else None,
        visibility=command.visibility,
        repost_of=command.repost_of,
        idempotency_key=command.idempotency_key,
        command_digest=digest_of(ctx.actor, command),
    )


def _target(ctx: Context, account: Account, publication: Publication) -> dict[str, str]:
    """What a repost passes on, as the adapter names it; empty for a post of our own words."""
    if publication.kind is not PublicationKind.REPOST:
        if publication.repost_of is not None:
            raise Invalid(fields={"repost_of": "only_for_a_repost"})
        return {}
    if publication.repost_of is None:
        raise Invalid(fields={"repost_of": "missing"})
    known = ctx.session.scalar(
        scope(select(InboundItem.reply_context), ctx.actor, InboundItem).where(
            InboundItem.account_id == account.id, InboundItem.external_id == publication.repost_of
        )
    )
    adapter = platforms(ctx.runtime).adapter(account.platform)
    return dict(known or adapter.target_of(publication.repost_of))


def _check(
    ctx: Context,
    account: Account,
    publication: Publication,
    files: list[MediaFile],
    target: Mapping[str, str],
    address: str,
) -> None:
    """Everything the platform would refuse that can be known before asking, each with its field's text."""
    media = [
        OutboundMedia(file.kind, file.content, file.filename, file.mime_type, description=file.description)
        for file in files
    ]
    parts = platforms(ctx.runtime)
    request = build_send_request(publication, media, "check", target, address)
    problems = parts.adapter(account.platform).validate(parts.ref(account), request)
    if problems:
        raise Invalid(
            "publication_refused",
            fields=refusal_words.by_field(problems, ctx.locale),
            codes=sorted({p.code for p in problems}),
        )


def _keep_media(ctx: Context, publication: Publication, files: list[MediaFile]) -> None:
    ctx.session.add_all(
        PublicationMedia(
            created_at=ctx.now(),
            publication_id=publication.id,
            position=position,
            kind=file.kind,
            mime_type=file.mime_type,
            filename=storable(file.filename),
            description=storable(file.description) if file.description else None,
            size=len(file.content),
            content=file.content,
        )
        for position, file in enumerate(files)
    )
    ctx.session.flush()


def _order_key(publication: Publication) -> str:
    """Two publications with equal words go one after another: reading back could not tell them apart."""
    words = f"{publication.title or ''}\0{publication.text}\0{publication.repost_of or ''}"
    return f"account-{publication.account_id}-{hashlib.sha256(words.encode()).hexdigest()[:40]}"


def cancel_publication(ctx: Context, publication_id: int) -> PublicationView:
    """Take a publication back before it goes; for the errors see `take_back`."""
    publication, outbound = _own(ctx, publication_id)
    if take_back(ctx, PUBLICATIONS, outbound):
        audit.record(ctx, PUBLICATION_CANCELLED, about_publication(ctx, publication))
    return publication_view(ctx, publication)


def release_publication(ctx: Context, publication_id: int) -> PublicationView:
    """Let go what somebody planned who has been shut out since. Raises Conflict(`not_held`)."""
    publication, outbound = _own(ctx, publication_id)
    release(ctx, PUBLICATIONS, outbound)
    audit.record(ctx, PUBLICATION_RELEASED, about_publication(ctx, publication))
    return publication_view(ctx, publication)


def retry_publication(ctx: Context, publication_id: int) -> PublicationView:
    """Publish a failed one again. Raises Conflict(`not_failed`)."""
    publication, outbound = _own(ctx, publication_id)
    send_again(ctx, PUBLICATIONS, outbound)
    audit.record(ctx, PUBLICATION_RETRIED, about_publication(ctx, publication))
    return publication_view(ctx, publication)


def settle_publication(ctx: Context, publication_id: int, command: SettlePublication) -> PublicationView:
    """A person has looked on the platform: it is there, or it is not (and may be retried)."""
    publication, outbound = _own(ctx, publication_id)
    settle(ctx, PUBLICATIONS, outbound, command.outcome)
    audit.record(
        ctx,
        PUBLICATION_OUTCOME_SETTLED,
        about_publication(ctx, publication),
        detail={"outcome": command.outcome},
    )
    return publication_view(ctx, publication)


def _own(ctx: Context, publication_id: int) -> tuple[Publication, OutboundMessage]:
    ctx.require(Permission.PUBLICATIONS_SEND)
    publication = ctx.session.scalar(
        scope(select(Publication), ctx.actor, Publication).where(Publication.id == publication_id)
    )
    if publication is None:
        raise NotFound
    ctx.require(Permission.PUBLICATIONS_SEND, account_id=publication.account_id)
    outbound = ctx.session.scalars(
        select(OutboundMessage)
        .where(OutboundMessage.carries(PUBLICATIONS.name, publication.id))
        .with_for_update()
    ).one()
    return publication, outbound
