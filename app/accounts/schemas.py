"""Views of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.identity.schemas import AgencyRef
from app.models import AccountKind, AccountStatus


class AccountRefView(BaseModel):
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
    status_detail: str | None
    status_since: datetime
    token_expires_at: datetime | None
    last_poll_at: datetime | None
    last_push_at: datetime | None
    lag_seconds: int | None
    error_streak: int
    retry_at: datetime | None
    quota: QuotaView | None = None
    capabilities: list[str]
    """What the account may do now: screens offer nothing else."""
    refused_capabilities: list[RefusedCapabilityView]
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


HostAddress = Annotated[str, Field(max_length=300), AfterValidator(_web_address)]


class ConnectAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")
    platform: str = Field(max_length=30)
    external_id: str = Field(min_length=1, max_length=120)
    name: str = Field(min_length=1, max_length=120)
    kind: AccountKind = AccountKind.OFFICIAL
    agency_id: int
    team_id: int | None = None
    owner_operator_id: int | None = None
    base_urls: dict[str, HostAddress] = {}
    credentials: dict[str, str]
    settings: dict[str, Any] = {}


class EditAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=120)
    kind: AccountKind
    team_id: int | None
    owner_operator_id: int | None
    settings: dict[str, Any] | None = None


class SetCredentials(BaseModel):
    model_config = ConfigDict(extra="forbid")
    credentials: dict[str, str]


class SetAccountStatus(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Literal["active", "paused"]


class AuthorisationView(BaseModel):
    authorize_url: str


class HealthView(BaseModel):
    state: str
    advice: str | None
    advice_text: str | None
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


class PlatformView(BaseModel):
    platform: str
    names: dict[str, str]
    streams: list[str]
    can_authorise: bool
    credential_fields: list[FormFieldView]
    setting_fields: list[FormFieldView]
    base_urls: dict[str, str]
    """Names of the hosts an account may be pointed at, with the platform's own; empty: it must be given."""
    features: dict[str, bool]
    limits: dict[str, Any]


class PlatformList(BaseModel):
    items: list[PlatformView]
    next_cursor: str | None = None


class AccountList(BaseModel):
    items: list[AccountView]
    next_cursor: str | None = None


class AccountChanged(BaseModel):
    account: AccountView
