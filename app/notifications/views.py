"""REST: one's own notifications."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.notifications import queries, services, settings
from app.notifications.schemas import (
    MarkNotificationsRead,
    NotificationList,
    NotificationQuery,
    NotificationSettingsView,
    SetNotifications,
    UnreadView,
)

notifications = Blueprint("notifications", __name__)
_USE = Permission.SESSION_USE


@endpoint(
    notifications,
    "GET",
    "/notifications",
    access=_USE,
    summary="One's own notifications, the newest first",
    query=NotificationQuery,
    response=NotificationList,
)
def list_notifications(ctx: Context, query: NotificationQuery) -> NotificationList:
    return queries.list_notifications(ctx, query)


@endpoint(
    notifications,
    "POST",
    "/notifications/read",
    access=_USE,
    summary="Mark some of one's notifications, or all up to one, as read",
    body=MarkNotificationsRead,
    response=UnreadView,
)
def mark_read(ctx: Context, body: MarkNotificationsRead) -> UnreadView:
    return services.mark_read(ctx, body)


@endpoint(
    notifications,
    "GET",
    "/notification-settings",
    access=_USE,
    summary="By which ways one is told of what, and when not",
    response=NotificationSettingsView,
)
def get_settings(ctx: Context) -> NotificationSettingsView:
    return settings.settings_view(ctx)


@endpoint(
    notifications,
    "PUT",
    "/notification-settings",
    access=_USE,
    summary="Say by which ways one wants to be told of what, and when not",
    body=SetNotifications,
    response=NotificationSettingsView,
    errors=("stale_version",),
)
def set_notifications(ctx: Context, body: SetNotifications) -> NotificationSettingsView:
    return settings.set_notifications(ctx, body)


@endpoint(
    notifications,
    "POST",
    "/notifications/trial",
    access=_USE,
    summary="Send oneself a notification, to see whether it comes",
    response=UnreadView,
    status=201,
)
def send_trial(ctx: Context) -> UnreadView:
    return settings.send_trial(ctx)
