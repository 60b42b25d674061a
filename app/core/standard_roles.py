"""The five roles that every installation begins with; nothing else in the code knows a role by name."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.permissions import AccountReach, Mandate, MaskedField, Permission, RequestReach, RoleName


@dataclass(frozen=True, kw_only=True)
class BuiltInRole:
    """A role that every installation begins with, as this version of the program means it."""

    name: RoleName
    mandate: Mandate
    capacity: int = 0
    """How many requests a new person is given at most, until somebody says otherwise."""


SERVING_CAPACITY = 8

_P = Permission
_SERVE = frozenset(
    {
        _P.SESSION_USE,
        _P.SERVICE_REQUESTS_READ,
        _P.SERVICE_REQUESTS_CLAIM,
        _P.SERVICE_REQUESTS_UPDATE,
        _P.CONVERSATIONS_READ,
        _P.REPLIES_SEND,
        _P.NOTES_WRITE,
        _P.FILES_UPLOAD,
        _P.CONTACTS_READ,
        _P.OPERATORS_READ,
        _P.CALENDARS_READ,
        _P.SHIFTS_READ,
        _P.FIGURES_READ,
    }
)
_LISTEN = frozenset({_P.INBOUND_ITEMS_READ, _P.MONITORS_READ, _P.TOPICS_READ, _P.PUBLICATIONS_READ})
_LEAD = frozenset(
    {
        _P.SAVED_VIEWS_SHARE,
        _P.EXPORTS_CREATE,
        _P.SERVICE_REQUESTS_ASSIGN,
        _P.SERVICE_REQUESTS_WATCH,
        _P.INBOUND_ITEMS_RESCUE,
        _P.INBOUND_ITEMS_CORRECT,
        _P.ACCOUNTS_READ,
        _P.MONITORS_MANAGE,
        _P.MODELS_READ,
        _P.ALERTS_ACKNOWLEDGE,
        _P.PUBLICATIONS_SEND,
        _P.PEOPLE_READ,
        _P.PEOPLE_SET_CAPACITY,
        _P.OVERVIEW_READ,
        _P.AUTOMATION_READ,
        _P.AUTOMATION_MANAGE,
        _P.ROUTING_READ,
        _P.ROUTING_CONFIGURE,
        _P.SHIFTS_PLAN,
        _P.GRANTS_READ,
    }
)
_WATCH = frozenset(
    {
        _P.SESSION_USE,
        _P.EXPORTS_CREATE,
        _P.SERVICE_REQUESTS_READ,
        _P.CONVERSATIONS_READ,
        _P.CONTACTS_READ,
        _P.OPERATORS_READ,
        _P.CALENDARS_READ,
        _P.SHIFTS_READ,
        _P.ACCOUNTS_READ,
        _P.MODELS_READ,
        _P.PEOPLE_READ,
        _P.OVERVIEW_READ,
        _P.FIGURES_READ,
        _P.AUTOMATION_READ,
        _P.ROUTING_READ,
        _P.GRANTS_READ,
    }
)
_ADMINISTER = frozenset(
    {
        _P.ACCOUNTS_MANAGE,
        _P.OPERATORS_MANAGE,
        _P.PEOPLE_VIEW_AS,
        _P.CALENDARS_MANAGE,
        _P.GRANTS_MANAGE,
        _P.AUDIT_READ,
        _P.OPERATION_READ,
        _P.MODELS_MANAGE,
        _P.LONG_WORK_MANAGE,
    }
)

_UNMASKED: frozenset[MaskedField] = frozenset()
_MASKED = frozenset(MaskedField)

ROLES: dict[RoleName, BuiltInRole] = {
    role.name: role
    for role in (
        BuiltInRole(
            name=RoleName.OPERATOR,
            mandate=Mandate(
                _SERVE | _LISTEN | {_P.INBOUND_ITEMS_RESCUE, _P.INBOUND_ITEMS_CORRECT},
                AccountReach.TEAM,
                RequestReach.TEAM,
                _MASKED,
            ),
            capacity=SERVING_CAPACITY,
        ),
        BuiltInRole(
            name=RoleName.AGENCY_OPERATOR,
            mandate=Mandate(_SERVE, AccountReach.TEAM, RequestReach.OWN, _MASKED),
            capacity=SERVING_CAPACITY,
        ),
        BuiltInRole(
            name=RoleName.SUPERVISOR,
            mandate=Mandate(_SERVE | _LISTEN | _LEAD, AccountReach.AGENCY, RequestReach.ALL, _UNMASKED),
        ),
        BuiltInRole(
            name=RoleName.MANAGER,
            mandate=Mandate(_WATCH | _LISTEN, AccountReach.ALL, RequestReach.ALL, _MASKED),
        ),
        BuiltInRole(
            name=RoleName.ADMINISTRATOR,
            mandate=Mandate(
                _SERVE | _LISTEN | _LEAD | _ADMINISTER, AccountReach.ALL, RequestReach.ALL, _UNMASKED
            ),
        ),
    )
}
