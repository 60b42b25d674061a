"""Looking on while a colleague serves, and whispering to them: nobody else hears it, nor the customer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import Conflict
from app.core.events import Audience
from app.core.permissions import Permission
from app.core.text import storable
from app.identity import audit
from app.identity.scope import scope
from app.models import Operator, Whisper
from app.routing.events import WATCHED, WHISPER, WHISPERED, about_request
from app.routing.floor.whisper_schemas import WhisperAdded, WhisperList, WhisperView, WriteWhisper
from app.routing.queries import get_request, person_ref

SHOWN = 50


def watch_request(ctx: Context, request_id: int) -> None:
    """Say that one looks on from now: it stands in the audit log. Whoever has the request sees who looks."""
    ctx.require(Permission.SERVICE_REQUESTS_WATCH)
    request = get_request(ctx, request_id)
    ctx.require(Permission.SERVICE_REQUESTS_WATCH, account_id=request.account_id)
    detail = {"holder": request.assignee.name if request.assignee else ""}
    audit.record(ctx, WATCHED, about_request(request), detail=detail)


def write_whisper(ctx: Context, request_id: int, command: WriteWhisper) -> WhisperView:
    """Say something to whoever has the request. Raises Conflict(`nobody_to_whisper_to`) where that is nobody,
    or oneself."""
    ctx.require(Permission.SERVICE_REQUESTS_WATCH)
    request = get_request(ctx, request_id)
    ctx.require(Permission.SERVICE_REQUESTS_WATCH, account_id=request.account_id)
    author_id = ctx.actor.operator_id
    if author_id is None or request.assignee_id in (None, author_id):
        raise Conflict("nobody_to_whisper_to")
    whisper = Whisper(
        created_at=ctx.now(),
        service_request_id=request.id,
        account_id=request.account_id,
        author=ctx.session.get_one(Operator, author_id),
        holder=request.assignee,
        text=storable(command.text).strip(),
    )
    ctx.session.add(whisper)
    ctx.session.flush()
    view = _view(whisper)
    heard = frozenset({f"operator{author_id}", f"operator{request.assignee_id}"})
    ctx.emit(
        WHISPERED,
        WhisperAdded(whisper=view),
        Audience(heard),
        about=WHISPER.of(whisper, agency_id=request.account.agency_id),
    )
    return view


def list_whispers(ctx: Context, request_id: int) -> WhisperList:
    """What was whispered about a request, as far as the actor may hear it: the newest last. Who had it then
    still finds their own. Raises NotFound for a request out of reach."""
    ctx.require(Permission.SERVICE_REQUESTS_READ)
    get_request(ctx, request_id)
    rows = ctx.session.scalars(
        scope(select(Whisper), ctx.actor, Whisper)
        .where(Whisper.service_request_id == request_id)
        .options(joinedload(Whisper.author), joinedload(Whisper.holder))
        .order_by(Whisper.id.desc())
        .limit(SHOWN)
    ).all()
    return WhisperList(items=[_view(row) for row in reversed(rows)])


def _view(whisper: Whisper) -> WhisperView:
    return WhisperView(
        id=whisper.id,
        service_request_id=whisper.service_request_id,
        author=person_ref(whisper.author),
        holder=person_ref(whisper.holder),
        text=whisper.text,
        at=whisper.created_at,
    )
