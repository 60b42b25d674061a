"""Rights, what roles allow together, what a grant of an account gives of them, and who an actor is.

A right is `resource:action`. Roles are rows (`app/models/role.py`): each also says how far its data reaches,
which accounts and within them which requests, and which fields stay masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.grants import REPLIES, Allowed, Granted


class Permission(StrEnum):
    SESSION_USE = "session:use"
    SAVED_VIEWS_SHARE = "saved_views:share"
    EXPORTS_CREATE = "exports:create"
    LONG_WORK_MANAGE = "long_work:manage"
    SERVICE_REQUESTS_READ = "service_requests:read"
    SERVICE_REQUESTS_CLAIM = "service_requests:claim"
    SERVICE_REQUESTS_ASSIGN = "service_requests:assign"
    SERVICE_REQUESTS_UPDATE = "service_requests:update"
    SERVICE_REQUESTS_WATCH = "service_requests:watch"
    """Looking on while a colleague serves, and whispering to them; taking over needs the right to assign."""
    CONVERSATIONS_READ = "conversations:read"
    REPLIES_SEND = "replies:send"
    NOTES_WRITE = "notes:write"
    FILES_UPLOAD = "files:upload"
    CONTACTS_READ = "contacts:read"
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
    PEOPLE_VIEW_AS = "people:view_as"
    OVERVIEW_READ = "overview:read"
    CALENDARS_READ = "calendars:read"
    CALENDARS_MANAGE = "calendars:manage"
    GRANTS_READ = "grants:read"
    GRANTS_MANAGE = "grants:manage"
    FIGURES_READ = "figures:read"
    AUTOMATION_READ = "automation:read"
    AUTOMATION_MANAGE = "automation:manage"
    ROUTING_READ = "routing:read"
    ROUTING_CONFIGURE = "routing:configure"
    SHIFTS_READ = "shifts:read"
    """One's agency's plan, and asking for swaps of one's own shifts."""
    SHIFTS_PLAN = "shifts:plan"
    AUDIT_READ = "audit:read"
    OPERATION_READ = "operation:read"
    # Rights of our own processes; no role has them (`GIVABLE`).
    CALLBACKS_STORE = "callbacks:store"
    LISTENER_INGEST = "listener:ingest"
    ROUTING_ASSIGN = "routing:assign"
    OUTBOUND_DELIVER = "outbound:deliver"
    EVENTS_PUBLISH = "events:publish"
    ACCOUNTS_SYNC = "accounts:sync"


class RoleName(StrEnum):
    """The key of a role that the program brings."""

    OPERATOR = "operator"
    AGENCY_OPERATOR = "agency_operator"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class AccountReach(StrEnum):
    """From the narrowest to the widest."""

    TEAM = "team"
    """Accounts that work for one of the actor's teams."""
    AGENCY = "agency"
    """All that belong to it or were granted to it."""
    ALL = "all"


class RequestReach(StrEnum):
    """From the narrowest to the widest."""

    OWN = "own"
    """One's own, and what waits unassigned in one's team's queue."""
    TEAM = "team"
    """Those, and the requests of one's team mates."""
    UNIT = "unit"
    """Those, and the requests of all teams in one's unit and below it."""
    ALL = "all"


ACCOUNT_REACHES = tuple(AccountReach)
REQUEST_REACHES = tuple(RequestReach)


class MaskedField(StrEnum):
    """Personal data that a role may keep masked."""

    CONTACT_PHONE = "contact.phone"


@dataclass(frozen=True)
class Mandate:
    """What somebody's roles allow together: without any, nothing."""

    permissions: frozenset[Permission] = frozenset()
    account_reach: AccountReach = AccountReach.TEAM
    request_reach: RequestReach = RequestReach.OWN
    masked: frozenset[MaskedField] = frozenset(MaskedField)

    def within(self, other: Mandate) -> bool:
        """Whether it allows nothing that the other does not."""
        return (
            self.permissions <= other.permissions
            and self.masked >= other.masked
            and _rank(self.account_reach) <= _rank(other.account_reach)
            and _rank(self.request_reach) <= _rank(other.request_reach)
        )


def _rank(reach: AccountReach | RequestReach) -> int:
    return ACCOUNT_REACHES.index(reach) if isinstance(reach, AccountReach) else REQUEST_REACHES.index(reach)


def together(mandates: Iterable[Mandate]) -> Mandate:
    """Rights add up, the widest reach counts, and a field stays masked only where all of them mask it."""
    found = list(mandates)
    if not found:
        return Mandate()
    return Mandate(
        permissions=frozenset().union(*(one.permissions for one in found)),
        account_reach=max((one.account_reach for one in found), key=_rank),
        request_reach=max((one.request_reach for one in found), key=_rank),
        masked=frozenset(MaskedField).intersection(*(one.masked for one in found)),
    )


_P = Permission
_OF_PROCESSES = frozenset(
    {
        _P.CALLBACKS_STORE,
        _P.LISTENER_INGEST,
        _P.ROUTING_ASSIGN,
        _P.OUTBOUND_DELIVER,
        _P.EVENTS_PUBLISH,
        _P.ACCOUNTS_SYNC,
    }
)
GIVABLE = frozenset(Permission) - _OF_PROCESSES
"""What a role may have."""


_RIGHTS = {permission.value: permission for permission in GIVABLE}
_FIELDS = {masked.value: masked for masked in MaskedField}


def known_rights(words: Iterable[str]) -> frozenset[Permission]:
    """The rights among words that were kept; what this version of the program does not know is no right."""
    return frozenset(_RIGHTS[word] for word in words if word in _RIGHTS)


