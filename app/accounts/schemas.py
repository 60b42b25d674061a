"""Views of accounts."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

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


class AccountView(AccountRefView):
    external_id: str
    agency: AgencyRef
    kind: AccountKind
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
    version: int


class AccountList(BaseModel):
    items: list[AccountView]
    next_cursor: str | None = None


class AccountChanged(BaseModel):
    account: AccountView
