"""Events and acts of this package."""

from __future__ import annotations

from app.accounts.schemas import AccountChanged
from app.core.events import EVENTS, Subject
from app.models import Account

ACCOUNT = EVENTS.kind("account", Account)

ACCOUNT_CAPABILITIES_CHANGED = EVENTS.declare("account.capabilities_changed", AccountChanged, ACCOUNT)
ACCOUNT_STATUS_CHANGED = EVENTS.declare("account.status_changed", AccountChanged, ACCOUNT)

ACCOUNT_CONNECTED = EVENTS.act("account.connected", ACCOUNT)
ACCOUNT_EDITED = EVENTS.act("account.edited", ACCOUNT)
ACCOUNT_CREDENTIALS_CHANGED = EVENTS.act("account.credentials_changed", ACCOUNT)
ACCOUNT_PAUSED = EVENTS.act("account.paused", ACCOUNT)
ACCOUNT_RESUMED = EVENTS.act("account.resumed", ACCOUNT)
ACCOUNT_REMOVED = EVENTS.act("account.removed", ACCOUNT)
ACCOUNT_REAUTHORISED = EVENTS.act("account.reauthorised", ACCOUNT)
FOLLOW_REQUEST_ANSWERED = EVENTS.act("account.follow_request_answered", ACCOUNT)


ACCOUNT_PUSHES_READ_AGAIN = EVENTS.act("account.sealed_pushes_requeued", ACCOUNT)


def about_account(account: Account) -> Subject:
    return ACCOUNT.about(account.id, account_id=account.id, agency_id=account.agency_id)
