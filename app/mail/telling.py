"""Telling a person's browsers how their e-mail stands."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.core.events import Audience
from app.mail.events import MAILBOX, MAILBOX_CHANGED
from app.mail.schemas import MailChanged, MailStanding, MailView
from app.models import Mail, MailAddress


def standing_of(address: MailAddress | None) -> MailStanding:
    if address is None:
        return MailStanding.NONE
    if address.confirmed_at is None:
        return MailStanding.UNCONFIRMED
    return MailStanding.CONFIRMED if address.stopped_at is None else MailStanding.STOPPED


def view_of(mail: Mail) -> MailView:
    return MailView.model_validate(mail, from_attributes=True)


def tell_of_mail(ctx: Context, mail: Mail) -> None:
    tell(ctx, mail.operator_id, mail)


def tell(ctx: Context, operator_id: int, mail: Mail | None = None) -> None:
    ctx.session.flush()
    address = ctx.session.scalars(
        select(MailAddress).where(MailAddress.operator_id == operator_id)
    ).one_or_none()
    payload = MailChanged(mail=view_of(mail) if mail is not None else None, standing=standing_of(address))
    audience = Audience(frozenset({f"operator{operator_id}"}))
    ctx.emit(MAILBOX_CHANGED, payload, audience, about=MAILBOX.about(operator_id))
