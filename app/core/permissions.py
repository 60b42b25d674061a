"""Rights, the roles that bundle them, and who an actor is.

A right is `resource:action`. A role also says how far its data reaches: which accounts, and within
them which requests. Nothing else in the code knows a role by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Permission(StrEnum):
    SESSION_USE = "session:use"
    SAVED_VIEWS_SHARE = "saved_views:share"
    SERVICE_REQUESTS_READ = "service_requests:read"
    SERVICE_REQUESTS_CLAIM = "service_requests:claim"
    SERVICE_REQUESTS_ASSIGN = "service_requests:assign"
    SERVICE_REQUESTS_UPDATE = "service_requests:update"
    CONVERSATIONS_READ = "conversations:read"
    REPLIES_SEND = "replies:send"
    NOTES_WRITE = "notes:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_UNMASK = "contacts:unmask"
    INBOUND_ITEMS_READ = "inbound_items:read"
    INBOUND_ITEMS_RESCUE = "inbound_items:rescue"
    INBOUND_ITEMS_CORRECT = "inbound_items:correct"
    MONITORS_READ = "monitors:read"
    MONITORS_MANAGE = "monitors:manage"
    MODELS_READ = "models:read"
    MODELS_MANAGE = "models:manage"
    PUBLICATIONS_READ = "publications:read"
    PUBLICATIONS_SEND = "publications:send"
    TOPICS_READ = "topics:read"
    ALERTS_ACKNOWLEDGE = "alerts:acknowledge"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_MANAGE = "accounts:manage"
    OPERATORS_READ = "operators:read"
    OPERATORS_MANAGE = "operators:manage"
    PEOPLE_READ = "people:read"
    PEOPLE_SET_CAPACITY = "people:set_capacity"
    OVERVIEW_READ = "overview:read"
    AUDIT_READ = "audit:read"
    OPERATION_READ = "operation:read"
    # Rights of our own processes; no role has them.
    CALLBACKS_STORE = "callbacks:store"
    LISTENER_INGEST = "listener:ingest"
    ROUTING_ASSIGN = "routing:assign"
    OUTBOUND_DELIVER = "outbound:deliver"
    EVENTS_PUBLISH = "events:publish"
    ACCOUNTS_SYNC = "accounts:sync"


class RoleName(StrEnum):
    OPERATOR = "operator"
    AGENCY_OPERATOR = "agency_operator"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class AccountReach(StrEnum):
    TEAM = "team"
    """Accounts that work for one of the actor's teams."""
    AGENCY = "agency"
    ALL = "all"


class RequestReach(StrEnum):
    OWN = "own"
    """One's own, and what waits unassigned in one's team's queue."""
    TEAM = "team"
    """Those, and the requests of one's team mates."""
    ALL = "all"


@dataclass(frozen=True)
class Role:
    name: RoleName
    permissions: frozenset[Permission]
    account_reach: AccountReach
    request_reach: RequestReach
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
        _P.CONTACTS_READ,
        _P.OPERATORS_READ,
    }
)
_LISTEN = frozenset({_P.INBOUND_ITEMS_READ, _P.MONITORS_READ, _P.TOPICS_READ, _P.PUBLICATIONS_READ})
_LEAD = frozenset(
    {
        _P.SAVED_VIEWS_SHARE,
        _P.SERVICE_REQUESTS_ASSIGN,
        _P.INBOUND_ITEMS_RESCUE,
        _P.INBOUND_ITEMS_CORRECT,
        _P.CONTACTS_UNMASK,
        _P.ACCOUNTS_READ,
        _P.MONITORS_MANAGE,
        _P.MODELS_READ,
        _P.ALERTS_ACKNOWLEDGE,
        _P.PUBLICATIONS_SEND,
        _P.PEOPLE_READ,
        _P.PEOPLE_SET_CAPACITY,
        _P.OVERVIEW_READ,
    }
)
_WATCH = frozenset(
    {
        _P.SESSION_USE,
        _P.SERVICE_REQUESTS_READ,
        _P.CONVERSATIONS_READ,
        _P.CONTACTS_READ,
        _P.OPERATORS_READ,
        _P.ACCOUNTS_READ,
        _P.MODELS_READ,
        _P.PEOPLE_READ,
        _P.OVERVIEW_READ,
    }
)
_ADMINISTER = frozenset(
    {_P.ACCOUNTS_MANAGE, _P.OPERATORS_MANAGE, _P.AUDIT_READ, _P.OPERATION_READ, _P.MODELS_MANAGE}
)

ROLES: dict[RoleName, Role] = {
    role.name: role
    for role in (
        Role(
            RoleName.OPERATOR,
            _SERVE | _LISTEN | {_P.INBOUND_ITEMS_RESCUE, _P.INBOUND_ITEMS_CORRECT},
            AccountReach.TEAM,
            RequestReach.TEAM,
            SERVING_CAPACITY,
        ),
        Role(RoleName.AGENCY_OPERATOR, _SERVE, AccountReach.TEAM, RequestReach.OWN, SERVING_CAPACITY),
        Role(RoleName.SUPERVISOR, _SERVE | _LISTEN | _LEAD, AccountReach.AGENCY, RequestReach.ALL),
        Role(RoleName.MANAGER, _WATCH | _LISTEN, AccountReach.ALL, RequestReach.ALL),
        Role(
            RoleName.ADMINISTRATOR, _SERVE | _LISTEN | _LEAD | _ADMINISTER, AccountReach.ALL, RequestReach.ALL
        ),
    )
}


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who acts, with which rights, over which data.

    `account_ids` is None when every account is within reach, else exactly those that are.
    """

    kind: ActorKind
    label: str
    permissions: frozenset[Permission] = frozenset()
    account_ids: frozenset[int] | None = frozenset()
    request_reach: RequestReach = RequestReach.OWN
    operator_id: int | None = None
    agency_id: int | None = None
    session_id: int | None = None
    team_ids: frozenset[int] = frozenset()
    locale: str = "zh-CN"
    address: str = field(default="", compare=False)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def reaches_account(self, account_id: int) -> bool:
        return self.account_ids is None or account_id in self.account_ids


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "anonymous")


def system_actor(name: str, *permissions: Permission) -> Actor:
    """One of our own processes, with exactly the rights its task needs. It reads every account."""
    return Actor(
        ActorKind.SYSTEM,
        f"system:{name}",
        permissions=frozenset(permissions),
        account_ids=None,
        request_reach=RequestReach.ALL,
    )
