"""Writing down that somebody is to get an e-mail."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from app.config import Settings
from app.core.bulk import insert_objects
from app.core.context import Context
from app.core.db import among
from app.mail.contents import Purpose
from app.mail.job_names import SEND_DUE
from app.models import Mail, MailAddress, MailState

GATHERING = "notices"
"""The purpose whose e-mail stays open until it leaves (`uq_mails_open`)."""


Stopped = Callable[[Context, int], None]
_ON_STOP: list[Stopped] = []


def on_stop(hear: Stopped) -> Stopped:
    """Register who is told, with the person's id, that nothing is sent to their address any more."""
    _ON_STOP.append(hear)
    return hear


def stopped(ctx: Context, operator_id: int) -> None:
    for hear in _ON_STOP:
        hear(ctx, operator_id)


def is_set_up(settings: Settings) -> bool:
    """Whether this installation has a mail server."""
    return bool(settings.smtp_host)


def reachable(ctx: Context, people: Collection[int]) -> set[int]:
    """Those of them who have shown an address to be theirs that lives. One statement."""
    if not people or not is_set_up(ctx.runtime.settings):
        return set()
    return set(
        ctx.session.scalars(
            select(MailAddress.operator_id).where(
                among(ctx.session, MailAddress.operator_id, sorted(people)),
                MailAddress.confirmed_at.is_not(None),
                MailAddress.stopped_at.is_(None),
            )
        )
    )


def write_mail(ctx: Context, purpose: Purpose, operator_id: int) -> Mail:
    """To be sent at once."""
    mail = _mail(ctx, purpose.key, operator_id, ctx.now())
    ctx.session.add(mail)
    ctx.session.flush()
    ctx.defer(SEND_DUE)
    return mail


def open_mails(ctx: Context, due: Mapping[int, datetime]) -> dict[int, int]:
    """By person, the id of the e-mail in which gathers what they are told; `due` is when a new one leaves.

    Two statements. The caller holds a lock under which one alone does this. What is being sent is closed.
    """
    if not due:
        return {}
    rows = ctx.session.execute(
        select(Mail.operator_id, Mail.id)
        .where(
            among(ctx.session, Mail.operator_id, sorted(due)),
            Mail.purpose == GATHERING,
            Mail.state == MailState.QUEUED,
        )
        .with_for_update()
    )
    found = {row.operator_id: row.id for row in rows}
    new = [_mail(ctx, GATHERING, person, due[person]) for person in sorted(due.keys() - found.keys())]
    insert_objects(ctx.session, new)
    return found | {mail.operator_id: mail.id for mail in new}


def _mail(ctx: Context, purpose: str, operator_id: int, due_at: datetime) -> Mail:
    domain = ctx.runtime.settings.mail_sender[1].rpartition("@")[2] or "lingke.invalid"
    return Mail(
        created_at=ctx.now(),
        operator_id=operator_id,
        purpose=purpose,
        state=MailState.QUEUED,
        due_at=due_at,
        attempts=0,
        may_be_doubled=False,
        message_id=f"<{secrets.token_hex(12)}@{domain}>",
    )
