"""Commands that put requests together and take them apart: merge, undo, split, link."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.identity import audit
from app.models import Account, Direction, Message, RequestLink, RequestMerge, ServiceRequest
from app.routing import lifecycle
from app.routing.confirming import require_own
from app.routing.events import LINKED, MERGED, SPLIT, UNLINKED, UNMERGED, about_request
from app.routing.lifecycle import Pair
from app.routing.queries import get_request, request_view
from app.routing.related import relate
from app.routing.relation_schemas import (
    LinkRequest,
    MergedView,
    MergeRequest,
    SplitRequest,
    UnmergeRequest,
)
from app.routing.roster import manual_decision
from app.routing.services import require_version

TWO_PEOPLE = "two_people"
SPLIT_OFF = "split_off"


def merge_request(ctx: Context, request_id: int, command: MergeRequest) -> MergedView:
    """Put a request into another, which goes on for both.

    Raises NotFound, Invalid(`same_request`), Conflict: `stale_version`, `claimed_by_other`,
    `merges_two_people`, `other_agency`, `request_merged`, `merge_needs_active`, `transition_refused`.
    """
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE)
    if command.into_id == request_id:
        raise Invalid(fields={"into_id": "same_request"})
    pair = _pair(ctx, command.into_id, request_id)
    require_version(ctx, pair.other, command.version)
    if _contact(pair.into) != _contact(pair.other) and TWO_PEOPLE not in command.confirm:
        raise Conflict(
            "merges_two_people",
            name=_name(pair.other),
            other_name=_name(pair.into),
            confirm=TWO_PEOPLE,
        )
    for one in (pair.other, pair.into):
        require_own(ctx, one, command.confirm)
    row = lifecycle.merge(ctx, pair)
    detail = {"into": pair.into.number, "moved": len(row.message_ids)}
    audit.record(ctx, MERGED, about_request(pair.other), detail=detail)
    return _merged(ctx, pair, len(row.message_ids))


def unmerge_request(ctx: Context, request_id: int, command: UnmergeRequest) -> MergedView:
    """Take a merged request out again, within a day.

    Raises NotFound, Conflict: `stale_version`, `not_merged`, `undo_over`, `request_merged`.
    """
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE)
    request = get_request(ctx, request_id)
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE, account_id=request.account_id)
    row = ctx.session.scalar(
        select(RequestMerge)
        .where(RequestMerge.merged_id == request_id, RequestMerge.undone_at.is_(None))
        .order_by(RequestMerge.id.desc())
        .limit(1)
    )
    if row is None:
        raise Conflict("not_merged", number=request.number)
    pair = _pair(ctx, row.service_request_id, request_id)
    require_version(ctx, pair.other, command.version)
    ctx.session.refresh(row)
    lifecycle.unmerge(ctx, row, pair)
    detail = {"into": pair.into.number, "moved": len(row.message_ids)}
    audit.record(ctx, UNMERGED, about_request(pair.other), detail=detail)
    return _merged(ctx, pair, len(row.message_ids))


def split_request(ctx: Context, request_id: int, command: SplitRequest) -> ServiceRequest:
    """Some messages of a request become one of their own, with the same people; the new one.

    Raises NotFound, Invalid (`no_such_message`, `split_nothing`, `split_everything`), Conflict.
    """
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE)
    pair = _pair(ctx, request_id, request_id)
    source = pair.into
    require_version(ctx, source, command.version)
    require_own(ctx, source, command.confirm)
    _require_some(ctx, source, command.message_ids)
    account = ctx.session.get_one(Account, source.account_id)
    decision = None
    if source.assignee_id is not None:
        decision = manual_decision(ctx, source, account, source.assignee_id, SPLIT_OFF)
    new = lifecycle.split(ctx, source, command.message_ids, decision)
    detail = {"into": new.number, "moved": len(set(command.message_ids))}
    audit.record(ctx, SPLIT, about_request(source), detail=detail)
    return new


def _require_some(ctx: Context, source: ServiceRequest, message_ids: Sequence[int]) -> None:
    """Messages of the request; of the customer's own, some go and some stay."""
    rows = ctx.session.execute(
        select(Message.id, Message.direction).where(Message.service_request_id == source.id)
    )
    directions = {row[0]: row[1] for row in rows}
    chosen = set(message_ids)
    if chosen - set(directions):
        raise Invalid(fields={"message_ids": "no_such_message"})
    said = {number for number, direction in directions.items() if direction is Direction.INBOUND}
    if not said & chosen:
        raise Invalid(fields={"message_ids": "split_nothing"})
    if not said - chosen:
        raise Invalid(fields={"message_ids": "split_everything"})


