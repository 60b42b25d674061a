"""People who change their name: found by the old one too for a while, for that is what operators remember."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.context import Context
from app.core.permissions import Permission
from app.models import ContactIdentity
from app.search.index import Indexed, replace_texts

FOUND_BY_OLD_NAME = timedelta(days=90)
MOST_FORMER = 5
FORGOTTEN_AT_ONCE = 500


def searched_text(identity: ContactIdentity) -> str:
    """What a person is found by."""
    former = " ".join(str(entry["name"]) for entry in identity.former_names or ())
    return f"{identity.name} {identity.external_id} {former}".rstrip()


def rename_many(ctx: Context, renaming: Iterable[tuple[ContactIdentity, str]]) -> None:
    """Call people by the names the platform tells now. Whoever calls this has asked for the right to."""
    changed = []
    for identity, told in renaming:
        name = told[:120]
        if name == identity.name:
            continue
        before = searched_text(identity)
        former = [
            entry for entry in identity.former_names or () if entry["name"] not in (name, identity.name)
        ]
        until = ctx.now() + FOUND_BY_OLD_NAME
        _set_former(identity, [{"name": identity.name, "until": until.isoformat()}, *former][:MOST_FORMER])
        identity.name = name
        changed.append((identity.id, before, searched_text(identity)))
    replace_texts(ctx.session, Indexed.CONTACTS, changed)


def index_former_names(ctx: Context) -> None:
    """After the index was written anew, which knows the names of today."""
    ctx.require(Permission.LISTENER_INGEST)
    renamed = ctx.session.scalars(select(ContactIdentity).where(ContactIdentity.former_until.is_not(None)))
    rows = [(i.id, f"{i.name} {i.external_id}", searched_text(i)) for i in renamed]
    replace_texts(ctx.session, Indexed.CONTACTS, rows)


def _set_former(identity: ContactIdentity, former: list[dict[str, str]]) -> None:
    identity.former_names = former
    identity.former_until = min((datetime.fromisoformat(entry["until"]) for entry in former), default=None)


def some_to_forget(ctx: Context) -> bool:
    """Whether a former name's time is over."""
    over = select(ContactIdentity.id).where(ContactIdentity.former_until <= ctx.now()).limit(1)
    return ctx.session.scalar(over) is not None


def forget_former_names(ctx: Context) -> int:
    """Leave out the former names whose time is over; how many people that were."""
    ctx.require(Permission.LISTENER_INGEST)
    statement = (
        select(ContactIdentity).where(ContactIdentity.former_until <= ctx.now()).limit(FORGOTTEN_AT_ONCE)
    )
    changed = []
    for identity in ctx.session.scalars(statement):
        before = searched_text(identity)
        now = ctx.now()
        _set_former(identity, [e for e in identity.former_names if datetime.fromisoformat(e["until"]) > now])
        changed.append((identity.id, before, searched_text(identity)))
    replace_texts(ctx.session, Indexed.CONTACTS, changed)
    ctx.session.flush()
    return len(changed)
