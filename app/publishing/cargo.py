"""Publications as the ledger carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import undefer

from app.adapters.types import Lane, OutboundMedia, SendKind, SendRequest
from app.core.context import Context
from app.core.jobs import JobName
from app.core.permissions import Permission
from app.identity.scope import account_audience
from app.models import OutboundMessage, Publication, PublicationMedia
from app.publishing.events import PUBLICATION_EVENTS
from app.publishing.queries import publication_view
from app.publishing.schemas import PublicationChanged


class PublicationCargo:
    name = "publication"
    job = JobName.PUBLISHING_DELIVER_PUBLICATION

    def mine(self) -> ColumnElement[bool]:
        return OutboundMessage.publication_id.is_not(None)

    def request(self, ctx: Context, outbound: OutboundMessage) -> SendRequest:
        publication = carried_publication(ctx, outbound)
        files = ctx.session.scalars(
            select(PublicationMedia)
            .where(PublicationMedia.publication_id == publication.id)
            .order_by(PublicationMedia.position)
            .options(undefer(PublicationMedia.content))
        )
        return build_send_request(
            publication,
            [
                OutboundMedia(
                    kind=file.kind,
                    content=file.content,
                    filename=file.filename,
                    mime_type=file.mime_type,
                    description=file.description,
                )
                for file in files
            ],
            outbound.operation_key,
            outbound.target,
            outbound.actor_address,
        )

    def is_too_late(self, ctx: Context, outbound: OutboundMessage) -> bool:
        """No platform closes its timeline."""
        del ctx, outbound
        return False

    def changed(self, ctx: Context, outbound: OutboundMessage) -> None:
        publication = carried_publication(ctx, outbound)
        publication.version += 1
        ctx.session.flush()
        announce_publication(ctx, outbound, publication)


PUBLICATIONS = PublicationCargo()


def carried_publication(ctx: Context, outbound: OutboundMessage) -> Publication:
    return ctx.session.get_one(Publication, outbound.publication_id)


def announce_publication(ctx: Context, outbound: OutboundMessage, publication: Publication) -> None:
    """Tell everybody who may read the account's publications how this one stands."""
    ctx.emit(
        PUBLICATION_EVENTS[outbound.state],
        PublicationChanged(publication=publication_view(ctx, publication)),
        account_audience(publication.account_id, Permission.PUBLICATIONS_READ),
        publication_id=publication.id,
    )


def build_send_request(
    publication: Publication,
    media: Sequence[OutboundMedia],
    operation_key: str,
    target: Mapping[str, str],
    address: str | None,
) -> SendRequest:
    options: dict[str, Any] = {"title": publication.title, "visibility": publication.visibility}
    return SendRequest(
        lane=Lane.PUBLIC,
        kind=SendKind(publication.kind.value),
        text=publication.text,
        operation_key=operation_key,
        target=target,
        actor_ip=address,
        media=tuple(media),
        options={name: value for name, value in options.items() if value is not None},
    )
