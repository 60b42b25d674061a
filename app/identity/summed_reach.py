"""How far an actor reaches in sums of rows, where the rule for the rows can be asked of what sums tell apart.

Beside `reaching.py`, which has the rule for the rows: `tests/figures/test_sums.py` holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from app.core.permissions import Actor, RequestReach
from app.identity import past
from app.identity.reaching import account_condition
from app.models import FigureSum, ServiceRequest


@dataclass(frozen=True)
class Reached:
    sums: ColumnElement[bool]
    """Sums of which they reach every row."""
    besides: ColumnElement[bool] | None = None
    """The rows within their reach that lie in other sums; None where there are none."""


def requests(actor: Actor) -> Reached | None:
    """Of service requests by account and team."""
    if past.is_narrowed(actor) or actor.request_reach is RequestReach.OWN:
        return None
    within = account_condition(FigureSum.account_id, actor)
    if actor.request_reach is RequestReach.ALL:
        return Reached(within)
    teams = sorted(actor.request_team_ids)
    elsewhere = or_(ServiceRequest.team_id.is_(None), ServiceRequest.team_id.not_in(teams))
    own: Any = and_(ServiceRequest.assignee_id == actor.operator_id, elsewhere)
    return Reached(and_(within, FigureSum.team_id.in_(teams)), own)


def conversations(actor: Actor) -> Reached | None:
    """Of what lies in conversations, by account."""
    if past.is_narrowed(actor) or actor.request_reach is not RequestReach.ALL:
        return None
    return Reached(account_condition(FigureSum.account_id, actor))


def accounts(actor: Actor) -> Reached | None:
    """Of what is seen with its account."""
    return None if past.is_narrowed(actor) else Reached(account_condition(FigureSum.account_id, actor))
