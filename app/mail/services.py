"""One's own address: said, shown to be one's own, tried, taken away."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import func, select

from app.config import is_mail_address
from app.core.context import Context
from app.core.crypto import same
from app.core.errors import Conflict, Invalid, NotFound, RateLimited, Unavailable
from app.core.i18n import translate
from app.core.permissions import Actor, Permission
from app.identity import audit
from app.identity.events import OPERATOR
from app.mail.contents import Nothing, Purpose, declare
from app.mail.events import ADDRESS_CONFIRMED, ADDRESS_REMOVED
from app.mail.letters import SETTINGS_PATH, Letter, Line
from app.mail.outbox import is_set_up, write_mail
from app.mail.schemas import ConfirmMailAddress, MailboxView, SetMailAddress
from app.mail.telling import standing_of, tell, view_of
from app.models import Mail, MailAddress, Operator

CODE_MINUTES = 30
CODE_TRIES = 5
MOST_BY_HAND = 10
"""E-mails that a person may ask for in an hour: an address may be somebody else's."""
_SHOWN = 5


def _confirmation(ctx: Context, mail: Mail, person: Actor) -> Letter | Nothing:
    address = _own(ctx, mail.operator_id)
    if address is None or not _waits_for_code(ctx, address):
        return Nothing("code_over")
    said = {"code": ctx.runtime.vault.open(address.code or b""), "minutes": CODE_MINUTES}
    keys = ("code", "until", "else")
    lines = [translate(f"mail.confirmation.{key}", person.locale, **said) for key in keys]
    subject = translate("mail.confirmation.subject", person.locale)
    return Letter(
        subject, (Line(lines[0], SETTINGS_PATH), *(Line(text) for text in lines[1:])), person.locale
    )


def _trial(_ctx: Context, _mail: Mail, person: Actor) -> Letter:
    lines = (Line(translate("mail.trial.text", person.locale), SETTINGS_PATH),)
    return Letter(translate("mail.trial.subject", person.locale), lines, person.locale)


CONFIRMATION = declare(Purpose("confirmation", _confirmation, to_unconfirmed=True))
TRIAL = declare(Purpose("trial", _trial, to_stopped=True, is_tried_once=True))
_BY_HAND = (CONFIRMATION.key, TRIAL.key)


def _own(ctx: Context, operator_id: int | None) -> MailAddress | None:
    statement = select(MailAddress).where(MailAddress.operator_id == operator_id)
    return ctx.session.scalars(statement).one_or_none()


def own_mailbox(ctx: Context) -> MailboxView:
    """Two statements."""
    ctx.require(Permission.SESSION_USE)
    me, address = ctx.actor.operator_id, _own(ctx, ctx.actor.operator_id)
    mails = ctx.session.scalars(
        select(Mail).where(Mail.operator_id == me).order_by(Mail.id.desc()).limit(_SHOWN)
    )
    is_shown = address is not None and ctx.actor.own is None
    return MailboxView(
        is_set_up=is_set_up(ctx.runtime.settings),
        address=ctx.runtime.vault.open(address.address) if address is not None and is_shown else None,
        standing=standing_of(address),
        code_until=address.code_until if address is not None else None,
        mails=[view_of(mail) for mail in mails],
    )


def set_address(ctx: Context, command: SetMailAddress) -> MailboxView:
    """Say where one wants e-mail; a code goes there, and until it is typed nothing else does. The same again
    sends another code.

    Raises Invalid, Unavailable (`mail_not_set_up`), RateLimited (`too_many_mails`).
    """
    ctx.require(Permission.SESSION_USE)
    wanted = command.address.strip()
    if not is_mail_address(wanted):
        raise Invalid(fields={"address": "no_mail_address"})
    me = _hold_oneself(ctx)
    _require_mail(ctx, me)
    address = _own(ctx, me)
    if address is None:
        address = MailAddress(created_at=ctx.now(), operator_id=me, address=b"", code_tries=0, failures=0)
        ctx.session.add(address)
    elif address.confirmed_at is not None and ctx.runtime.vault.open(address.address) == wanted:
        raise Conflict("mail_address_confirmed")
    address.address = ctx.runtime.vault.seal(wanted)
    address.confirmed_at = address.stopped_at = None
    address.failures = address.code_tries = 0
    address.code = ctx.runtime.vault.seal(f"{secrets.randbelow(10**6):06}")
    address.code_until = ctx.now() + timedelta(minutes=CODE_MINUTES)
    ctx.session.flush()
    tell(ctx, me, write_mail(ctx, CONFIRMATION, me))
    return own_mailbox(ctx)


def confirm_address(ctx: Context, command: ConfirmMailAddress) -> bool:
    """Show that one reads what is sent there; whether the code was the right one.

    Raises Conflict (`code_over`): too late, or too often wrong. A wrong one counts: nothing is raised for it.
    """
    ctx.require(Permission.SESSION_USE)
    me = _hold_oneself(ctx)
    address = _own(ctx, me)
    if address is None or not _waits_for_code(ctx, address) or address.code_tries >= CODE_TRIES:
        raise Conflict("code_over")
    address.code_tries += 1
    if not same(ctx.runtime.vault.open(address.code or b""), command.code):
        return False
    address.confirmed_at, address.code, address.code_until = ctx.now(), None, None
    ctx.session.flush()
    tell(ctx, me)
    audit.record(ctx, ADDRESS_CONFIRMED, OPERATOR.of(ctx.session.get_one(Operator, me)))
    return True


def remove_address(ctx: Context) -> None:
    """Nothing is sent any more. Without an address there is nothing to do."""
    ctx.require(Permission.SESSION_USE)
    me = _hold_oneself(ctx)
    address = _own(ctx, me)
    if address is None:
        return
    ctx.session.delete(address)
    ctx.session.flush()
    tell(ctx, me)
    audit.record(ctx, ADDRESS_REMOVED, OPERATOR.of(ctx.session.get_one(Operator, me)))


def send_trial(ctx: Context) -> MailboxView:
    """An e-mail to oneself, by the way that all of them go; what came of it stands in the mailbox then.

    Raises NotFound without a confirmed address, Unavailable, RateLimited.
    """
    ctx.require(Permission.SESSION_USE)
    me = _hold_oneself(ctx)
    address = _own(ctx, me)
    if address is None or address.confirmed_at is None:
        raise NotFound("no_mail_address")
    _require_mail(ctx, me)
    tell(ctx, me, write_mail(ctx, TRIAL, me))
    return own_mailbox(ctx)


def _waits_for_code(ctx: Context, address: MailAddress) -> bool:
    return address.code is not None and address.code_until is not None and address.code_until >= ctx.now()


def _hold_oneself(ctx: Context) -> int:
    """The person's own row is held: of two browsers at once one comes second."""
    return ctx.session.get_one(Operator, ctx.actor.operator_id, with_for_update=True).id


def _require_mail(ctx: Context, me: int) -> None:
    if not is_set_up(ctx.runtime.settings):
        raise Unavailable("mail_not_set_up")
    since = ctx.now() - timedelta(hours=1)
    count = ctx.session.scalar(
        select(func.count())
        .select_from(Mail)
        .where(Mail.operator_id == me, Mail.created_at > since, Mail.purpose.in_(_BY_HAND))
    )
    if (count or 0) >= MOST_BY_HAND:
        raise RateLimited("too_many_mails", retry_after=3600)
