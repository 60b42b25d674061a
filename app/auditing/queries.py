"""Reads of the audit log, within the reader's agency."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from app.accounts.queries import account_refs
from app.accounts.schemas import AccountRefView
from app.auditing.fields import ACTS
from app.auditing.schemas import AuditEntryView, AuditList, AuditQuery
from app.conditions.sentences import choice_label
from app.core.context import Context
from app.core.pagination import read_page
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import AuditLog, Operator
from app.saved_views.queries import narrowing


def filtered_acts(ctx: Context, query: AuditQuery) -> Select[AuditLog]:
    """In no order. Raises Invalid for a condition that cannot be asked."""
    meant = [each.sql() for each in narrowing(ctx, ACTS, query.condition, query.saved_view_id)]
    return scope(select(AuditLog), ctx.actor, AuditLog).where(*meant)


def list_acts(ctx: Context, query: AuditQuery) -> AuditList:
    """By their place in the chain; three statements."""
    ctx.require(Permission.AUDIT_READ)
    order = [(AuditLog.number, query.sort == "newest")]
    page = read_page(ctx.session, filtered_acts(ctx, query), query, order)
    return AuditList(items=_views(ctx, page.rows), next_cursor=page.next_cursor)


def _views(ctx: Context, rows: Sequence[AuditLog]) -> list[AuditEntryView]:
    people = rows_by_id(ctx.session, Operator, {row.operator_id for row in rows})
    accounts = account_refs(ctx, {row.account_id for row in rows if row.account_id is not None})
    return [_view(ctx, row, people, accounts) for row in rows]


def _view(
    ctx: Context, row: AuditLog, people: dict[int, Operator], accounts: dict[int, AccountRefView]
) -> AuditEntryView:
    person = people.get(row.operator_id or 0)
    kind = row.object_type
    return AuditEntryView(
        id=row.id,
        number=row.number,
        at=row.created_at,
        operator=PersonRef(id=person.id, name=person.name) if person else None,
        actor=row.actor,
        action=row.action,
        action_text=choice_label(ACTS.fields["action"], row.action, ctx.locale),
        object_type=kind,
        object_text=choice_label(ACTS.fields["object_type"], kind, ctx.locale) if kind else "",
        object_id=row.object_id,
        account=accounts.get(row.account_id or 0),
        detail=row.detail,
        address=row.address,
    )
