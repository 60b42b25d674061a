"""Making, changing, pausing and deleting monitors; the filter settings of accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.events import about_account
from app.core.context import Context
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import EventName
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import agency_readers, scope
from app.listener.chain.settings import complete
from app.listener.matching.compiled import rules_changed
from app.listener.matching.rules import check_rule
from app.listener.monitors.events import (
    ACCOUNT_FILTER_CHANGED,
    MONITOR,
    MONITOR_BACKFILLED,
    MONITOR_CREATED,
    MONITOR_DELETED,
    MONITOR_EDITED,
    MONITOR_PAUSED,
    MONITOR_RESUMED,
    MONITOR_UPDATED,
)
from app.listener.monitors.long_work import BACKFILL, BackfillArguments
from app.listener.monitors.schemas import (
    AccountFilterCommand,
    BackfillCommand,
    MonitorChanged,
    MonitorCommand,
    MonitorEdit,
    MonitorStateCommand,
)
from app.longwork.services import begin, call_off, is_open
from app.models import Account, AccountFilter, InboundItem, LongWork, Monitor, Team
from app.models.unit import is_in_use


def create_monitor(ctx: Context, command: MonitorCommand) -> Monitor:
    """Raises Invalid naming the field that is wrong, with the position in the expression."""
    ctx.require(Permission.MONITORS_MANAGE)
    agency_id = ctx.actor.agency_id
    if agency_id is None:
        raise Forbidden(permission=Permission.MONITORS_MANAGE.value)
    monitor = Monitor(created_at=ctx.now(), agency_id=agency_id, created_by_id=ctx.actor.operator_id)
    _apply(ctx, monitor, command)
    ctx.session.add(monitor)
    _changed(ctx, monitor, MONITOR_CREATED)
    return monitor


def edit_monitor(ctx: Context, monitor_id: int, command: MonitorEdit) -> Monitor:
    monitor = _managed(ctx, monitor_id, command.version)
    _apply(ctx, monitor, command)
    _changed(ctx, monitor, MONITOR_EDITED)
    return monitor


def set_monitor_state(ctx: Context, monitor_id: int, command: MonitorStateCommand) -> Monitor:
    """Pause it, or let it listen again."""
    monitor = _managed(ctx, monitor_id, command.version)
    monitor.is_active = command.is_active
    _changed(ctx, monitor, MONITOR_RESUMED if command.is_active else MONITOR_PAUSED)
    return monitor


def delete_monitor(ctx: Context, monitor_id: int) -> None:
    """It catches nothing from now on; what it caught stays."""
    monitor = _managed(ctx, monitor_id, None)
    call_off(ctx, BACKFILL, monitor.id)
    monitor.deleted_at = ctx.now()
    monitor.is_active = False
    _changed(ctx, monitor, MONITOR_DELETED)


def get_monitor(ctx: Context, monitor_id: int) -> Monitor:
    """Raises NotFound for one that is deleted or out of the actor's sight."""
    monitor = ctx.session.scalars(
        scope(select(Monitor), ctx.actor, Monitor)
        .where(Monitor.id == monitor_id, Monitor.deleted_at.is_(None))
        .options(joinedload(Monitor.team))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if monitor is None:
        raise NotFound
    return monitor


def start_backfill(ctx: Context, monitor_id: int, command: BackfillCommand) -> LongWork:
    """Run the monitor over what is stored already; in the background, one run per monitor at a time."""
    monitor = _managed(ctx, monitor_id, None)
    if is_open(ctx, BACKFILL, monitor.id):
        raise Conflict("backfill_running")
    last = ctx.session.scalar(select(InboundItem.id).order_by(InboundItem.id.desc()).limit(1)) or 0
    asked = BackfillArguments(
        monitor_id=monitor.id, since=ctx.now() - timedelta(days=command.days), until_item_id=last
    )
    run = begin(ctx, BACKFILL, asked, label=monitor.name, agency_id=monitor.agency_id, about_id=monitor.id)
    audit.record(ctx, MONITOR_BACKFILLED, MONITOR.of(monitor), detail=_told(monitor))
    return run


def set_account_filter(ctx: Context, account_id: int, command: AccountFilterCommand) -> AccountFilter:
    """Raises Invalid naming the wrong step, Conflict when somebody else changed the settings meanwhile."""
    ctx.require(Permission.MONITORS_MANAGE, account_id=account_id)
    account = ctx.session.get(Account, account_id)
    if account is None:
        raise NotFound
    complete(command.filters)
    row = ctx.session.scalar(select(AccountFilter).where(AccountFilter.account_id == account_id))
    if (row.version if row else None) != command.version:
        raise Conflict("stale_version")
    if row is None:
        row = AccountFilter(created_at=ctx.now(), account_id=account_id, updated_at=ctx.now())
        ctx.session.add(row)
    before = row.settings
    row.settings = command.filters.model_dump(mode="json")
    row.updated_at = ctx.now()
    row.updated_by_id = ctx.actor.operator_id
    rules_changed(ctx.session, ctx.now())
    audit.record(
        ctx,
        ACCOUNT_FILTER_CHANGED,
        about_account(account),
        detail={"before": before or {}, "after": row.settings},
    )
    ctx.session.flush()
    return row


def _managed(ctx: Context, monitor_id: int, version: int | None) -> Monitor:
    ctx.require(Permission.MONITORS_MANAGE)
    monitor = get_monitor(ctx, monitor_id)
    if version is not None and monitor.version != version:
        raise Conflict("stale_version")
    return monitor


def _apply(ctx: Context, monitor: Monitor, command: MonitorCommand) -> None:
    check_rule(command.rule)
    _check_filters(command)
    require_accounts(ctx, monitor.agency_id, command.account_ids)
    _require_team(ctx, monitor.agency_id, command.team_id)
    monitor.name = command.name
    monitor.rule = command.rule.model_dump(mode="json")
    monitor.account_ids = sorted(set(command.account_ids))
    monitor.kinds = sorted(set(command.kinds))
    monitor.schedule = command.schedule.model_dump(mode="json")
    monitor.filters = command.filters.model_dump(mode="json") if command.filters.steps else {}
    monitor.is_active = command.is_active
    monitor.is_competitor = command.is_competitor
    monitor.priority = command.priority
    monitor.team_id = command.team_id


def _check_filters(command: MonitorCommand) -> None:
    try:
        complete(command.filters)
    except Invalid as error:
        fields = {f"filters.{path}": problem for path, problem in error.details["fields"].items()}
        raise Invalid(error.code, fields=fields) from None


def require_accounts(ctx: Context, agency_id: int, account_ids: list[int]) -> None:
    """Accounts named in a body are the agency's and within the actor's reach; raises Invalid otherwise."""
    if not account_ids:
        return
    known = set(
        ctx.session.scalars(
            scope(select(Account.id), ctx.actor, Account).where(
                Account.id.in_(account_ids), Account.agency_id == agency_id
            )
        )
    )
    fields = {
        f"account_ids.{number}": "no_such_account"
        for number, account_id in enumerate(account_ids)
        if account_id not in known
    }
    if fields:
        raise Invalid(fields=fields)


def _require_team(ctx: Context, agency_id: int, team_id: int | None) -> None:
    if team_id is None:
        return
    found = ctx.session.scalar(
        select(Team.id).where(Team.id == team_id, Team.agency_id == agency_id, is_in_use(Team))
    )
    if found is None:
        raise Invalid(fields={"team_id": "no_such_team"})


def _changed(ctx: Context, monitor: Monitor, act: EventName) -> None:
    """What every change of a monitor brings: a new version, compiled rules anew, an event, an audit row."""
    monitor.updated_at = ctx.now()
    ctx.session.flush()
    rules_changed(ctx.session, ctx.now())
    audit.record(ctx, act, MONITOR.of(monitor), detail=_told(monitor))
    payload = MonitorChanged(
        monitor_id=monitor.id,
        is_active=monitor.is_active,
        is_deleted=monitor.deleted_at is not None,
        version=monitor.version,
    )
    readers = agency_readers(monitor.agency_id, Permission.MONITORS_READ)
    ctx.emit(MONITOR_UPDATED, payload, readers, about=MONITOR.of(monitor))


def _told(monitor: Monitor) -> dict[str, Any]:
    """The monitor as the audit log keeps it."""
    return {"name": monitor.name, "rule": monitor.rule if monitor.deleted_at is None else {}}
