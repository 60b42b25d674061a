"""REST: one's own e-mail address."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import OpenUnit, endpoint
from app.core.context import Context
from app.core.errors import Invalid
from app.core.permissions import Permission
from app.mail import services
from app.mail.schemas import ConfirmMailAddress, MailboxView, SetMailAddress

mail = Blueprint("mail", __name__)
_USE = Permission.SESSION_USE


@endpoint(
    mail,
    "GET",
    "/mailbox",
    access=_USE,
    summary="One's own e-mail address, how it stands, and the last e-mails",
    response=MailboxView,
)
def get_mailbox(ctx: Context) -> MailboxView:
    return services.own_mailbox(ctx)


@endpoint(
    mail,
    "PUT",
    "/mailbox/address",
    access=_USE,
    summary="Say where one wants e-mail; a code is sent there",
    body=SetMailAddress,
    response=MailboxView,
    errors=("mail_address_confirmed", "mail_not_set_up", "too_many_mails"),
)
def set_address(ctx: Context, body: SetMailAddress) -> MailboxView:
    return services.set_address(ctx, body)


@endpoint(
    mail,
    "DELETE",
    "/mailbox/address",
    access=_USE,
    summary="Want no e-mail any more",
    status=204,
)
def remove_address(ctx: Context) -> None:
    services.remove_address(ctx)


@endpoint(
    mail,
    "POST",
    "/mailbox/confirmation",
    access=_USE,
    summary="Show that one reads what is sent to one's address",
    body=ConfirmMailAddress,
    response=MailboxView,
    errors=("wrong_code", "code_over"),
    manual=True,
)
def confirm_address(open_unit: OpenUnit, body: ConfirmMailAddress) -> MailboxView:
    with open_unit(write=True) as ctx:  # a wrong one is counted, and committed
        if services.confirm_address(ctx, body):
            return services.own_mailbox(ctx)
    raise Invalid("wrong_code", fields={"code": "wrong_code"})


@endpoint(
    mail,
    "POST",
    "/mailbox/trial",
    access=_USE,
    summary="Send oneself an e-mail, to see whether it comes",
    response=MailboxView,
    status=201,
    errors=("no_mail_address", "mail_not_set_up", "too_many_mails"),
)
def send_trial(ctx: Context) -> MailboxView:
    return services.send_trial(ctx)
