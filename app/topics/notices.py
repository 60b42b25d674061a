"""What people are told of bursts: an alert."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.core.tables import EventLog
from app.identity.scope import past_audience
from app.models import Account, Alert
from app.notifications.kinds import KINDS, LOUD, About, Cause, NoticeKind, Words
from app.topics.events import ALERT_RAISED


def _words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(
        select(Alert.id, Account.name, Alert.posts, Alert.negative)
        .join(Account, Account.id == Alert.account_id)
        .where(Alert.id.in_(ids))
    )
    return {
        number: {"account": name, "posts": str(posts), "negative": str(negative)}
        for number, name, posts, negative in rows
    }


ALERT = About("alert", _words, lambda _number, _words: "/topics")
ALERT_RAISED_NOTICE = KINDS.declare(NoticeKind("alert_raised", ALERT, LOUD))


@KINDS.reads(ALERT_RAISED)
def read_alerts(ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
    """For everybody who watches the account's topics."""
    accounts = rows_by_id(ctx.session, Account, [event.account_id for event in events])
    return [
        Cause(
            ALERT_RAISED_NOTICE,
            f"alert_raised:{event.about_id}",
            int(event.about_id),
            past_audience(accounts[event.account_id], Permission.TOPICS_READ, event.created_at).rooms,
            None,
            event.operator_id,
            {"what": event.payload["alert"]["kind"]},
        )
        for event in events
        if event.account_id is not None
    ]