def known_fields(words: Iterable[str]) -> frozenset[MaskedField]:
    return frozenset(_FIELDS[word] for word in words if word in _FIELDS)


_L = frozenset({Allowed.LISTEN})
NEEDS: dict[Permission, frozenset[Allowed]] = {
    **dict.fromkeys(
        (
            _P.SERVICE_REQUESTS_READ,
            _P.CONVERSATIONS_READ,
            _P.NOTES_WRITE,
            _P.INBOUND_ITEMS_READ,
            _P.INBOUND_ITEMS_RESCUE,
            _P.INBOUND_ITEMS_CORRECT,
            _P.MONITORS_READ,
            _P.TOPICS_READ,
            _P.ALERTS_ACKNOWLEDGE,
        ),
        _L,
    ),
    **dict.fromkeys(
        (
            _P.SERVICE_REQUESTS_CLAIM,
            _P.SERVICE_REQUESTS_ASSIGN,
            _P.SERVICE_REQUESTS_UPDATE,
            _P.SERVICE_REQUESTS_WATCH,
            _P.REPLIES_SEND,
        ),
        REPLIES,
    ),
    _P.CONTACTS_READ: frozenset({Allowed.FANS}),
    _P.PUBLICATIONS_SEND: frozenset({Allowed.PUBLISH}),
}
"""What a right needs of a grant: one of these. What is not named needs that there is a grant."""
OF_OWNERS = frozenset(
    {
        _P.ACCOUNTS_MANAGE,
        _P.MONITORS_MANAGE,
        _P.MODELS_READ,
        _P.MODELS_MANAGE,
        _P.CALENDARS_MANAGE,
        _P.GRANTS_MANAGE,
    }
)
"""Rights over an account that no grant gives."""
ACTS = frozenset(
    {
        _P.SERVICE_REQUESTS_CLAIM,
        _P.SERVICE_REQUESTS_ASSIGN,
        _P.SERVICE_REQUESTS_UPDATE,
        _P.SERVICE_REQUESTS_WATCH,
        _P.REPLIES_SEND,
        _P.NOTES_WRITE,
        _P.INBOUND_ITEMS_RESCUE,
        _P.INBOUND_ITEMS_CORRECT,
        _P.ALERTS_ACKNOWLEDGE,
        _P.PUBLICATIONS_SEND,
    }
)
"""Rights that change something: a grant with hours gives them in its hours alone."""


def allowed_by(granted: Granted, permission: Permission) -> bool:
    """Whether a grant gives a right, to those whose role has it."""
    if permission in OF_OWNERS:
        return False
    needed = NEEDS.get(permission)
    return needed is None or not needed.isdisjoint(granted.allows)


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who acts, with which rights, over which data.

    `account_ids` is None when every account is within reach, else exactly those that are: their agency's
    and those that `grants` open to it, of which each says how far.
    """

    kind: ActorKind
    label: str
    permissions: frozenset[Permission] = frozenset()
    account_ids: frozenset[int] | None = frozenset()
    request_reach: RequestReach = RequestReach.OWN
    account_reach: AccountReach = AccountReach.TEAM
    masked: frozenset[MaskedField] = frozenset()
    role_ids: frozenset[int] = frozenset()
    operator_id: int | None = None
    agency_id: int | None = None
    session_id: int | None = None
    team_ids: frozenset[int] = frozenset()
    unit_team_ids: frozenset[int] = frozenset()
    """The teams in their unit and below it; none where no role of theirs reaches by units."""
    grants: tuple[Granted, ...] = ()
    locale: str = "zh-CN"
    address: str = field(default="", compare=False)
    own: Actor | None = None
    """Who really sits there, while they look through the eyes of the person that the rest tells of. Whoever
    looks like this changes nothing (`require_own_eyes`)."""

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def sees(self, field: MaskedField) -> bool:
        """Whether personal data is shown to them as it is."""
        return field not in self.masked

    @property
    def request_team_ids(self) -> frozenset[int]:
        """Of which teams they reach requests: those that nobody has yet, or all (`request_reach`)."""
        return self.team_ids | self.unit_team_ids

    @property
    def mandate(self) -> Mandate:
        return Mandate(self.permissions, self.account_reach, self.request_reach, self.masked)

    def reaches_account(self, account_id: int) -> bool:
        return self.account_ids is None or account_id in self.account_ids

    def granted(self, account_id: int) -> Granted | None:
        """By which grant they reach an account; None for one that is their agency's."""
        return next((one for one in self.grants if one.account_id == account_id), None)

    def may_with(self, permission: Permission, account_id: int) -> bool:
        """Whether they may with this account: their role's right, within what a grant allows."""
        granted = self.granted(account_id)
        own = self.may(permission) and self.reaches_account(account_id)
        return own and (granted is None or allowed_by(granted, permission))

    def own_account_ids(self) -> frozenset[int] | None:
        """Those that they reach without a grant."""
        if self.account_ids is None or not self.grants:
            return self.account_ids
        return self.account_ids - {one.account_id for one in self.grants}

    def account_ids_allowing(self, needed: Allowed | None) -> frozenset[int] | None:
        """Those with which they may this; None: all."""
        if self.account_ids is None or needed is None or not self.grants:
            return self.account_ids
        return self.account_ids - {one.account_id for one in self.grants if needed not in one.allows}


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "anonymous")


def system_actor(name: str, *permissions: Permission) -> Actor:
    """One of our own processes, with exactly the rights its task needs. It reads every account."""
    return Actor(
        ActorKind.SYSTEM,
        f"system:{name}",
        permissions=frozenset(permissions),
        account_ids=None,
        request_reach=RequestReach.ALL,
        account_reach=AccountReach.ALL,
    )
