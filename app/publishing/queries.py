"""Reads of publications, and the view that events carry too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.errors import NotFound
from app.core.pagination import read_page
from app.core.permissions import Permission
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import (
    Account,
    Operator,
    OutboundMessage,
    OutboundState,
    Publication,
    PublicationMedia,
)
from app.publishing.events import PUBLICATION
from app.publishing.schemas import (
    PublicationErrorView,
    PublicationList,
    PublicationMediaView,
    PublicationQuery,
    PublicationView,
)

_WITH_ERROR = (OutboundState.FAILED, OutboundState.UNKNOWN, OutboundState.QUEUED)


def get_publication(ctx: Context, publication_id: int) -> PublicationView:
    """One publication, if the actor may see it; raises NotFound."""
    publication = ctx.session.scalar(
        scope(select(Publication), ctx.actor, Publication).where(Publication.id == publication_id)
    )
    if publication is None:
        raise NotFound
    return publication_view(ctx, publication)


def list_publications(ctx: Context, query: PublicationQuery) -> PublicationList:
    """Newest first. Five statements whatever the page's size."""
    ctx.require(Permission.PUBLICATIONS_READ)
    statement = scope(select(Publication), ctx.actor, Publication)
    if query.account_id is not None:
        statement = statement.where(Publication.account_id == query.account_id)
    if query.state is not None:
        statement = statement.join(
            OutboundMessage, OutboundMessage.carries(PUBLICATION.name, Publication.id)
        ).where(OutboundMessage.state == query.state)
    page = read_page(ctx.session, statement, query, [(Publication.id, True)])
    return PublicationList(items=publication_views(ctx, page.rows), next_cursor=page.next_cursor)


def publication_view(ctx: Context, publication: Publication) -> PublicationView:
    return publication_views(ctx, [publication])[0]


def publication_views(ctx: Context, publications: Sequence[Publication]) -> list[PublicationView]:
    """Views of publications, with what hangs on them loaded for all at once."""
    if not publications:
        return []
    ids = [publication.id for publication in publications]
    sends = {
        row.cargo_id: row
        for row in ctx.session.scalars(
            select(OutboundMessage).where(
                OutboundMessage.cargo == PUBLICATION.name, OutboundMessage.cargo_id.in_(ids)
            )
        )
    }
    account_ids = {row.account_id for row in publications}
    operator_ids = {row.operator_id for row in publications if row.operator_id}
    accounts = {
        row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(account_ids)))
    }
    people = {
        row.id: row for row in ctx.session.scalars(select(Operator).where(Operator.id.in_(operator_ids)))
    }
    media = _media_views(ctx, ids)
    return [
        _view(
            publication,
            sends[publication.id],
            accounts[publication.account_id],
            people.get(publication.operator_id or 0),
            media[publication.id],
        )
        for publication in publications
    ]


def _media_views(ctx: Context, ids: list[int]) -> dict[int, list[PublicationMediaView]]:
    found: dict[int, list[PublicationMediaView]] = defaultdict(list)
    rows = ctx.session.scalars(
        select(PublicationMedia)
        .where(PublicationMedia.publication_id.in_(ids))
        .order_by(PublicationMedia.publication_id, PublicationMedia.position)
    )
    for row in rows:
        found[row.publication_id].append(
            PublicationMediaView(
                kind=row.kind,
                mime_type=row.mime_type,
                filename=row.filename,
                description=row.description,
                size=row.size,
            )
        )
    return found


def _view(
    publication: Publication,
    outbound: OutboundMessage,
    account: Account,
    operator: Operator | None,
    media: list[PublicationMediaView],
) -> PublicationView:
    return PublicationView(
        id=publication.id,
        account=AccountRefView.model_validate(account),
        operator=PersonRef(id=operator.id, name=operator.name) if operator else None,
        kind=publication.kind,
        text=publication.text,
        title=publication.title,
        visibility=publication.visibility,
        repost_of=publication.repost_of,
        media=media,
        created_at=publication.created_at,
        leaves_at=outbound.not_before,
        state=outbound.state,
        is_accepted=outbound.accepted_at is not None,
        error=_error(outbound),
        undo_until=outbound.undo_until if _can_be_taken_back(outbound) else None,
        external_id=outbound.external_id,
        finished_at=outbound.finished_at,
        version=publication.version,
    )


def _can_be_taken_back(outbound: OutboundMessage) -> bool:
    return outbound.state is OutboundState.QUEUED and not outbound.attempts


def _error(outbound: OutboundMessage) -> PublicationErrorView | None:
    if outbound.error_code is None or outbound.state not in _WITH_ERROR:
        return None
    return PublicationErrorView(code=outbound.error_code, detail=outbound.error_detail or "")
