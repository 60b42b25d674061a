"""Reading the event log for what people should know of, from where the last reading ended.

How far it has been read is committed together with the rows that came of it: a worker that is killed leaves
either both or nothing, and an event that is read again makes no second row.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update

from app.core.context import Context
from app.core.counters import current_number, lock_counter
from app.core.tables import Counter, EventLog
from app.notifications.kinds import KINDS
from app.notifications.mailing import READ_UP_TO
from app.notifications.writing import write
from app.realtime.event_log import COUNTER, newest

BATCH = 200
_FAR_BEHIND = 1000
"""Events of which none was wanted: after so many it is noted that they have been looked at."""


def anything_to_read(ctx: Context) -> bool:
    """Whether there are new events that may concern somebody. One statement while there are none."""
    counters = select(Counter.name, Counter.value).where(Counter.name.in_((COUNTER, READ_UP_TO)))
    numbers = {row.name: row.value for row in ctx.session.execute(counters)}
    position, end = numbers.get(READ_UP_TO, 0), numbers.get(COUNTER, 0)
    if end == position:
        return False
    wanted = select(EventLog.id).where(EventLog.seq > position, _is_wanted())
    return end - position > _FAR_BEHIND or ctx.session.scalar(wanted.limit(1)) is not None


def _is_wanted() -> ColumnElement[bool]:
    return EventLog.name.in_(sorted(KINDS.event_names()))


def read_events(ctx: Context) -> bool:
    """Read a batch of new events; whether there may be more."""
    lock_counter(ctx.session, READ_UP_TO, ctx.now())
    position = current_number(ctx.session, READ_UP_TO)
    end = newest(ctx.session)
    events = ctx.session.scalars(
        select(EventLog)
        .where(EventLog.seq > position, EventLog.seq <= end, _is_wanted())
        .order_by(EventLog.seq)
        .limit(BATCH)
    ).all()
    write(ctx, KINDS.causes_in(ctx, events))
    is_full = len(events) == BATCH
    _note(ctx, (events[-1].seq or end) if is_full else end)
    return is_full


def _note(ctx: Context, position: int) -> None:
    ctx.session.execute(
        update(Counter).where(Counter.name == READ_UP_TO).values(value=position),
        execution_options={"synchronize_session": False},
    )
