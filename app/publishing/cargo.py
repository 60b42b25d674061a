"""Publications as the ledger carries them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.adapters.types import Lane, OutboundMedia, SendKind, SendRequest
from app.core.context import Context
from app.core.errors import PlatformErrorKind
from app.core.events import Subject
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.scope import past_audience
from app.models import Account, OutboundMessage, Publication, PublicationMedia
from app.outbound.cargo import register
from app.publishing.events import PUBLICATION, PUBLICATION_STATE_CHANGED
from app.publishing.job_names import DELIVER_PUBLICATIONS
from app.publishing.queries import publication_view
from app.publishing.schemas import PublicationChanged


class PublicationCargo:
    name = PUBLICATION.name
    job = DELIVER_PUBLICATIONS
    right = Permission.PUBLICATIONS_SEND
    together = 4

    def requests(self, ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, SendRequest]:
        carried = carried_publications(ctx, rows)
        media: dict[int, list[OutboundMedia]] = defaultdict(list)
        files = ctx.session.scalars(
            select(PublicationMedia)
            .where(PublicationMedia.publication_id.in_([publication.id for publication in carried.values()]))
            .order_by(PublicationMedia.position)
            .options(undefer(PublicationMedia.content))
        )
        for file in files:
            media[file.publication_id].append(_as_outbound(file))
        return {
            row.id: build_send_request(
                carried[row.cargo_id],
                media[row.cargo_id],
                row.operation_key,
                row.target,
                row.actor_address,
            )
            for row in rows
        }

    def not_allowed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> Mapping[int, PlatformErrorKind]:
        """No platform closes its timeline."""
        del ctx, rows
        return {}

    def authors(self, ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, int | None]:
        carried = carried_publications(ctx, rows)
        return {row.id: carried[row.cargo_id].operator_id for row in rows}

    def changed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> None:
        carried = carried_publications(ctx, rows)
        for publication in carried.values():
            publication.version += 1
        ctx.session.flush()
        for publication in carried.values():
            announce_publication(ctx, publication)


def _as_outbound(file: PublicationMedia) -> OutboundMedia:
    return OutboundMedia(
        kind=file.kind,
        content=file.content,
        filename=file.filename,
        mime_type=file.mime_type,
        description=file.description,
    )


PUBLICATIONS = register(PublicationCargo())


def carried_publications(ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, Publication]:
    """By their own ids."""
    return rows_by_id(ctx.session, Publication, [row.cargo_id for row in rows])


def announce_publication(ctx: Context, publication: Publication) -> None:
    """Tell everybody who may read the account's publications how this one stands."""
    account = ctx.session.get_one(Account, publication.account_id)
    view = publication_view(ctx, publication)
    ctx.emit(
        PUBLICATION_STATE_CHANGED,
        PublicationChanged(publication=view),
        past_audience(account, Permission.PUBLICATIONS_READ, view.finished_at or ctx.now()),
        about=about_publication(ctx, publication),
    )


def about_publication(ctx: Context, publication: Publication) -> Subject:
    account = ctx.session.get_one(Account, publication.account_id)
    return PUBLICATION.of(publication, agency_id=account.agency_id)


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
