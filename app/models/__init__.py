"""Typed tables, one file per aggregate. Importing this package registers all of them."""

from app.core.db import Base
from app.core.lanes import Lane
from app.core.tables import AuditHead, AuditLog, Counter, EventLog, ProcessLease
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
from app.models.attachment import Attachment
from app.models.automation import AutomationRule, AutomationRun, RunState, Standing
from app.models.calendar import CalendarAccount, DeadlineRecount, HolidayYear, StoredCalendar
from app.models.conversation import (
    Conversation,
    Direction,
    Message,
)
from app.models.customer import Avatar, Contact, ContactIdentity
from app.models.figures import FigureDay, FigureMark, FigureSum
from app.models.grant import Contract, ContractUsage, Grant
from app.models.identity import (
    PRESENT,
    RESTING,
    Agency,
    AgencyKind,
    LoginAttempt,
    Operator,
    OperatorSession,
    Presence,
    RoutingSettings,
    Team,
    TeamMember,
)
from app.models.labelling import FilterSample, LabelSource, SampledItem, TrainingLabel
from app.models.listening import (
    RAW_KEPT,
    InboundItem,
    ItemRevision,
    RereadRound,
    Verdict,
    VerdictOutcome,
    WaitingItem,
)
from app.models.long_work import UNFINISHED, LongWork, LongWorkError, LongWorkState
from app.models.mail import Mail, MailAddress, MailState
from app.models.media import CopyState, MediaCopy, MediaPart, StoredFile
from app.models.monitoring import (
    AccountFilter,
    AuthorActivity,
    Monitor,
    MonitorHit,
)
from app.models.notification import MailPace, Notification, NotificationSettings
from app.models.outbound import (
    AUTHOR_LEFT,
    HELD_UP,
    REPLY,
    OutboundAttempt,
    OutboundMessage,
    OutboundState,
)
from app.models.publication import Publication, PublicationKind, PublicationMedia
from app.models.request_change import ChangeKind, RequestChange
from app.models.request_relation import LinkKind, RequestLink, RequestMerge
from app.models.role import OperatorRole, Role
from app.models.routing import ROUTING_SETUP, NobodyAnswer, OperatorSkill, RoutingQueue, RoutingRule, Skill
from app.models.saved_view import SavedView, Sharing
from app.models.service_level import ServiceClock, ServiceMark, ServicePolicy, ServicePolicyState
from app.models.service_request import (
    ACTIVE_STATUSES,
    DONE_STATUSES,
    MANUAL,
    WORKING_STATUSES,
    AssignmentDecision,
    RequestStatus,
    ServiceRequest,
    is_unread,
    stands,
)
from app.models.shift import OPEN_SWAPS, Shift, ShiftSwap, ShiftTemplate, SwapState
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
from app.models.unit import Unit, UnitKind
from app.models.what_if import WhatIf
from app.models.whisper import Whisper

__all__ = [
    "ACTIVE_STATUSES",
    "AUTHOR_LEFT",
    "DONE_STATUSES",
    "HELD_UP",
    "MANUAL",
    "OPEN_SWAPS",
    "PRESENT",
    "RAW_KEPT",
    "REPLY",
    "RESTING",
    "ROUTING_SETUP",
    "UNFINISHED",
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
    "Attachment",
    "AuditHead",
    "AuditLog",
    "AuthorActivity",
    "AutomationRule",
    "AutomationRun",
    "Avatar",
    "Base",
    "CalendarAccount",
    "CallUsage",
    "CallbackDelivery",
    "ChangeKind",
    "Contact",
    "ContactIdentity",
    "Contract",
    "ContractUsage",
    "Conversation",
    "CopyState",
    "Counter",
    "DeadlineRecount",
    "DeliveryStatus",
    "Direction",
    "EventLog",
    "FigureDay",
    "FigureMark",
    "FigureSum",
    "FilterSample",
    "Grant",
    "HolidayYear",
    "HourlyVolume",
    "InboundItem",
    "ItemRevision",
    "LabelSource",
    "Lane",
    "LinkKind",
    "LoginAttempt",
    "LongWork",
    "LongWorkError",
    "LongWorkState",
    "Mail",
    "MailAddress",
    "MailPace",
    "MailState",
    "MediaCopy",
    "MediaPart",
    "Message",
    "Monitor",
    "MonitorHit",
    "NobodyAnswer",
    "Notification",
    "NotificationSettings",
    "OAuthState",
    "Operator",
    "OperatorRole",
    "OperatorSession",
    "OperatorSkill",
    "OutboundAttempt",
    "OutboundMessage",
    "OutboundState",
    "PlatformToken",
    "Presence",
    "ProcessLease",
    "Publication",
    "PublicationKind",
    "PublicationMedia",
    "RequestChange",
    "RequestLink",
    "RequestMerge",
    "RequestStatus",
    "RereadRound",
    "Role",
    "RoutingQueue",
    "RoutingRule",
    "RoutingSettings",
    "RunState",
    "SampledItem",
    "SavedView",
    "Sensitivity",
    "ServiceClock",
    "ServiceMark",
    "ServicePolicy",
    "ServicePolicyState",
    "ServiceRequest",
    "Sharing",
    "Shift",
    "ShiftSwap",
    "ShiftTemplate",
    "Skill",
    "SpecialList",
    "SpecialListEntry",
    "Standing",
    "StoredCalendar",
    "StoredFile",
    "Stream",
    "SwapState",
    "Team",
    "TeamMember",
    "Topic",
    "TopicItem",
    "TrainingLabel",
    "Unit",
    "UnitKind",
    "Verdict",
    "VerdictOutcome",
    "WaitingItem",
    "WhatIf",
    "Whisper",
    "is_unread",
    "stands",
]
