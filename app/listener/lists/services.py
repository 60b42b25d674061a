"""The special lists: who is blocked, cared for, left alone, or one of ours. Every change is audited."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.context import Context
from app.core.db import among
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import EventName
from app.core.pagination import read_page
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import agency_readers, scope
from app.listener.lists.events import (
    LIST_ENTRY_ADDED,
    LIST_ENTRY_EDITED,
    LIST_ENTRY_REMOVED,
    SPECIAL_LIST_ENTRY,
)
from app.listener.lists.schemas import (
    ListEntryChanged,
    ListEntryCommand,
    ListEntryEdit,
    ListEntryList,
    ListEntryQuery,
    ListEntryView,
)
from app.models import Account, AccountStatus, InboundItem, Operator, SpecialListEntry
from app.search.boxes import rows_holding

MOST_LOOKED_THROUGH = 20_000


def list_entries(ctx: Context, query: ListEntryQuery) -> ListEntryList:
    """Newest first."""
    statement = scope(select(SpecialListEntry, Operator.name), ctx.actor, SpecialListEntry).outerjoin(
        Operator, Operator.id == SpecialListEntry.created_by_id
    )
    if query.list is not None:
        statement = statement.where(SpecialListEntry.list == query.list)
    if query.q.strip():
        statement = statement.where(among(ctx.session, SpecialListEntry.id, _holding(ctx, query.q.strip())))
    page = read_page(ctx.session, statement, query, [(SpecialListEntry.id, True)])
    return ListEntryList(
        items=[_view(ctx, entry, name) for entry, name in page.rows], next_cursor=page.next_cursor
    )


def _holding(ctx: Context, typed: str) -> list[int]:
    """Ids of entries by name, number or note; a list has some hundreds."""
    entry = SpecialListEntry
    columns = select(entry.id, entry.author_name, entry.author_external_id, entry.note)
    newest = scope(columns, ctx.actor, entry).order_by(entry.id.desc()).limit(MOST_LOOKED_THROUGH)
    rows = ctx.session.execute(newest).all()
    return rows_holding(typed, [(row[0], f"{row[1]}\t{row[2]}\t{row[3]}") for row in rows])


def entry_view(ctx: Context, entry: SpecialListEntry) -> ListEntryView:
    name = ctx.session.scalar(select(Operator.name).where(Operator.id == entry.created_by_id))
    return _view(ctx, entry, name)


def _view(ctx: Context, entry: SpecialListEntry, created_by: str | None) -> ListEntryView:
    return ListEntryView(
        id=entry.id,
        list=entry.list,
        platform=entry.platform,
        server=entry.server,
        author_external_id=entry.author_external_id,
        author_name=entry.author_name,
        note=entry.note,
        expires_at=entry.expires_at,
        is_expired=entry.expires_at is not None and entry.expires_at <= ctx.now(),
        created_at=entry.created_at,
        created_by=created_by,
        version=entry.version,
    )


def add_entry(ctx: Context, command: ListEntryCommand) -> SpecialListEntry:
    """Raises Conflict when the author is on the list already, Invalid for an item out of sight."""
    ctx.require(Permission.MONITORS_MANAGE)
    if ctx.actor.agency_id is None:
        raise Forbidden(permission=Permission.MONITORS_MANAGE.value)
    platform, server, external_id, name = _author(ctx, command)
    known = ctx.session.scalar(
        select(SpecialListEntry.id).where(
            SpecialListEntry.agency_id == ctx.actor.agency_id,
            SpecialListEntry.list == command.list,
            SpecialListEntry.platform == platform,
            SpecialListEntry.server == server,
            SpecialListEntry.author_external_id == external_id,
        )
    )
    if known is not None:
        raise Conflict("already_listed", special_list_entry_id=known)
    entry = SpecialListEntry(
        created_at=ctx.now(),
        agency_id=ctx.actor.agency_id,
        list=command.list,
        platform=platform,
        server=server,
        author_external_id=external_id,
        author_name=name[:120],
        note=command.note,
        expires_at=command.expires_at,
        created_by_id=ctx.actor.operator_id,
    )
    ctx.session.add(entry)
    ctx.session.flush()
    _changed(ctx, entry, LIST_ENTRY_ADDED)
    return entry


def edit_entry(ctx: Context, entry_id: int, command: ListEntryEdit) -> SpecialListEntry:
    entry = _managed(ctx, entry_id)
    if entry.version != command.version:
        raise Conflict("stale_version")
    entry.note = command.note
    entry.expires_at = command.expires_at
    ctx.session.flush()
    _changed(ctx, entry, LIST_ENTRY_EDITED)
    return entry


def remove_entry(ctx: Context, entry_id: int) -> None:
    entry = _managed(ctx, entry_id)
    _changed(ctx, entry, LIST_ENTRY_REMOVED)
    ctx.session.delete(entry)
    ctx.session.flush()


def _author(ctx: Context, command: ListEntryCommand) -> tuple[str, str, str, str]:
    """Platform, server, id and name of whom the command means."""
    if command.inbound_item_id is None:
        server = _server(ctx, command)
        return command.platform or "", server, command.author_external_id or "", command.author_name
    row = ctx.session.execute(
        scope(
            select(Account.platform, Account.server, InboundItem.author_external_id, InboundItem.author_name),
            ctx.actor,
            InboundItem,
        )
        .join(Account, Account.id == InboundItem.account_id)
        .where(InboundItem.id == command.inbound_item_id)
    ).one_or_none()
    if row is None or row.author_external_id is None:
        raise Invalid(fields={"inbound_item_id": "no_item_with_author"})
    return row.platform, row.server, row.author_external_id, command.author_name or row.author_name


def _server(ctx: Context, command: ListEntryCommand) -> str:
    """The server that the command names, else the only one on which the agency has accounts."""
    own = ctx.session.scalars(
        select(Account.server)
        .where(
            Account.agency_id == ctx.actor.agency_id,
            Account.platform == command.platform,
            Account.status != AccountStatus.REMOVED,
        )
        .distinct()
    ).all()
    if command.server is not None:
        if command.server not in own:
            raise Invalid(fields={"server": "no_account_there"})
        return command.server
    if len(own) > 1:
        raise Invalid(fields={"server": "which_server"})
    return own[0] if own else ""


def _managed(ctx: Context, entry_id: int) -> SpecialListEntry:
    ctx.require(Permission.MONITORS_MANAGE)
    entry = ctx.session.scalar(
        scope(select(SpecialListEntry), ctx.actor, SpecialListEntry).where(SpecialListEntry.id == entry_id)
    )
    if entry is None:
        raise NotFound
    return entry


def _changed(ctx: Context, entry: SpecialListEntry, name: EventName) -> None:
    """What every change of a list brings: an audit row, and news for those who may read the lists."""
    about = SPECIAL_LIST_ENTRY.of(entry)
    audit.record(ctx, name, about, detail=_told(entry))
    ctx.emit(
        name,
        ListEntryChanged(special_list_entry_id=entry.id, list=entry.list),
        agency_readers(entry.agency_id, Permission.INBOUND_ITEMS_READ),
        about=about,
    )


def _told(entry: SpecialListEntry) -> dict[str, Any]:
    """The entry as the audit log keeps it."""
    return {
        "list": entry.list.value,
        "platform": entry.platform,
        **({"server": entry.server} if entry.server else {}),
        "author": entry.author_external_id,
        "note": entry.note,
        "expires_at": entry.expires_at.isoformat() if entry.expires_at else None,
    }
