"""How many requests a person sees: of each view, unread, and of each account.

What is to be done is counted to the last. What is done grows for ever, and nobody acts on its number: it is
counted to `COUNTED_TO`, so that asking costs the same in the tenth year as in the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select

from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.identity.dealing import own_in_hand, shown
from app.identity.scope import scope
from app.models import Account, ServiceRequest, is_unread
from app.routing.narrowing import view_condition
from app.routing.schemas import AccountCount, ServiceRequestCounts, View, ViewCounts

COUNTED_TO = 10_000


def count_requests(ctx: Context) -> ServiceRequestCounts:
    """All counts of the views column: four statements that read indexes and no rows, one for names."""
    active: tuple[View, ...] = ("mine", "unassigned", "team", "waiting", "all")
    counted, unread, accounts = _counts_by_account(ctx, active, "all")
    in_hand, dealing = own_in_hand(ctx.session, ctx.actor.operator_id or 0)
    done = scope(select(ServiceRequest), ctx.actor, ServiceRequest).where(view_condition(ctx, "resolved"))
    return ServiceRequestCounts(
        views=ViewCounts(**counted, resolved=counted_at_most(ctx, done)),
        counted_to=COUNTED_TO,
        unread=unread["mine"],
        unread_by_view=ViewCounts(**unread, resolved=counted_at_most(ctx, done.where(is_unread()))),
        in_hand=in_hand.open,
        load=shown(in_hand.weight(dealing.weights)),
        accounts=_named(ctx, accounts),
    )


def counted_at_most(ctx: Context, statement: Select[ServiceRequest]) -> int:
    """How many rows a statement has: `COUNTED_TO` + 1 where there are more."""
    first = statement.with_only_columns(ServiceRequest.account_id, maintain_column_froms=True)
    counted = select(func.count()).select_from(first.limit(COUNTED_TO + 1).subquery())
    return ctx.session.scalar(counted) or 0


def _counts_by_account(
    ctx: Context, views: Sequence[View], widest: View
) -> tuple[dict[str, int], dict[str, int], dict[int, int]]:
    """How many are in each view, how many of them are unread, and how many of the widest each account has."""
    # What is asked of every row of the widest would be asked of each twice.
    narrowed = [() if view == widest else (view_condition(ctx, view),) for view in views]
    unread = ServiceRequest.unread_count > 0
    columns = [
        *(func.count().filter(*conditions) if conditions else func.count() for conditions in narrowed),
        *(func.count().filter(*conditions, unread) for conditions in narrowed),
    ]
    rows = ctx.session.execute(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(view_condition(ctx, widest))
        .with_only_columns(ServiceRequest.account_id, *columns, maintain_column_froms=True)
        .group_by(ServiceRequest.account_id)
        .order_by(ServiceRequest.account_id)
    ).all()
    sums = [sum(row[at] for row in rows) for at in range(1, 1 + len(columns))]
    of_widest = 1 + views.index(widest)
    return (
        dict(zip(views, sums[: len(views)], strict=True)),
        dict(zip(views, sums[len(views) :], strict=True)),
        {row.account_id: row[of_widest] for row in rows},
    )


def _named(ctx: Context, counts: Mapping[int, int]) -> list[AccountCount]:
    """Each account's count with the name that everybody may know who sees one of its requests."""
    accounts = ctx.session.execute(
        select(Account.id, Account.name, Account.platform).where(Account.id.in_(counts)).order_by(Account.id)
    )
    return [
        AccountCount(account=AccountRefView.model_validate(account), count=counts[account.id])
        for account in accounts
    ]
