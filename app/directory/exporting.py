"""People and accounts in a file: what their lists hold, with the columns that conditions know."""

from __future__ import annotations

from app.accounts.fields import ACCOUNTS
from app.accounts.queries import filtered_accounts
from app.accounts.schemas import AccountQuery
from app.core.context import Context
from app.core.permissions import Permission
from app.directory.queries import filtered_people
from app.identity.people_schemas import PeopleQuery
from app.identity.person_fields import PEOPLE
from app.longwork.exporting import ExportCommand, begin_export, declare_export
from app.models import LongWork


class ExportPeople(ExportCommand):
    query: PeopleQuery
    """Of the list; its page says nothing here."""


class ExportAccounts(ExportCommand):
    query: AccountQuery


EXPORTED_PEOPLE = declare_export("operator.export", PEOPLE, ExportPeople, filtered_people)
EXPORTED_ACCOUNTS = declare_export("account.export", ACCOUNTS, ExportAccounts, filtered_accounts)


def export_people(ctx: Context, command: ExportPeople) -> LongWork:
    ctx.require(Permission.EXPORTS_CREATE)
    ctx.require(Permission.PEOPLE_READ)
    return begin_export(ctx, EXPORTED_PEOPLE, command)


def export_accounts(ctx: Context, command: ExportAccounts) -> LongWork:
    ctx.require(Permission.EXPORTS_CREATE)
    ctx.require(Permission.ACCOUNTS_READ)
    return begin_export(ctx, EXPORTED_ACCOUNTS, command)
