"""Weibo's JSON objects → our values (weibo.md §5). Never raises: any field may be missing or of another
type."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from app.adapters import lenient
from app.adapters.identity import unknown_item
from app.adapters.names import WEIBO
from app.adapters.types import Author, InboundPost, ItemKind, Json, Lane, Media, Origin
from app.adapters.weibo import text as weibo_text

_PICTURE_SIZE = re.compile(r"/(?:thumbnail|bmiddle|mw690|orj360|wap180|small)/")


def object_id(value: Json) -> str:
    """`idstr`, else `id` as decimal text, else `mid`; empty when the object has none."""
    for name in ("idstr", "id", "mid"):
        found = lenient.identifier(value.get(name))
        if found:
            return found
    return ""


def number_of(value: Json) -> int | None:
    """The id for paging."""
    found = object_id(value)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= 19 else None


def author(value: Any) -> Author | None:
    """A user object; a bare id (`trim_user=1`) gives an author of whom nothing else is known."""
    if isinstance(value, int | str) and not isinstance(value, bool):
        bare = lenient.identifier(value)
        return Author(external_id=bare) if bare else None
    user = lenient.obj(value)
    found = object_id(user)
    if not found:
        return None
    return Author(
        external_id=found,
        name=lenient.text_or_none(user.get("screen_name")) or lenient.text_or_none(user.get("name")),
        handle=lenient.text_or_none(user.get("domain")),
        avatar_url=_first_text(user, "avatar_hd", "avatar_large", "profile_image_url"),
        profile_url=f"https://weibo.com/u/{found}",
        followers=lenient.integer(user.get("followers_count")),
        following=lenient.integer(user.get("friends_count")),
        posts=lenient.integer(user.get("statuses_count")),
        verified=lenient.boolean(user.get("verified")),
        verified_reason=lenient.text_or_none(user.get("verified_reason")),
        gender={"m": "male", "f": "female"}.get(lenient.text(user.get("gender"))),
        location=lenient.text_or_none(user.get("location")),
        description=lenient.text_or_none(user.get("description")),
        is_follower=lenient.boolean(user.get("follow_me")),
        raw=user,
    )


def status(
    value: Json,
    account_id: str,
    received_at: datetime,
    own: bool = False,
    names: frozenset[str] = frozenset(),
) -> InboundPost:
    """A status that names us (`own` False) by one of `names`, or one that our account wrote (`own` True)."""
    found = object_id(value)
    if not found:
        return unknown_item(value, "missing_id", received_at, Lane.PUBLIC, lenient.text(value.get("text")))
    writer = author(value.get("user"))
    original = lenient.obj(value.get("retweeted_status"))
    original_writer = author(original.get("user"))
    original_id = object_id(original)
    context = {"status_id": found}
    if writer is not None:
        context |= {"user_id": writer.external_id, "user_name": writer.name or ""}
    return InboundPost(
        external_id=f"status:{found}",
        kind=_status_kind(own or _is(writer, account_id), original_writer, account_id),
        lane=Lane.PUBLIC,
        created_at=weibo_text.parse_date(value.get("created_at")) or received_at,
        text=full_text(value) if own else WEIBO.set_apart(full_text(value), names),
        author=writer,
        media=_pictures(value),
        reply_to=f"status:{original_id}" if original_id else None,
        root=f"status:{original_id}" if original_id else None,
        thread_key=f"status:{found}",
        context=context,
        url=_address(value, writer),
        edited_at=weibo_text.parse_date(value.get("edit_at")),
        edit_count=max(0, lenient.integer(value.get("edit_count")) or 0),
        deleted=lenient.boolean(value.get("deleted")) is True,
        is_cut=is_cut(value),
        quoted_text=full_text(original) or None if original else None,
        origin=_origin(original, original_writer) if original else None,
        raw=value,
    )


def comment(
    value: Json,
    account_id: str,
    received_at: datetime,
    own: bool = False,
    names: frozenset[str] = frozenset(),
) -> InboundPost:
    """A comment on one of our statuses, one that names us below somebody else's, or (`own`) one of ours."""
    found = object_id(value)
    if not found:
        return unknown_item(value, "missing_id", received_at, Lane.PUBLIC, lenient.text(value.get("text")))
    writer = author(value.get("user"))
    below = lenient.obj(value.get("status"))
    status_id = object_id(below)
    answered = object_id(lenient.obj(value.get("reply_comment")))
    parent = f"comment:{answered}" if answered else (f"status:{status_id}" if status_id else None)
    context = {"comment_id": found}
    if status_id:
        context["status_id"] = status_id
    if writer is not None:
        context |= {"user_id": writer.external_id, "user_name": writer.name or ""}
    return InboundPost(
        external_id=f"comment:{found}",
        kind=ItemKind.OWN_POST if own or _is(writer, account_id) else ItemKind.COMMENT,
        lane=Lane.PUBLIC,
        created_at=weibo_text.parse_date(value.get("created_at")) or received_at,
        text=full_text(value) if own else WEIBO.set_apart(full_text(value), names),
        author=writer,
        reply_to=parent,
        root=f"status:{status_id}" if status_id else None,
        thread_key=f"status:{status_id}" if status_id else f"comment:{found}",
        context=context,
        url=_address(below, author(below.get("user"))),
        deleted=lenient.boolean(value.get("deleted")) is True,
        quoted_text=full_text(below) or None,
        origin=_origin(below, author(below.get("user"))) if below else None,
        raw=value,
    )


