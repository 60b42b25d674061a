"""Views of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.conditions.tree import ConditionText
from app.core.edition import Edition
from app.core.inputs import Cursor, RowId
from app.identity.schemas import AgencyRef
from app.models import AccountKind, AccountStatus


class AccountRefView(BaseModel):
    """An account as other things name it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    platform: str


class QuotaView(BaseModel):
    remaining: int
    limit: int
    resets_at: datetime | None


class RefusedCapabilityView(BaseModel):
    """What the platform refused the account for want of a right; it is tried again a day later."""

    capability: str
    refused_at: datetime


class ReadingPauseView(BaseModel):
    """An account in use that is not read for long: nothing is lost, and nothing comes in meanwhile."""

    reason: Literal["quota_spent", "waits"]
    since: datetime
    """When it was read last; when it was connected, if it never was."""
    until: datetime
    """When it is read again, as far as is known now."""


class StreamView(BaseModel):
    """One thing that is read of an account."""

    name: str
    is_active: bool
    last_success_at: datetime | None
    last_error: str | None
    due_at: datetime


class WaitingView(BaseModel):
    """What of an account waits to be dealt with."""

    pushes: int
    """Pushes that have come and nobody has looked into."""
    sealed_pushes: int
    """Pushes that no key of ours opens; read again once the key is right."""
    outbound: int
    """Answers and publications that have not left."""
    media: int
    """Pictures and recordings that have not been copied."""


class ReadAgainView(BaseModel):
    """How many kept pushes are read again."""

    pushes: int


class AccountView(AccountRefView):
    external_id: str
    agency: AgencyRef
    kind: AccountKind
    team_id: int | None
    owner_operator_id: int | None
    callback_path: str | None
    """Where the platform must push to; only for those who manage accounts."""
    settings: dict[str, Any] | None
    status: AccountStatus
    status_advice: str | None
    """What to do about the state; the browser has the words for each code."""
    status_detail: str | None
    """The platform's code and words, as kept for whoever asks the platform."""
    status_since: datetime
    token_expires_at: datetime | None
    last_poll_at: datetime | None
    last_push_at: datetime | None
    lag_seconds: int | None
    unreachable_since: datetime | None
    """Since when the platform's server has not answered."""
    push_fault: str | None
    """Why what the platform pushes cannot be read, a code as in `status_advice`."""
    streams: list[StreamView]
    reading_pause: ReadingPauseView | None
    """Set while it is not read though it is in use: a screen never calls that fine."""
    unread_streams: list[str]
    """What the account should be listened to for and is not."""
    waiting: WaitingView
    error_streak: int
    retry_at: datetime | None
    quota: QuotaView | None = None
    capabilities: list[str]
    """What the account may do now: screens offer nothing else."""
    refused_capabilities: list[RefusedCapabilityView]
    edition: str
    """Of name, kind, owners and settings."""
    version: int


def _web_address(value: str) -> str:
    """A web address with a host, or a path, which is one of the sandbox."""
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError("not_a_web_address") from None
    if value.startswith("/") or (parts.scheme in ("http", "https") and parts.hostname):
        return value
    raise ValueError("not_a_web_address")


MOST_FIELDS = 40
"""Of one form; no platform's has half of them."""
FieldName = Annotated[str, Field(max_length=60)]
FieldText = Annotated[str, Field(max_length=4000)]
HostAddress = Annotated[str, Field(max_length=300), AfterValidator(_web_address)]


class ConnectAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")
    platform: str = Field(max_length=30)
    external_id: str = Field(min_length=1, max_length=120)
    name: str = Field(min_length=1, max_length=120)
    kind: AccountKind = AccountKind.OFFICIAL
    agency_id: RowId
    team_id: RowId | None = None
    owner_operator_id: RowId | None = None
    base_urls: dict[FieldName, HostAddress] = Field(default={}, max_length=MOST_FIELDS)
    credentials: dict[FieldName, FieldText] = Field(max_length=MOST_FIELDS)
    settings: dict[FieldName, Any] = Field(default={}, max_length=MOST_FIELDS)


class ConnectByAddress(BaseModel):
    """A new account on a server of which only the address is known: the rest the server tells."""

    model_config = ConfigDict(extra="forbid")
    platform: str = Field(max_length=30)
    address: str = Field(min_length=1, max_length=300)
    """`social.example`, a page of it, or a handle there."""
    kind: AccountKind = AccountKind.OFFICIAL
    agency_id: RowId
    team_id: RowId | None = None
    owner_operator_id: RowId | None = None


class ConnectionView(BaseModel):
    authorize_url: str
    """The server's consent page; it comes back to `redirect_uri`."""
    redirect_uri: str
    server: str


class FollowRequestQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cursor: Cursor | None = None


class FollowRequestView(BaseModel):
    external_id: str
    name: str
    handle: str | None
    profile_url: str | None
    followers: int | None
    description: str | None


class FollowRequestList(BaseModel):
    items: list[FollowRequestView]
    next_cursor: str | None


class AnswerFollowRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    accept: bool


class EditAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=120)
    kind: AccountKind
    team_id: RowId | None
    owner_operator_id: RowId | None
    settings: dict[FieldName, Any] | None = Field(default=None, max_length=MOST_FIELDS)
    edition: Edition | None = None


class SetCredentials(BaseModel):
    model_config = ConfigDict(extra="forbid")
    credentials: dict[FieldName, FieldText] = Field(max_length=MOST_FIELDS)


class SetAccountStatus(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Literal["active", "paused"]


class AuthorisationView(BaseModel):
    authorize_url: str


class HealthView(BaseModel):
    state: str
    advice: str | None
    """A code as in `AccountView.status_advice`."""
    detail: str
    checked_at: datetime


class CheckedAccountView(BaseModel):
    account: AccountView
    health: HealthView


class FormFieldView(BaseModel):
    name: str
    label: dict[str, str]
    secret: bool
    required: bool
    default: Any
    choices: list[str]
    help: dict[str, str]


class MostTextView(BaseModel):
    limit: int
    unit: str


class MostMediaView(BaseModel):
    max_bytes: int
    mime_types: list[str]
    per_message: int


class WindowRuleView(BaseModel):
    trigger: str
    seconds: int
    allowance: int | None


class QuotaRuleView(BaseModel):
    name: str
    limit: int
    seconds: int
    scope: str


class PlatformLimitsView(BaseModel):
    """The figures of an adapter's capabilities; the checks before sending use the same."""

    text_limits: dict[str, MostTextView]
    media_out: dict[str, MostMediaView]
    media_in: list[str]
    window_rules: list[WindowRuleView]
    after_window: list[str]
    quotas: list[QuotaRuleView]
    idempotency: str
    min_poll_seconds: int


class PlatformView(BaseModel):
    platform: str
    names: dict[str, str]
    streams: list[str]
    can_authorise: bool
    connects_by_address: bool
    """Its servers register the app themselves: only the server's address is asked for."""
    credential_fields: list[FormFieldView]
    setting_fields: list[FormFieldView]
    base_urls: dict[str, str]
    """Names of the hosts an account may be pointed at, with the platform's own; empty: it must be given."""
    features: dict[str, bool]
    limits: PlatformLimitsView


class PlatformList(BaseModel):
    items: list[PlatformView]
    next_cursor: str | None = None


class AccountQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    condition: ConditionText | None = None
    saved_view_id: RowId | None = None
    q: str = Field(default="", max_length=100)
    """Words that are looked for in names, ids on the platform and names of agencies."""


class AccountList(BaseModel):
    items: list[AccountView]
    next_cursor: str | None = None


class AccountChanged(BaseModel):
    account: AccountView
