"""What the contracts of agencies let through a day, asked where mail leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.context import Context
from app.grants.caps import Caps
from app.models import AgencyKind, Operator, OutboundMessage


def within_caps(
    ctx: Context, rows: Sequence[OutboundMessage], answering: Mapping[int, Operator | None]
) -> list[OutboundMessage]:
    """Those that the contracts of the agencies which answer for them still let through; the others wait.

    `answering`: by row, with their agency loaded. What goes is counted.
    """
    people = [who for row in rows if (who := answering[row.id]) is not None]
    caps = Caps(ctx, {who.agency_id for who in people if who.agency.kind is AgencyKind.THIRD_PARTY})
    going = []
    for row in rows:
        who = answering[row.id]
        # What was tried already has been counted.
        later = caps.take(who.agency_id) if who is not None and row.attempts == 0 else None
        if later is None:
            going.append(row)
        else:
            row.not_before = later
    caps.store()
    return going