def _origin(value: Json, writer: Author | None) -> Origin | None:
    """The status that a comment or a repost stands under; None when nothing can be shown of it."""
    text, pictures = full_text(value), _pictures(value)
    if not text and not pictures:
        return None
    return Origin(
        kind="post",
        text=text or None,
        author_name=writer.name if writer else None,
        url=_address(value, writer),
        picture_url=pictures[0].url if pictures else None,
    )


def full_text(value: Json) -> str:
    """The text, in its long form where the answer holds it (`isGetLongText=1`, weibo.md §5)."""
    long_form = lenient.text(lenient.obj(value.get("longText")).get("longTextContent"))
    return weibo_text.clean(long_form or lenient.text(value.get("text")))


def is_cut(value: Json) -> bool:
    """Whether only the first 140 characters are here and `statuses/show` would bring more."""
    if lenient.obj(value.get("longText")).get("longTextContent"):
        return False
    shown = weibo_text.clean(lenient.text(value.get("text")))
    return value.get("isLongText") is True or value.get("truncated") is True or "...全文：" in shown[-80:]


def _status_kind(own: bool, original_writer: Author | None, account_id: str) -> ItemKind:
    if own:
        return ItemKind.OWN_POST
    if _is(original_writer, account_id):
        return ItemKind.REPOST
    return ItemKind.MENTION


def _is(writer: Author | None, account_id: str) -> bool:
    return writer is not None and writer.external_id == account_id


def _pictures(value: Json) -> tuple[Media, ...]:
    addresses = [lenient.text(entry.get("thumbnail_pic")) for entry in lenient.objects(value.get("pic_urls"))]
    if not any(addresses):
        addresses = [lenient.text(value.get("original_pic")) or lenient.text(value.get("thumbnail_pic"))]
    return tuple(
        Media(kind="image", url=_PICTURE_SIZE.sub("/large/", address, count=1), preview_url=address)
        for address in addresses
        if address
    )


def _address(value: Json, writer: Author | None) -> str | None:
    mid = lenient.identifier(value.get("mid")) or object_id(value)
    if writer is None or not (mid.isascii() and mid.isdigit()):
        return None
    return f"https://weibo.com/{writer.external_id}/{weibo_text.mid_to_letters(mid)}"


def _first_text(value: Json, *names: str) -> str | None:
    return next((found for name in names if (found := lenient.text(value.get(name)))), None)
