"""What people do with rules: make, change, switch, try, remove."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.automation.actions import faults_of_actions
from app.automation.content import actions_of, columns_of, digest_of
from app.automation.dry_run import DRY_RUN, DryRun
from app.automation.events import (
    AUTOMATION_RULE,
    RULE_ADDED,
    RULE_EDITED,
    RULE_REMOVED,
    RULE_SWITCHED,
)
from app.automation.following import begin_from_now
from app.automation.judging import note_standing
from app.automation.queries import get_rule
from app.automation.schemas import CreateRule, EditRule, EventTrigger, HookAction, RuleContent, SwitchRule
from app.automation.telling import tell
from app.conditions.binding import bind
from app.core.context import Context
from app.core.crypto import new_token
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.events import EventName
from app.core.guarded_fetch import FetchPolicy, FetchRefused, GuardedFetcher
from app.core.permissions import Permission
from app.identity import audit
from app.longwork.services import begin, call_off, is_open
from app.media.trust import trusted_hosts
from app.models import AutomationRule, Standing
from app.routing.fields import SERVICE_REQUESTS

MOST_RULES = 100
"""Of an agency."""


def create_rule(ctx: Context, command: CreateRule) -> AutomationRule:
    """A rule of the actor's agency, off. Raises Invalid naming what is wrong, Conflict(`too_many_rules`)."""
    ctx.require(Permission.AUTOMATION_MANAGE)
    if ctx.actor.operator_id is None or ctx.actor.agency_id is None:
        raise Forbidden(permission=Permission.AUTOMATION_MANAGE.value)
    _check(ctx, command)
    own = select(func.count()).where(AutomationRule.agency_id == ctx.actor.agency_id)
    if (ctx.session.scalar(own) or 0) >= MOST_RULES:
        raise Conflict("too_many_rules", most=MOST_RULES)
    row = AutomationRule(
        created_at=ctx.now(),
        agency_id=ctx.actor.agency_id,
        owner_id=ctx.actor.operator_id,
        address=ctx.actor.address,
        is_on=False,
        standing=Standing.FINE,
        faults={},
        dry_run={},
        dry_run_of="",
        hook_secret=ctx.runtime.vault.seal(new_token()),
        version=1,
        **columns_of(command),
    )
    ctx.session.add(row)
    ctx.session.flush()
    _changed(ctx, row, RULE_ADDED)
    return row


def edit_rule(ctx: Context, rule_id: int, command: EditRule) -> AutomationRule:
    """Whoever says what a rule does owns it from then on: it must not do for one what another wrote.

    Changed in what it does, it is off until it has been tried again.
    """
    row = _managed(ctx, rule_id, command.version)
    if ctx.actor.operator_id is None:
        raise Forbidden(permission=Permission.AUTOMATION_MANAGE.value)
    _check(ctx, command)
    did = digest_of(row)
    for name, value in columns_of(command).items():
        setattr(row, name, value)
    row.owner_id, row.address = ctx.actor.operator_id, ctx.actor.address
    row.standing, row.faults = Standing.FINE, {}
    if digest_of(row) != did:
        row.is_on, row.on_since = False, None
        call_off(ctx, DRY_RUN, row.id)
    _changed(ctx, row, RULE_EDITED, raised=True)
    return row


def switch_rule(ctx: Context, rule_id: int, command: SwitchRule) -> AutomationRule:
    """On from this moment, or off at once.

    Raises Conflict: `dry_run_wanted` until it has been tried as it stands, `rule_broken`, `rule_owner_gone`.
    """
    row = _managed(ctx, rule_id, command.version)
    if row.is_on == command.is_on:
        return row
    if command.is_on:
        if row.dry_run_of != digest_of(row):
            raise Conflict("dry_run_wanted")
        row.standing = Standing.FINE
        note_standing(ctx, row)
        if row.standing is not Standing.FINE:
            raise Conflict(f"rule_{row.standing.value}")
        begin_from_now(ctx)
    row.is_on = command.is_on
    row.on_since = ctx.now() if command.is_on else None
    _changed(ctx, row, RULE_SWITCHED, raised=True)
    return row


def try_rule(ctx: Context, rule_id: int) -> AutomationRule:
    """Begin a dry run over the last thirty days. Raises Conflict: `dry_run_under_way`, `rule_broken` …"""
    ctx.require(Permission.AUTOMATION_MANAGE)
    row = get_rule(ctx, rule_id, locked=True)
    if is_open(ctx, DRY_RUN, row.id):
        raise Conflict("dry_run_under_way")
    note_standing(ctx, row)
    if row.standing in (Standing.BROKEN, Standing.OWNER_GONE):
        raise Conflict(f"rule_{row.standing.value}")
    work = begin(
        ctx,
        DRY_RUN,
        DryRun(rule_id=row.id, digest=digest_of(row)),
        label=row.name,
        agency_id=row.agency_id,
        about_id=row.id,
    )
    row.dry_run_work_id = work.id
    ctx.session.flush()
    return row


def remove_rule(ctx: Context, rule_id: int) -> None:
    """With its runs; what it did stays in the requests' histories and the audit log."""
    ctx.require(Permission.AUTOMATION_MANAGE)
    row = get_rule(ctx, rule_id, locked=True)
    call_off(ctx, DRY_RUN, row.id)
    _changed(ctx, row, RULE_REMOVED)
    ctx.session.delete(row)
    ctx.session.flush()


def _managed(ctx: Context, rule_id: int, version: int) -> AutomationRule:
    ctx.require(Permission.AUTOMATION_MANAGE)
    row = get_rule(ctx, rule_id, locked=True)
    if row.version != version:
        raise Conflict("stale_version", version=row.version)
    return row


def _check(ctx: Context, content: RuleContent) -> None:
    """Raises Invalid for what is wrong, or beyond what the actor may do themselves."""
    bind(ctx, SERVICE_REQUESTS, content.condition, of_events=isinstance(content.trigger, EventTrigger))
    kept = [action.model_dump(mode="json") for action in content.actions]
    faults = faults_of_actions(ctx, kept)
    trusted, ports = trusted_hosts(ctx.runtime.settings)
    guard = GuardedFetcher(FetchPolicy(ports=frozenset({80, 443}) | ports, allowed_private=trusted))
    for at, action in enumerate(actions_of(kept)):
        if isinstance(action, HookAction):
            try:
                guard.require_address(action.url)
            except FetchRefused as error:
                faults[f"actions.{at}.url"] = error.code
    if faults:
        raise Invalid(fields=faults)


def _changed(ctx: Context, row: AutomationRule, name: EventName, *, raised: bool = False) -> None:
    if raised:
        row.version += 1
    ctx.session.flush()
    detail: dict[str, Any] = {
        "name": row.name,
        "is_on": row.is_on,
        "trigger": row.trigger,
        "condition": row.condition,
        "actions": row.actions,
    }
    audit.record(ctx, name, AUTOMATION_RULE.of(row), detail=detail)
    tell(ctx, row, name)
