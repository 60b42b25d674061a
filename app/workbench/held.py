"""Replies that stay queued although nobody took them back, while their customers still wait.

The account is paused, or whoever wrote them may not send them any more: shut out, in another role, team or
agency, or the account has moved. Their requests go back to people who
can see to it: the first go by themselves when the account is resumed, the others when somebody lets them.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_

from app.core.context import Context
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.queries import people_by_id, why_not_serving
from app.models import AUTHOR_LEFT, Account, AccountStatus, Message, OutboundMessage, OutboundState
from app.outbound.intents import hold_up
from app.workbench.cargo import REPLIES

PAUSED = "account_paused"
AT_ONCE = 200


def held_replies(ctx: Context) -> list[int]:
    """Those whose requests do not know it yet."""
    return [
        outbound_id
        for cause in _causes(ctx).values()
        for outbound_id in ctx.session.scalars(_held(cause).with_only_columns(OutboundMessage.id))
    ]


def hold_replies(ctx: Context) -> None:
    """Write down why each does not go, and give its request back to the people who must know."""
    ctx.require(Permission.OUTBOUND_DELIVER)
    for code, cause in _causes(ctx).items():
        held = _held(cause).with_for_update(of=OutboundMessage)
        for outbound in ctx.session.scalars(held).all():
            hold_up(ctx, REPLIES, outbound, code)


def _causes(ctx: Context) -> dict[str, ColumnElement[bool]]:
    known = func.coalesce(OutboundMessage.error_code, "")
    return {
        # What its author can no longer answer for is told at once, however far ahead it is planned.
        AUTHOR_LEFT: and_(
            tuple_(Message.operator_id, OutboundMessage.account_id).in_(_who_may_not_send(ctx)),
            OutboundMessage.released_by_id.is_(None),
            known != AUTHOR_LEFT,
        ),
        PAUSED: and_(
            OutboundMessage.not_before <= ctx.now(),
            Account.status == AccountStatus.PAUSED,
            known.not_in((PAUSED, AUTHOR_LEFT)),
        ),
    }


def _who_may_not_send(ctx: Context) -> list[tuple[int, int]]:
    """(operator, account) of the authors of queued replies who may not answer for that account now."""
    pairs = [
        (operator_id, account_id)
        for operator_id, account_id in ctx.session.execute(
            select(Message.operator_id, OutboundMessage.account_id)
            .join(OutboundMessage, OutboundMessage.carries(REPLIES.name, Message.id))
            .where(OutboundMessage.state == OutboundState.QUEUED, Message.operator_id.is_not(None))
            .distinct()
        )
        if operator_id is not None
    ]
    if not pairs:
        return []
    people = people_by_id(ctx.session, {operator_id for operator_id, _ in pairs})
    accounts = rows_by_id(ctx.session, Account, [account_id for _, account_id in pairs])
    return [
        (operator_id, account_id)
        for operator_id, account_id in pairs
        if why_not_serving(people[operator_id], accounts[account_id], ctx.now(), REPLIES.right) is not None
    ]


def _held(cause: ColumnElement[bool]) -> Select[OutboundMessage]:
    return (
        select(OutboundMessage)
        .join(Account, Account.id == OutboundMessage.account_id)
        .join(Message, OutboundMessage.carries(REPLIES.name, Message.id))
        .where(OutboundMessage.state == OutboundState.QUEUED, cause)
        .order_by(OutboundMessage.id)
        .limit(AT_ONCE)
    )
