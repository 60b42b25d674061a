"""Monitors in a file: what the list holds, with the columns that conditions know."""

from __future__ import annotations

from app.core.context import Context
from app.core.permissions import Permission
from app.listener.monitors.fields import MONITORS
from app.listener.monitors.queries import filtered_monitors
from app.listener.monitors.schemas import MonitorQuery
from app.longwork.exporting import ExportCommand, begin_export, declare_export
from app.models import LongWork


class ExportMonitors(ExportCommand):
    query: MonitorQuery


EXPORTED = declare_export("monitor.export", MONITORS, ExportMonitors, filtered_monitors)


def export_monitors(ctx: Context, command: ExportMonitors) -> LongWork:
    ctx.require(Permission.EXPORTS_CREATE)
    ctx.require(Permission.MONITORS_READ)
    return begin_export(ctx, EXPORTED, command)
