"""Entries of one's own e-mail: whoever asks has an address with a known code, and there is a server."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from app.core.unit_of_work import open_context
from app.mail.courier import POSTMAN
from app.models import MailAddress
from tests.architecture.asking import Ask, Entry, Reach
from tests.architecture.organisation import Stage

_R = Reach
_CODE = "271828"


def _with_server(stage: Stage) -> None:
    server = {"smtp_host": "127.0.0.1", "smtp_from": "lingke@example.com"}
    stage.runtime.settings = stage.runtime.settings.model_copy(update=server)


def _with_address(stage: Stage, *, is_confirmed: bool = True, body: object = None) -> Ask:
    """The asker's own, made anew."""
    _with_server(stage)
    person = stage.people[stage.asker]
    if person is not None:
        with open_context(stage.runtime, POSTMAN) as ctx:
            vault = stage.runtime.vault
            ctx.session.execute(delete(MailAddress).where(MailAddress.operator_id == person.id))
            row = MailAddress(
                created_at=ctx.now(),
                operator_id=person.id,
                address=vault.seal("somebody@example.org"),
                confirmed_at=ctx.now() if is_confirmed else None,
                code=None if is_confirmed else vault.seal(_CODE),
                code_until=None if is_confirmed else ctx.now() + timedelta(minutes=5),
            )
            ctx.session.add(row)
    return Ask(body=body)


MAIL: dict[str, Entry] = {
    "mail.get_mailbox": Entry(_R.OWN, 200, _with_address),
    "mail.set_address": Entry(_R.OWN, 200, lambda s: _with_address(s, body={"address": "new@example.org"})),
    "mail.confirm_address": Entry(
        _R.OWN, 200, lambda s: _with_address(s, is_confirmed=False, body={"code": _CODE})
    ),
    "mail.send_trial": Entry(_R.OWN, 201, _with_address),
    "mail.remove_address": Entry(_R.OWN, 204, _with_address),
}
