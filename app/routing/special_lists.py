"""Special lists come before every rule: a request whose customer stands on one of these is not dealt out.

It is kept, waits where everybody who serves its account sees it, and says why; somebody may still take it by
hand. Asked of the entries as they stand now: one that was added, has expired or was taken off counts from
that moment on, also for what is open already.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.core.context import Context
from app.core.db import among
from app.core.lanes import Lane
from app.models import (
    Account,
    ContactIdentity,
    Conversation,
    ServiceRequest,
    SpecialList,
    SpecialListEntry,
)

WITHHELD = {
    SpecialList.BLOCKED: "listed_blocked",
    SpecialList.DO_NOT_SERVE: "listed_do_not_serve",
    SpecialList.STAFF: "listed_staff",
}
"""By list, the code of why nobody is given what they write; the first that fits is told."""

VIP_LEVEL = "vip"
"""As what a customer on that list counts where priority is weighed, whatever is noted of the person."""
OPENS_NONE = (WITHHELD[SpecialList.BLOCKED], WITHHELD[SpecialList.STAFF])
"""The listener drops what they write before it comes here; a person may make a request of it by hand."""


def withheld_by(lists: Collection[SpecialList], lane: Lane) -> str | None:
    """Why nobody is given what somebody on these lists writes; None: they are served like anybody.

    A colleague may write in private like anybody.
    """
    return next(
        (
            code
            for name, code in WITHHELD.items()
            if name in lists and not (name is SpecialList.STAFF and lane is not Lane.PUBLIC)
        ),
        None,
    )


def is_withheld(at: Any, row: Any = ServiceRequest) -> ColumnElement[bool]:
    """The same of a request in a statement, or of an alias of it, at a moment that may be given later; for
    each row a step in an index."""
    return exists(
        select(SpecialListEntry.id)
        .select_from(Conversation)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .join(Account, Account.id == Conversation.account_id)
        .join(SpecialListEntry, _is_on_list(at))
        .where(
            Conversation.id == row.conversation_id,
            SpecialListEntry.list.in_(list(WITHHELD)),
            or_(SpecialListEntry.list != SpecialList.STAFF, row.lane == Lane.PUBLIC),
        )
        .correlate(row)
    )


def withheld_now(ctx: Context, requests: Sequence[ServiceRequest]) -> dict[int, str]:
    """By the request's id, of stored requests that are withheld; one statement, none for none."""
    if not requests:
        return {}
    rows = ctx.session.execute(
        select(Conversation.id, SpecialListEntry.list)
        .select_from(Conversation)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .join(Account, Account.id == Conversation.account_id)
        .join(SpecialListEntry, _is_on_list(ctx.now()))
        .where(among(ctx.session, Conversation.id, {one.conversation_id for one in requests}))
    )
    lists: dict[int, set[SpecialList]] = {}
    for conversation_id, name in rows:
        lists.setdefault(conversation_id, set()).add(name)
    codes = {one.id: withheld_by(lists.get(one.conversation_id, ()), one.lane) for one in requests}
    return {number: code for number, code in codes.items() if code is not None}


def _is_on_list(at: Any) -> ColumnElement[bool]:
    """Lists are those of the agency that owns the account, and hold on the server that the id belongs to."""
    return and_(
        SpecialListEntry.agency_id == Account.agency_id,
        SpecialListEntry.platform == Account.platform,
        SpecialListEntry.server == Account.server,
        SpecialListEntry.author_external_id == ContactIdentity.external_id,
        or_(SpecialListEntry.expires_at.is_(None), SpecialListEntry.expires_at > at),
    )
