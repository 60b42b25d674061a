"""Which accounts somebody reaches: by their role, those of their agency and those that it was granted.

Asked as statements, for an actor or for people in general, and of rows at hand, which costs none.
`tests/identity/test_scope.py` holds the two together.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from app.core.grants import Granted
from app.core.permissions import AccountReach
from app.models import Account, AccountKind, Grant, Operator, TeamMember, Unit
from app.models.grant import holds
from app.models.unit import is_unit_of

Moment = datetime | ColumnElement[datetime]


def owned_within(reach: AccountReach, operator: Operator | type[Operator]) -> Select[int] | None:
    """The accounts of their own agency that an operator with this reach may see; None: every account.

    With the class instead of a person it is a part of a statement about people.
    """
    if reach is AccountReach.ALL:
        return None
    reached = select(Account.id).where(Account.agency_id == operator.agency_id)
    if reach is AccountReach.AGENCY:
        return reached
    own_or_official = or_(Account.kind == AccountKind.OFFICIAL, Account.owner_operator_id == operator.id)
    return reached.where(
        own_or_official, or_(Account.team_id.in_(_teams(operator)), Account.owner_operator_id == operator.id)
    )


def granted_within(
    reach: AccountReach, operator: Operator | type[Operator], at: Moment
) -> Select[int] | None:
    """The ids of the grants by which an operator with this reach sees other agencies' accounts at a moment;
    None: they need none."""
    if reach is AccountReach.ALL:
        return None
    granted = select(Grant.id).where(Grant.agency_id == operator.agency_id, holds(at))
    return granted if reach is AccountReach.AGENCY else granted.where(Grant.team_id.in_(_teams(operator)))


def _teams(operator: Operator | type[Operator]) -> Select[int]:
    # The person of the statement outside, however deep this stands in it: never anybody at all.
    return select(TeamMember.team_id).where(TeamMember.operator_id == operator.id).correlate(Operator)


def teams_below(operator: Operator | type[Operator]) -> Select[int | None]:
    """The teams in somebody's unit and in all below it, closed ones too: what they did stays there."""
    own, below = aliased(Unit), aliased(Unit)
    found = select(below.team_id).join(own, below.path.startswith(own.path))
    return found.where(is_unit_of(own, operator), below.team_id.is_not(None)).correlate(Operator)


def serves(reach: AccountReach, operator: Operator, account: Account, at: datetime) -> bool:
    """The same rule for one operator whose teams are loaded and one account: no statement."""
    if reach is AccountReach.ALL:
        return True
    teams = {team.id for team in operator.teams}
    if account.agency_id != operator.agency_id:
        granted = account.granted_to(operator.agency_id, at)
        return granted is not None and _is_for(granted, reach, teams)
    if reach is AccountReach.AGENCY or account.owner_operator_id == operator.id:
        return True
    return account.kind is AccountKind.OFFICIAL and account.team_id in teams


def _is_for(granted: Granted, reach: AccountReach, teams: set[int]) -> bool:
    return reach is AccountReach.AGENCY or granted.team_id in teams
