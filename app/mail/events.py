"""What browsers and the audit log hear of e-mail: only the person whose it is."""

from __future__ import annotations

from app.core.events import EVENTS
from app.identity.events import OPERATOR
from app.mail.schemas import MailChanged

MAILBOX = EVENTS.kind("mailbox")
"""One person's address and e-mails, by the person's id."""
MAILBOX_CHANGED = EVENTS.declare("mailbox.changed", MailChanged, MAILBOX)

ADDRESS_CONFIRMED = EVENTS.act("operator.mail_address_confirmed", OPERATOR)
ADDRESS_REMOVED = EVENTS.act("operator.mail_address_removed", OPERATOR)
ADDRESS_STOPPED = EVENTS.act("operator.mail_address_stopped", OPERATOR)
