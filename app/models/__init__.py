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
from app.models.listening import InboundItem, Lane, Verdict, VerdictOutcome, WaitingItem
from app.models.monitoring import (
    AccountFilter,
    AuthorActivity,
    Backfill,
    BackfillState,
    Monitor,
    MonitorHit,
)
from app.models.outbound import OutboundAttempt, OutboundMessage, OutboundState
from app.models.publication import Publication, PublicationKind, PublicationMedia
from app.models.service_request import (
    ACTIVE_STATUSES,
    WORKING_STATUSES,
    AssignmentDecision,
    RequestStatus,
    ServiceRequest,
)
from app.models.special_list import SpecialList, SpecialListEntry
from app.models.topic import (
    Alert,
    AlertKind,
    AlertRule,
    HourlyVolume,
    Sensitivity,
    Topic,
    TopicItem,
)

__all__ = [
    "ACTIVE_STATUSES",
    "WORKING_STATUSES",
    "Account",
    "AccountFilter",
    "AccountKind",
    "AccountStatus",
    "Agency",
    "AgencyKind",
    "Alert",
    "AlertKind",
    "AlertRule",
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
    "HourlyVolume",
    "InboundItem",
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
    "Publication",
    "PublicationKind",
    "PublicationMedia",
    "RequestStatus",
    "ReviewDraw",
    "ReviewItem",
    "Sensitivity",
    "ServiceRequest",
    "SpecialList",
    "SpecialListEntry",
    "Stream",
    "Team",
    "TeamMember",
    "Topic",
    "TopicItem",
    "Verdict",
    "VerdictOutcome",
    "WaitingItem",
]
