"""What people do with saved views: keep, change, share, remove."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.conditions.binding import bind
from app.core.context import Context
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.events import EventName
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import saved_view_audience, scope
from app.models import SavedView, Sharing, Team
from app.saved_views.events import SAVED_VIEW, SAVED_VIEW_ADDED, SAVED_VIEW_EDITED, SAVED_VIEW_REMOVED
from app.saved_views.queries import MOST_SHOWN, get_view, may_edit, subject_of
from app.saved_views.schemas import CreateSavedView, EditSavedView, SavedViewChanged, SavedViewContent

_Shared = tuple[Sharing, int | None]


def create_view(ctx: Context, command: CreateSavedView) -> SavedView:
    ctx.require(Permission.SESSION_USE)
    if ctx.actor.operator_id is None or ctx.actor.agency_id is None:
        raise Forbidden(permission=Permission.SESSION_USE.value)
    _check(ctx, command.subject, command)
    own = select(func.count()).where(
        SavedView.owner_id == ctx.actor.operator_id, SavedView.subject == command.subject
    )
    if (ctx.session.scalar(own) or 0) >= MOST_SHOWN:
        raise Conflict("too_many_saved_views", most=MOST_SHOWN)
    row = SavedView(
        created_at=ctx.now(),
        subject=command.subject,
        owner_id=ctx.actor.operator_id,
        agency_id=ctx.actor.agency_id,
        **_content(command),
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.session.refresh(row, ["owner"])
    _changed(ctx, row, SAVED_VIEW_ADDED)
    return row


def edit_view(ctx: Context, view_id: int, command: EditSavedView) -> SavedView:
    row = _editable(ctx, view_id)
    if row.version != command.version:
        raise Conflict("stale_version", version=row.version)
    _check(ctx, row.subject, command, before=(row.sharing, row.team_id))
    before = (row.sharing, row.team_id)
    for name, value in _content(command).items():
        setattr(row, name, value)
    ctx.session.flush()
    _changed(ctx, row, SAVED_VIEW_EDITED, before=before)
    return row


def remove_view(ctx: Context, view_id: int) -> None:
    row = _editable(ctx, view_id)
    _changed(ctx, row, SAVED_VIEW_REMOVED)
    ctx.session.delete(row)
    ctx.session.flush()


def _editable(ctx: Context, view_id: int) -> SavedView:
    ctx.require(Permission.SESSION_USE)
    row = get_view(ctx, view_id)
    if not may_edit(ctx, row):
        raise Forbidden(permission=Permission.SAVED_VIEWS_SHARE.value)
    return row


def _content(command: SavedViewContent) -> dict[str, Any]:
    return {
        "name": command.name,
        "condition": command.condition.model_dump(mode="json"),
        "sort": command.sort,
        "sharing": command.sharing,
        "team_id": command.team_id,
    }


def _check(ctx: Context, subject: str, command: SavedViewContent, before: _Shared | None = None) -> None:
    """Raises Invalid for a condition that is wrong, Forbidden for sharing beyond one's right."""
    bind(ctx, subject_of(ctx, subject), command.condition)
    wanted = (command.sharing, command.team_id)
    if (command.sharing is Sharing.TEAM) != (command.team_id is not None):
        raise Invalid(fields={"team_id": "no_such_team"})
    if command.sharing is Sharing.PRIVATE or wanted == before:
        return
    ctx.require(Permission.SAVED_VIEWS_SHARE)
    if command.team_id is not None:
        team = scope(select(Team.id), ctx.actor, Team).where(Team.id == command.team_id)
        if ctx.session.scalar(team) is None:
            raise Invalid(fields={"team_id": "no_such_team"})


def _changed(ctx: Context, row: SavedView, name: EventName, *, before: _Shared | None = None) -> None:
    """What every change brings: an audit row, and news for those who see the view or saw it before."""
    about = SAVED_VIEW.of(row)
    detail = {
        "subject": row.subject,
        "name": row.name,
        "sharing": row.sharing.value,
        "team_id": row.team_id,
        "condition": row.condition,
    }
    audit.record(ctx, name, about, detail=detail)
    payload = SavedViewChanged(saved_view_id=row.id, subject=row.subject)
    ctx.emit(name, payload, saved_view_audience(row, before=before), about=about)
