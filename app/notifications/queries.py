"""Reads of one's own notifications."""

from __future__ import annotations

from sqlalchemy import func, select

from app.core.context import Context
from app.core.pagination import after, decode_cursor, encode_cursor
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import Notification
from app.notifications.schemas import NotificationList, NotificationQuery
from app.notifications.wording import views_of


def list_notifications(ctx: Context, query: NotificationQuery) -> NotificationList:
    """Newest first. Two statements, and those of each kind of subject on the page.

    What is about something that the reader no longer sees is not there, and does not count.
    """
    ctx.require(Permission.SESSION_USE)
    statement = scope(select(Notification), ctx.actor, Notification).where(
        Notification.is_shown, ~Notification.is_folded
    )
    if query.unread:
        statement = statement.where(Notification.read_at.is_(None))
    if query.cursor:
        statement = statement.where(after([(Notification.id, True)], decode_cursor(query.cursor, [int])))
    rows = list(ctx.session.scalars(statement.order_by(Notification.id.desc()).limit(query.limit + 1)))
    page = rows[: query.limit]
    return NotificationList(
        items=views_of(ctx, page),
        next_cursor=encode_cursor([page[-1].id]) if len(rows) > query.limit else None,
        unread=count_unread(ctx),
    )


def count_unread(ctx: Context) -> int:
    statement = scope(select(func.count()).select_from(Notification), ctx.actor, Notification)
    return ctx.session.scalar(statement.where(Notification.read_at.is_(None))) or 0
