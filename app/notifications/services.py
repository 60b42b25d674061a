"""What people do with their notifications: read them."""

from __future__ import annotations

from sqlalchemy import update

from app.core.context import Context
from app.core.db import among
from app.core.permissions import Permission
from app.models import Notification
from app.notifications.events import BOX, BOX_MARKED, owner_audience
from app.notifications.queries import count_unread
from app.notifications.schemas import MarkNotificationsRead, NotificationsMarked, UnreadView


def mark_read(ctx: Context, command: MarkNotificationsRead) -> UnreadView:
    """Read in one browser is read in all. What is read already, or not one's own, is passed over."""
    ctx.require(Permission.SESSION_USE)
    which = (
        Notification.id <= command.up_to
        if command.up_to is not None
        else among(ctx.session, Notification.id, command.ids)
    )
    marked = ctx.session.execute(
        update(Notification)
        .where(Notification.operator_id == ctx.actor.operator_id, Notification.read_at.is_(None), which)
        .values(read_at=ctx.now()),
        execution_options={"synchronize_session": False},
    )
    unread = count_unread(ctx)
    if marked.rowcount:  # type: ignore[attr-defined]
        payload = NotificationsMarked(ids=command.ids, up_to=command.up_to, read_at=ctx.now(), unread=unread)
        about = BOX.about(ctx.actor.operator_id or 0, agency_id=ctx.actor.agency_id)
        ctx.emit(BOX_MARKED, payload, owner_audience(ctx.actor.operator_id), about=about)
    return UnreadView(unread=unread)
