"""Events and acts of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.identity.dealing_schemas import DealingChanged
from app.identity.grant_schemas import ContractChanged, GrantChanged
from app.identity.looking_schemas import LookChanged
from app.identity.people_schemas import AccessChanged, CapacityChanged, PersonChanged, TeamChanged
from app.identity.role_schemas import RoleChanged
from app.identity.schemas import PresenceChanged, SessionEnded
from app.identity.unit_schemas import PersonPlaced, UnitChanged
from app.models import Agency, Contract, Grant, Operator, Role, Team, Unit

OPERATOR = EVENTS.kind("operator", Operator)
SESSION = EVENTS.kind("session")
TEAM = EVENTS.kind("team", Team)
UNIT = EVENTS.kind("unit", Unit)
ROLE = EVENTS.kind("role", Role)
GRANT = EVENTS.kind("grant", Grant)
CONTRACT = EVENTS.kind("contract", Contract)
AGENCY = EVENTS.kind("agency", Agency)

PRESENCE_CHANGED = EVENTS.declare("operator.presence_changed", PresenceChanged, OPERATOR, newest_wins=True)
CAPACITY_CHANGED = EVENTS.declare("operator.capacity_changed", CapacityChanged, OPERATOR, audited=True)
DEALING_CHANGED = EVENTS.declare("routing_settings.changed", DealingChanged, AGENCY, audited=True)
OPERATOR_DISABLED = EVENTS.declare("operator.disabled", AccessChanged, OPERATOR, audited=True)
OPERATOR_ENABLED = EVENTS.declare("operator.enabled", AccessChanged, OPERATOR, audited=True)
OPERATOR_CREATED = EVENTS.declare("operator.created", PersonChanged, OPERATOR, audited=True)
OPERATOR_CHANGED = EVENTS.declare("operator.changed", PersonChanged, OPERATOR, audited=True)
OPERATOR_PLACED = EVENTS.declare("operator.placed", PersonPlaced, OPERATOR, audited=True)
VIEW_STARTED = EVENTS.declare("operator.view_started", LookChanged, OPERATOR, audited=True)
VIEW_ENDED = EVENTS.declare("operator.view_ended", LookChanged, OPERATOR, audited=True)
TEAM_CREATED = EVENTS.declare("team.created", TeamChanged, TEAM, audited=True)
TEAM_RENAMED = EVENTS.declare("team.renamed", TeamChanged, TEAM, audited=True)
UNIT_CREATED = EVENTS.declare("unit.created", UnitChanged, UNIT, audited=True)
UNIT_RENAMED = EVENTS.declare("unit.renamed", UnitChanged, UNIT, audited=True)
UNIT_MOVED = EVENTS.declare("unit.moved", UnitChanged, UNIT, audited=True)
UNIT_DISSOLVED = EVENTS.declare("unit.dissolved", UnitChanged, UNIT, audited=True)
ROLE_CREATED = EVENTS.declare("role.created", RoleChanged, ROLE, audited=True)
ROLE_CHANGED = EVENTS.declare("role.changed", RoleChanged, ROLE, audited=True)
ROLE_DELETED = EVENTS.declare("role.deleted", RoleChanged, ROLE, audited=True)
GRANT_ADDED = EVENTS.declare("grant.added", GrantChanged, GRANT, audited=True)
GRANT_EDITED = EVENTS.declare("grant.edited", GrantChanged, GRANT, audited=True)
GRANT_BEGUN = EVENTS.declare("grant.begun", GrantChanged, GRANT, audited=True)
GRANT_ENDED = EVENTS.declare("grant.ended", GrantChanged, GRANT, audited=True)
CONTRACT_ADDED = EVENTS.declare("contract.added", ContractChanged, CONTRACT, audited=True)
CONTRACT_EDITED = EVENTS.declare("contract.edited", ContractChanged, CONTRACT, audited=True)
SESSION_ENDED = EVENTS.declare("session.ended", SessionEnded, SESSION)

SESSION_OPENED = EVENTS.act("session.opened", OPERATOR)
SESSION_REFUSED = EVENTS.act("session.refused")
SESSION_CLOSED = EVENTS.act("session.closed", OPERATOR)
PASSWORD_CHANGED = EVENTS.act("operator.password_changed", OPERATOR)
PASSWORD_GIVEN = EVENTS.act("operator.password_given", OPERATOR)
PASSWORD_REFUSED = EVENTS.act("operator.password_refused", OPERATOR)
