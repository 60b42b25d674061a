"""What people are told of accounts: that one does not work and waits for somebody to see to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from app.accounts.events import ACCOUNT_STATUS_CHANGED
from app.core.context import Context
from app.core.permissions import Permission
from app.core.tables import EventLog
from app.identity.scope import account_audience
from app.models import Account, AccountStatus
from app.notifications.kinds import KINDS, LOUD, About, Cause, NoticeKind, Words

_BROKEN = (AccountStatus.REAUTHORISE, AccountStatus.MISCONFIGURED, AccountStatus.BLOCKED)


def _words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {number: {"account": name} for number, name in rows}


ACCOUNT = About("account", _words, lambda _number, _words: "/accounts")
ACCOUNT_BROKEN = KINDS.declare(NoticeKind("account_broken", ACCOUNT, LOUD))


@KINDS.reads(ACCOUNT_STATUS_CHANGED)
def read_accounts(_ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
    """For those who can mend it."""
    causes = []
    for event in events:
        status = event.payload["account"]["status"]
        if status in _BROKEN:
            rooms = account_audience(int(event.about_id), Permission.ACCOUNTS_MANAGE).rooms
            key = f"account_broken:{event.about_id}:{event.seq}"
            causes.append(
                Cause(
                    ACCOUNT_BROKEN,
                    key,
                    int(event.about_id),
                    rooms,
                    None,
                    event.operator_id,
                    {"status": status},
                )
            )
    return causes