def link_request(ctx: Context, request_id: int, command: LinkRequest) -> RequestLink:
    """Say that two requests have to do with each other; said again it is said anew.

    Raises NotFound, Invalid(`same_request`), Conflict(`stale_version`, `other_agency`).
    """
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE)
    if command.other_id == request_id:
        raise Invalid(fields={"other_id": "same_request"})
    pair = _pair(ctx, request_id, command.other_id)
    require_version(ctx, pair.into, command.version)
    earlier = ctx.session.scalar(
        select(RequestLink).where(
            or_(
                and_(RequestLink.service_request_id == pair.into.id, RequestLink.other_id == pair.other.id),
                and_(RequestLink.service_request_id == pair.other.id, RequestLink.other_id == pair.into.id),
            )
        )
    )
    if earlier is not None and earlier.kind is command.kind:
        return earlier
    if earlier is not None:
        ctx.session.delete(earlier)
        ctx.session.flush()
    row = RequestLink(
        created_at=ctx.now(),
        service_request_id=pair.into.id,
        other_id=pair.other.id,
        account_id=pair.into.account_id,
        kind=command.kind,
        operator_id=ctx.actor.operator_id,
    )
    ctx.session.add(row)
    lifecycle.linked(ctx, pair)
    detail = {"other": pair.other.number, "kind": command.kind.value}
    audit.record(ctx, LINKED, about_request(pair.into), detail=detail)
    return row


def unlink_request(ctx: Context, request_id: int, link_id: int) -> None:
    """Raises NotFound."""
    ctx.require(Permission.SERVICE_REQUESTS_UPDATE)
    row = ctx.session.get(RequestLink, link_id)
    if row is None or request_id not in (row.service_request_id, row.other_id):
        raise NotFound
    other_id = row.other_id if row.service_request_id == request_id else row.service_request_id
    pair = _pair(ctx, request_id, other_id)
    ctx.session.delete(row)
    lifecycle.linked(ctx, pair, taken_off=True)
    detail = {"other": pair.other.number, "kind": row.kind.value}
    audit.record(ctx, UNLINKED, about_request(pair.into), detail=detail)


def _pair(ctx: Context, into_id: int, other_id: int) -> Pair:
    """Both within reach, held."""
    into, other = get_request(ctx, into_id), get_request(ctx, other_id)
    for one in (into, other):
        ctx.require(Permission.SERVICE_REQUESTS_UPDATE, account_id=one.account_id)
    if into.account.agency_id != other.account.agency_id:
        raise Conflict("other_agency", number=other.number)
    pair = lifecycle.hold_pair(ctx, into, other)
    relate(ctx.session, [pair.into, pair.other])
    return pair


def _contact(request: ServiceRequest) -> int:
    return request.conversation.contact_identity.contact_id


def _name(request: ServiceRequest) -> str:
    return request.conversation.contact_identity.name


def _merged(ctx: Context, pair: Pair, moved: int) -> MergedView:
    relate(ctx.session, [pair.into, pair.other])
    return MergedView(into=request_view(pair.into), merged=request_view(pair.other), moved=moved)
