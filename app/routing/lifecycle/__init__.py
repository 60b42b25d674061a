"""The life of a service request: the only code that writes a request's columns.

Whoever wants a request to change calls one of these acts. Each checks what follows from where the request
stands (`TRANSITIONS`), derives the deadlines, flushes once, appends exactly one `RequestChange` with the new
version, hangs the assignment decision on it, and tells both those who see the request now and those who have
just lost sight of it.

- `Arrivals` (many at once): `open`, `join`, `reopen`, `route`, `assign`, `store`
- `assign`, `assign_many`, `set_status`, `reclassify`, `mark_read`, `revised`, `customer_renamed`
- `merge`, `unmerge`, `split`, `linked`: several of one person put together and taken apart
- `not_told`: what a closed queue says was not sent
- `counted_anew`: the working calendar that their time is counted on was changed
- `judged_anew`: what the customers' messages say was changed
- `answered`, `answer_taken_back`, `answer_failed`, `answer_resumed`
"""

from app.routing.lifecycle.acts import (
    Classification,
    Place,
    assign,
    assign_many,
    counted_anew,
    customer_renamed,
    mark_read,
    not_told,
    reclassify,
    revised,
    set_status,
)
from app.routing.lifecycle.answers import answer_failed, answer_resumed, answer_taken_back, answered
from app.routing.lifecycle.arrivals import Arrivals, Opening, imagined
from app.routing.lifecycle.deadlines import is_planned
from app.routing.lifecycle.holding import hold_chosen, hold_requests
from app.routing.lifecycle.judging import judged_anew
from app.routing.lifecycle.merging import Pair, hold_pair, linked, merge, split, unmerge
from app.routing.lifecycle.transitions import TRANSITIONS

__all__ = [
    "TRANSITIONS",
    "Arrivals",
    "Classification",
    "Opening",
    "Pair",
    "Place",
    "answer_failed",
    "answer_resumed",
    "answer_taken_back",
    "answered",
    "assign",
    "assign_many",
    "counted_anew",
    "customer_renamed",
    "hold_chosen",
    "hold_pair",
    "hold_requests",
    "imagined",
    "is_planned",
    "judged_anew",
    "linked",
    "mark_read",
    "merge",
    "not_told",
    "reclassify",
    "revised",
    "set_status",
    "split",
    "unmerge",
]
