"""REST: monitors, their previews and figures, and the filter settings of accounts."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.api.endpoint import OpenUnit, endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.listener.monitors import queries, services
from app.listener.monitors.asking import ask_for_preview
from app.listener.monitors.exporting import ExportMonitors, export_monitors
from app.listener.monitors.schemas import (
    AccountFilterCommand,
    AccountFilterView,
    BackfillCommand,
    BackfillList,
    BackfillView,
    MonitorCommand,
    MonitorEdit,
    MonitorFigures,
    MonitorFilterView,
    MonitorList,
    MonitorQuery,
    MonitorStateCommand,
    MonitorView,
    PreviewCommand,
    RulePreviewView,
)
from app.longwork.queries import work_view
from app.longwork.schemas import LongWorkView

monitors = Blueprint("monitors", __name__)
_RULE_BYTES = 1024 * 1024
"""Ten thousand words and their spellings."""
_BAD = ("bad_expression", "empty_rule", "bad_filter_settings", "invalid")


class FiguresQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: int = Field(30, ge=1, le=90)


@endpoint(
    monitors,
    "GET",
    "/monitors",
    access=Permission.MONITORS_READ,
    summary="Listening rules with their hits",
    query=MonitorQuery,
    response=MonitorList,
    errors=("saved_view_broken",),
)
def list_monitors(ctx: Context, query: MonitorQuery) -> MonitorList:
    return queries.list_monitors(ctx, query)


@endpoint(
    monitors,
    "POST",
    "/monitors/exports",
    access=Permission.EXPORTS_CREATE,
    summary="Put what the list of monitors holds into a file, as long work",
    body=ExportMonitors,
    response=LongWorkView,
    status=201,
    errors=("too_many_long_works", "key_used_otherwise", "saved_view_broken"),
)
def export_list(ctx: Context, body: ExportMonitors) -> LongWorkView:
    return work_view(ctx, export_monitors(ctx, body))


@endpoint(
    monitors,
    "POST",
    "/monitors",
    access=Permission.MONITORS_MANAGE,
    summary="Make a monitor",
    body=MonitorCommand,
    response=MonitorView,
    status=201,
    errors=_BAD,
    body_bytes=_RULE_BYTES,
)
def create_monitor(ctx: Context, body: MonitorCommand) -> MonitorView:
    return queries.monitor_view(ctx, services.create_monitor(ctx, body).id)


@endpoint(
    monitors,
    "POST",
    "/monitors/preview",
    access=Permission.MONITORS_READ,
    summary="What a rule would have caught, before saving it",
    body=PreviewCommand,
    response=RulePreviewView,
    errors=(*_BAD, "no_worker_free", "answer_takes_too_long"),
    write=False,
    manual=True,
    body_bytes=_RULE_BYTES,
)
def preview_monitor(open_unit: OpenUnit, body: PreviewCommand) -> RulePreviewView:
    return ask_for_preview(open_unit, body)


@endpoint(
    monitors,
    "GET",
    "/monitors/<int:monitor_id>",
    access=Permission.MONITORS_READ,
    summary="One monitor",
    response=MonitorView,
)
def get_monitor(ctx: Context, monitor_id: int) -> MonitorView:
    return queries.monitor_view(ctx, monitor_id)


@endpoint(
    monitors,
    "PUT",
    "/monitors/<int:monitor_id>",
    access=Permission.MONITORS_MANAGE,
    summary="Change a monitor",
    body=MonitorEdit,
    response=MonitorView,
    errors=(*_BAD, "stale_version"),
    body_bytes=_RULE_BYTES,
)
def edit_monitor(ctx: Context, monitor_id: int, body: MonitorEdit) -> MonitorView:
    services.edit_monitor(ctx, monitor_id, body)
    return queries.monitor_view(ctx, monitor_id)


@endpoint(
    monitors,
    "PUT",
    "/monitors/<int:monitor_id>/state",
    access=Permission.MONITORS_MANAGE,
    summary="Pause a monitor, or let it listen again",
    body=MonitorStateCommand,
    response=MonitorView,
    errors=("stale_version",),
)
def set_monitor_state(ctx: Context, monitor_id: int, body: MonitorStateCommand) -> MonitorView:
    services.set_monitor_state(ctx, monitor_id, body)
    return queries.monitor_view(ctx, monitor_id)


@endpoint(
    monitors,
    "DELETE",
    "/monitors/<int:monitor_id>",
    access=Permission.MONITORS_MANAGE,
    summary="Delete a monitor; what it caught stays",
)
def delete_monitor(ctx: Context, monitor_id: int) -> None:
    services.delete_monitor(ctx, monitor_id)


@endpoint(
    monitors,
    "GET",
    "/monitors/<int:monitor_id>/figures",
    access=Permission.MONITORS_READ,
    summary="Hits per day and what became of them",
    query=FiguresQuery,
    response=MonitorFigures,
)
def monitor_figures(ctx: Context, monitor_id: int, query: FiguresQuery) -> MonitorFigures:
    return queries.monitor_figures(ctx, monitor_id, query.days)


@endpoint(
    monitors,
    "GET",
    "/monitors/<int:monitor_id>/backfills",
    access=Permission.MONITORS_READ,
    summary="Runs over stored items",
    response=BackfillList,
)
def list_backfills(ctx: Context, monitor_id: int) -> BackfillList:
    return queries.list_backfills(ctx, monitor_id)


@endpoint(
    monitors,
    "POST",
    "/monitors/<int:monitor_id>/backfills",
    access=Permission.MONITORS_MANAGE,
    summary="Run a monitor over stored items",
    body=BackfillCommand,
    response=BackfillView,
    status=202,
    errors=("backfill_running", "too_many_long_works"),
)
def start_backfill(ctx: Context, monitor_id: int, body: BackfillCommand) -> BackfillView:
    return queries.backfill_view(services.start_backfill(ctx, monitor_id, body))


@endpoint(
    monitors,
    "GET",
    "/monitors/<int:monitor_id>/filter",
    access=Permission.MONITORS_READ,
    summary="The filter chain of what a monitor catches",
    response=MonitorFilterView,
)
def get_monitor_filter(ctx: Context, monitor_id: int) -> MonitorFilterView:
    return queries.monitor_filter_view(ctx, monitor_id)


@endpoint(
    monitors,
    "GET",
    "/accounts/<int:account_id>/filter",
    access=Permission.MONITORS_READ,
    summary="The filter chain as it runs for an account",
    response=AccountFilterView,
)
def get_account_filter(ctx: Context, account_id: int) -> AccountFilterView:
    return queries.account_filter_view(ctx, account_id)


@endpoint(
    monitors,
    "PUT",
    "/accounts/<int:account_id>/filter",
    access=Permission.MONITORS_MANAGE,
    summary="Set an account's filter chain",
    body=AccountFilterCommand,
    response=AccountFilterView,
    errors=("bad_filter_settings", "stale_version"),
)
def set_account_filter(ctx: Context, account_id: int, body: AccountFilterCommand) -> AccountFilterView:
    services.set_account_filter(ctx, account_id, body)
    return queries.account_filter_view(ctx, account_id)
