"""Sending what is due, one e-mail after another: taken and committed, handed over, written down.

No transaction is open while the mail server is spoken to. A worker that dies in between leaves a row that is
taken: when its time is over it is sent once more and says so (`may_be_doubled`), since SMTP cannot be asked
whether it has taken something. A second time without an answer ends it as unknown. So one that was accepted
is at most doubled once, and none is lost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app.core.context import Context
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.smtp import Answer, Envelope, Outcome, PostOffice
from app.core.unit_of_work import open_context
from app.identity import audit
from app.identity.actors import actors_of_people
from app.identity.events import OPERATOR
from app.mail.contents import Later, Nothing, Purpose, known
from app.mail.events import ADDRESS_STOPPED
from app.mail.letters import put_together
from app.mail.outbox import is_set_up, stopped
from app.mail.telling import tell_of_mail
from app.models import Mail, MailAddress, MailState, Operator

log = structlog.get_logger(__name__)
POSTMAN = system_actor("postman")
JOB_SECONDS = 20.0
"""After so long the rest waits for the next job; the last may then take `MOST_SECONDS` of app.core.smtp."""
LEASE = timedelta(seconds=150)
"""Longer than a job may run: who has it then is dead."""
DELAYS = tuple(timedelta(minutes=each) for each in (1, 5, 15, 30, 60, 120, 180, 240, 360, 480))
"""Before each further attempt; after the last, a day later, it has failed."""
AWAY_FOR = timedelta(minutes=1)
"""How long nobody's e-mail is tried after the server could not be used."""
DEAD_AFTER = 3
"""So many refused one after another, for whatever reason: nothing is sent there any more."""
_AT_A_TIME = 20


@dataclass(frozen=True)
class Taken:
    mail_id: int
    envelope: Envelope


def anything_due(ctx: Context) -> bool:
    if not is_set_up(ctx.runtime.settings):
        return False
    return ctx.session.scalar(select(Mail.id).where(_is_due(ctx.now())).limit(1)) is not None


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(or_(Mail.state == MailState.QUEUED, Mail.state == MailState.SENDING), Mail.due_at <= now)


def send_due(runtime: Runtime, office: PostOffice | None = None) -> None:
    """Send what is due, until the job's time is over or the server is away."""
    if not is_set_up(runtime.settings):
        return
    ends = time.monotonic() + JOB_SECONDS
    with office or PostOffice(runtime.settings) as open_office:
        while time.monotonic() < ends:
            is_over, taken = take(runtime)
            if taken is not None:
                answer = open_office.send(taken.envelope)
                record(runtime, taken.mail_id, answer)
                if answer.outcome is Outcome.AWAY:
                    spare_the_server(runtime)
                    return
            if is_over:
                return


def take(runtime: Runtime) -> tuple[bool, Taken | None]:
    """The next that has something to say, as taken; and whether nothing more is due."""
    with open_context(runtime, POSTMAN) as ctx:
        rows = ctx.session.scalars(
            select(Mail)
            .where(_is_due(ctx.now()))
            .order_by(Mail.due_at, Mail.id)
            .limit(_AT_A_TIME)
            .with_for_update(skip_locked=True)
        ).all()
        for mail in rows:
            taken = _take(ctx, mail)
            if taken is not None:
                return False, taken
        return len(rows) < _AT_A_TIME, None


def _take(ctx: Context, mail: Mail) -> Taken | None:
    # Whoever had it died, or the server has not answered.
    is_open = mail.state is MailState.SENDING
    if is_open and mail.may_be_doubled:
        _end(ctx, mail, MailState.UNKNOWN, "no_answer")
        return None
    made = _envelope(ctx, mail)
    if isinstance(made, Later):
        mail.due_at, mail.reason = made.until, "quiet"
        return None
    if isinstance(made, Nothing):
        _end(ctx, mail, MailState.DROPPED, made.reason)
        return None
    mail.may_be_doubled |= is_open
    mail.state, mail.due_at = MailState.SENDING, ctx.now() + LEASE
    mail.attempts += 1
    return Taken(mail.id, made)


