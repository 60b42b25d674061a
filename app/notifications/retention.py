"""How long notifications are kept, read or not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement

from app.core.context import Context
from app.core.retention import Rule
from app.models import Notification


def _is_over(ctx: Context) -> ColumnElement[bool]:
    return Notification.created_at < ctx.now() - timedelta(days=ctx.runtime.settings.notification_days)


RETENTION = (Rule(Notification, _is_over),)
