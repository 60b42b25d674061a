"""REST: accounts."""

from __future__ import annotations

from flask import Blueprint

from app.accounts import queries
from app.accounts.schemas import AccountList, AccountView
from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission

accounts = Blueprint("accounts", __name__)


@endpoint(
    accounts,
    "GET",
    "/accounts",
    access=Permission.ACCOUNTS_READ,
    summary="Connected accounts and their state",
    response=AccountList,
)
def list_accounts(ctx: Context) -> AccountList:
    return queries.list_accounts(ctx)


@endpoint(
    accounts,
    "GET",
    "/accounts/<int:account_id>",
    access=Permission.ACCOUNTS_READ,
    summary="One account",
    response=AccountView,
)
def get_account(ctx: Context, account_id: int) -> AccountView:
    return queries.account_view(ctx, queries.get_account(ctx, account_id))
