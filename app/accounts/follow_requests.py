"""Who asks to follow a locked account, and the answer."""

from __future__ import annotations

from typing import Any

from app.accounts.events import FOLLOW_REQUEST_ANSWERED, about_account
from app.accounts.platforms import platforms
from app.accounts.queries import get_account
from app.accounts.schemas import FollowRequestList, FollowRequestView
from app.adapters.base import FollowGate
from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.pagination import decode_cursor, encode_cursor
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.identity import audit
from app.models import Account


def answerable_account(ctx: Context, account_id: int, right: Permission) -> Account:
    """Raises Conflict for an account of a platform where nobody asks to follow."""
    ctx.require(right, account_id=account_id)
    account = get_account(ctx, account_id)
    if not isinstance(platforms(ctx.runtime).adapter(account.platform), FollowGate):
        raise Conflict("follow_requests_not_offered")
    return account


def read_requests(runtime: Runtime, account: Account, cursor: str | None) -> FollowRequestList:
    """Asked of the platform, outside any transaction."""
    parts = platforms(runtime)
    adapter = parts.adapter(account.platform)
    assert isinstance(adapter, FollowGate)  # noqa: S101  answerable_account has seen to it
    page = adapter.follow_requests(parts.ref(account), _position(cursor))
    return FollowRequestList(
        items=[
            FollowRequestView(
                external_id=person.external_id,
                name=person.name or person.handle or person.external_id,
                handle=person.handle,
                profile_url=person.profile_url,
                followers=person.followers,
                description=person.description,
            )
            for person in page.authors
        ],
        next_cursor=encode_cursor([page.next_cursor]) if page.next_cursor else None,
    )


def _position(cursor: str | None) -> dict[str, Any] | None:
    if cursor is None:
        return None
    (position,) = decode_cursor(cursor, [dict])
    return dict(position)


def send_answer(runtime: Runtime, account: Account, external_id: str, accept: bool) -> None:
    parts = platforms(runtime)
    adapter = parts.adapter(account.platform)
    assert isinstance(adapter, FollowGate)  # noqa: S101  answerable_account has seen to it
    try:
        adapter.answer_follow_request(parts.ref(account), external_id, accept)
    except ValueError:
        raise Invalid(fields={"external_id": "not_an_id"}) from None


def note_answer(ctx: Context, account_id: int, external_id: str, accept: bool) -> None:
    ctx.require(Permission.ACCOUNTS_MANAGE, account_id=account_id)
    account = get_account(ctx, account_id)
    detail = {"person": external_id[:64], "accepted": accept}
    audit.record(ctx, FOLLOW_REQUEST_ANSWERED, about_account(account), detail=detail)