def _envelope(ctx: Context, mail: Mail) -> Envelope | Later | Nothing:
    purpose = known(mail.purpose)
    person = actors_of_people(ctx.session, [mail.operator_id], ctx.now()).get(mail.operator_id)
    address = _address_of(ctx.session, mail.operator_id)
    if purpose is None or person is None or address is None or not _takes(purpose, address):
        return Nothing("no_address")
    letter = purpose.compose(ctx, mail, person)
    if isinstance(letter, Later | Nothing):
        return letter
    return put_together(
        ctx.runtime.settings,
        letter,
        recipient=ctx.runtime.vault.open(address.address),
        message_id=mail.message_id,
        at=ctx.now(),
    )


def _takes(purpose: Purpose, address: MailAddress) -> bool:
    is_confirmed = address.confirmed_at is not None or purpose.to_unconfirmed
    return is_confirmed and (address.stopped_at is None or purpose.to_stopped)


def _address_of(session: Session, operator_id: int, *, lock: bool = False) -> MailAddress | None:
    statement = select(MailAddress).where(MailAddress.operator_id == operator_id)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def record(runtime: Runtime, mail_id: int, answer: Answer) -> None:
    """Write down what came of it. Only who has it taken does: another's word about it counts for nothing."""
    with open_context(runtime, POSTMAN) as ctx:
        mail = ctx.session.get_one(Mail, mail_id, with_for_update=True)
        if mail.state is not MailState.SENDING:
            return
        mail.answer = answer.words
        address = _address_of(ctx.session, mail.operator_id, lock=True)
        log.info("mail_tried", mail=mail.id, purpose=mail.purpose, outcome=answer.outcome.value)
        match answer.outcome:
            case Outcome.ACCEPTED:
                _end(ctx, mail, MailState.SENT, None)
                if address is not None:
                    address.failures, address.stopped_at = 0, None
            case Outcome.OPEN:
                # It stays taken until it is known that nobody will say: `take` sends it once more.
                mail.due_at, mail.reason = ctx.now() + AWAY_FOR, "no_answer"
            case Outcome.LATER | Outcome.AWAY:
                _put_off(ctx, mail, answer.outcome)
            case Outcome.REFUSED | Outcome.DEAD_ADDRESS:
                _end(ctx, mail, MailState.FAILED, answer.outcome.value)
                if address is not None:
                    _count_refusal(ctx, address, answer)
        if mail.ended_at is None:
            tell_of_mail(ctx, mail)


def _end(ctx: Context, mail: Mail, state: MailState, reason: str | None) -> None:
    mail.state, mail.reason, mail.ended_at = state, reason, ctx.now()
    tell_of_mail(ctx, mail)


def _put_off(ctx: Context, mail: Mail, outcome: Outcome) -> None:
    purpose = known(mail.purpose)
    if mail.attempts > len(DELAYS) or purpose is None or purpose.is_tried_once:
        return _end(ctx, mail, MailState.FAILED, outcome.value)
    if purpose.may_wait is not None and not purpose.may_wait(ctx, mail):
        return _end(ctx, mail, MailState.DROPPED, "joined")
    mail.state, mail.reason = MailState.QUEUED, outcome.value
    mail.due_at = ctx.now() + DELAYS[mail.attempts - 1]
    return None


def _count_refusal(ctx: Context, address: MailAddress, answer: Answer) -> None:
    address.failures += 1
    is_dead = answer.outcome is Outcome.DEAD_ADDRESS or address.failures >= DEAD_AFTER
    if is_dead and address.confirmed_at is not None and address.stopped_at is None:
        address.stopped_at = ctx.now()
        ctx.session.flush()
        person = ctx.session.get_one(Operator, address.operator_id)
        audit.record(ctx, ADDRESS_STOPPED, OPERATOR.of(person), detail={"answer": answer.words})
        stopped(ctx, address.operator_id)


def spare_the_server(runtime: Runtime) -> None:
    """It could not be used: nobody else's e-mail is tried for a while."""
    with open_context(runtime, POSTMAN) as ctx:
        until = ctx.now() + AWAY_FOR
        ctx.session.execute(
            update(Mail).where(Mail.state == MailState.QUEUED, Mail.due_at < until).values(due_at=until),
            execution_options={"synchronize_session": False},
        )
