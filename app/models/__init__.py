"""Typed tables, one file per aggregate. Importing this package registers all of them."""

from app.core.db import Base
from app.core.tables import AuditLog, Counter, EventLog, ProcessLease
from app.models.account import (
    Account,
    AccountKind,
    AccountStatus,
    CallbackDelivery,
    CallUsage,
    DeliveryStatus,
    OAuthState,
    PlatformToken,
    Stream,
)
from app.models.conversation import (
    Conversation,
    Direction,
    Message,
    OutboundAttempt,
    OutboundMessage,
    OutboundState,
)
from app.models.customer import Avatar, Contact, ContactIdentity
from app.models.identity import (
    Agency,
    AgencyKind,
    LoginAttempt,
    Operator,
    OperatorSession,
    Presence,
    Team,
    TeamMember,
)
from app.models.labelling import Label, LabelSource, ReviewDraw, ReviewItem
from app.models.listening import InboundItem, ItemStatus, Lane, Verdict, VerdictOutcome
from app.models.monitoring import (
    AccountFilter,
    AuthorActivity,
    Backfill,
    BackfillState,
    Monitor,
    MonitorHit,
)
from app.models.service_request import ACTIVE_STATUSES, AssignmentDecision, RequestStatus, ServiceRequest
from app.models.special_list import SpecialList, SpecialListEntry

__all__ = [
    "ACTIVE_STATUSES",
    "Account",
    "AccountFilter",
    "AccountKind",
    "AccountStatus",
    "Agency",
    "AgencyKind",
    "AssignmentDecision",
    "AuditLog",
    "AuthorActivity",
    "Avatar",
    "Backfill",
    "BackfillState",
    "Base",
    "CallUsage",
    "CallbackDelivery",
    "Contact",
    "ContactIdentity",
    "Conversation",
    "Counter",
    "DeliveryStatus",
    "Direction",
    "EventLog",
    "InboundItem",
    "ItemStatus",
    "Label",
    "LabelSource",
    "Lane",
    "LoginAttempt",
    "Message",
    "Monitor",
    "MonitorHit",
    "OAuthState",
    "Operator",
    "OperatorSession",
    "OutboundAttempt",
    "OutboundMessage",
    "OutboundState",
    "PlatformToken",
    "Presence",
    "ProcessLease",
    "RequestStatus",
    "ReviewDraw",
    "ReviewItem",
    "ServiceRequest",
    "SpecialList",
    "SpecialListEntry",
    "Stream",
    "Team",
    "TeamMember",
    "Verdict",
    "VerdictOutcome",
]
