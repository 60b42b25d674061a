"""Mastodon's entities → our values (mastodon.md §5). Never raises; ids stay opaque strings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.adapters import lenient
from app.adapters.identity import unknown_item
from app.adapters.mastodon import content
from app.adapters.types import Author, InboundPost, ItemKind, Json, Lane, Media, Origin, Trigger

_EVENTS = {
    "follow": "follow",
    "follow_request": "follow_request",
    "favourite": "like",
    "reblog": "repost",
    "update": "edit",
    "poll": "poll_ended",
}
_MOST_OPTIONS = 20
_LONGEST_WARNING = 300
_MEDIA_KINDS = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


def author(value: Any) -> Author | None:
    account = lenient.obj(value)
    found = lenient.identifier(account.get("id"))
    if not found:
        return None
    acct = lenient.text(account.get("acct"))
    return Author(
        external_id=found,
        name=lenient.text(account.get("display_name")) or acct or None,
        handle=acct or None,
        avatar_url=lenient.text_or_none(account.get("avatar")),
        profile_url=lenient.text_or_none(account.get("url")),
        # Servers that hide counts send -1 or 0 (mastodon.md §3).
        followers=_count(account.get("followers_count")),
        following=_count(account.get("following_count")),
        posts=_count(account.get("statuses_count")),
        description=content.to_text(lenient.text(account.get("note"))) or None,
        raw=account,
    )


def status(value: Any, received_at: datetime, own: bool = False) -> InboundPost:
    """A status that names us, or (`own`) one of ours. `direct` visibility is the private lane."""
    fields = lenient.obj(value)
    found = lenient.identifier(fields.get("id"))
    if not found:
        return unknown_item(fields, "missing_id", received_at, Lane.PUBLIC)
    writer = author(fields.get("account"))
    private = lenient.text(fields.get("visibility")) == "direct"
    parent = lenient.identifier(fields.get("in_reply_to_id"))
    html = lenient.text(fields.get("content"))
    written = content.read(html)
    boosted = lenient.obj(fields.get("reblog"))
    return InboundPost(
        external_id=f"status:{found}",
        kind=_kind(own, private, bool(boosted)),
        lane=Lane.PRIVATE if private else Lane.PUBLIC,
        created_at=lenient.iso_time(fields.get("created_at")) or received_at,
        text=_text(fields, written.text),
        author=writer,
        html=content.sanitize(html) if html else None,
        media=(*map(_medium, lenient.objects(fields.get("media_attachments"))), *_poll(fields)),
        reply_to=f"status:{parent}" if parent else None,
        root=f"status:{parent}" if parent else None,
        thread_key=_thread_key(private, writer, parent or found),
        context=_context(fields, found, writer),
        trigger=Trigger.MESSAGE if private and not own else None,
        url=lenient.text_or_none(fields.get("url")) or lenient.text_or_none(fields.get("uri")),
        edited_at=lenient.iso_time(fields.get("edited_at")),
        quoted_text=content.to_text(lenient.text(boosted.get("content"))) or None,
        origin=_origin(fields, boosted, written.quoted_links),
        raw=fields,
    )


def mention(notification: Json, received_at: datetime) -> InboundPost:
    """A notification of type `mention` or `quote`; without its status it is kept as unknown."""
    if not lenient.obj(notification.get("status")):
        return unknown_item(notification, "mention_without_status", received_at, Lane.PUBLIC)
    return status(notification["status"], received_at)


def event(notification: Json, received_at: datetime) -> InboundPost:
    """Any other notification; types we do not know are kept as unknown."""
    found = lenient.identifier(notification.get("id"))
    if not found:
        return unknown_item(notification, "missing_id", received_at, Lane.PUBLIC)
    kind = lenient.text(notification.get("type"))
    about = lenient.obj(notification.get("status"))
    about_id = lenient.identifier(about.get("id"))
    return InboundPost(
        external_id=f"event:{found}",
        kind=ItemKind.EVENT if kind in _EVENTS else ItemKind.UNKNOWN,
        lane=Lane.PUBLIC,
        created_at=lenient.iso_time(notification.get("created_at")) or received_at,
        text=content.to_text(lenient.text(about.get("content"))),
        author=author(notification.get("account")),
        root=f"status:{about_id}" if about_id else None,
        thread_key=f"status:{about_id}" if about_id else f"event:{found}",
        event=_EVENTS.get(kind, kind) or None,
        trigger=Trigger.FOLLOW if kind == "follow" else None,
        reason=None if kind in _EVENTS else f"unknown_type: {kind[:60]}",
        raw=notification,
    )


def _kind(own: bool, private: bool, boost: bool) -> ItemKind:
    if own:
        return ItemKind.OWN_POST
    if private:
        return ItemKind.PRIVATE_MESSAGE
    return ItemKind.REPOST if boost else ItemKind.MENTION


def _origin(fields: Json, boosted: Json, quoted_links: tuple[str, ...]) -> Origin | None:
    """The post that is quoted or boosted: another's words. A server that knows no quotes leaves a link."""
    quote = lenient.obj(fields.get("quote"))
    # Mastodon wraps the post in its state (accepted, pending, …); others give it bare.
    shown = lenient.obj(quote.get("quoted_status")) or (quote if quote.get("content") else {}) or boosted
    if shown:
        writer = author(shown.get("account"))
        return Origin(
            kind="post",
            text=content.to_text(lenient.text(shown.get("content"))) or None,
            author_name=writer.name if writer is not None else None,
            url=lenient.text_or_none(shown.get("url")) or lenient.text_or_none(shown.get("uri")),
        )
    return Origin(kind="post", url=quoted_links[0]) if quoted_links else None


def _poll(fields: Json) -> tuple[Media, ...]:
    """A poll's options: something to choose from, not what its author says."""
    options = [
        lenient.text(option.get("title")).strip()
        for option in lenient.objects(lenient.obj(fields.get("poll")).get("options"))
    ]
    shown = [option for option in options if option][:_MOST_OPTIONS]
    return (Media(kind="poll", description="\n".join(shown)),) if shown else ()


def _text(fields: Json, body: str) -> str:
    warning = lenient.text(fields.get("spoiler_text")).strip()
    return f"{warning}\n\n{body}".strip() if warning else body


def _thread_key(private: bool, writer: Author | None, post_id: str) -> str:
    return f"dm:{writer.external_id}" if private and writer is not None else f"status:{post_id}"


def _context(fields: Json, found: str, writer: Author | None) -> dict[str, str]:
    context = {"status_id": found, "visibility": lenient.text(fields.get("visibility")) or "public"}
    warning = lenient.text(fields.get("spoiler_text")).strip()
    if warning:
        context["content_warning"] = warning[:_LONGEST_WARNING]
    if writer is not None:
        context |= {"user_id": writer.external_id, "acct": writer.handle or ""}
    return context


def _medium(attachment: Json) -> Media:
    return Media(
        kind=_MEDIA_KINDS.get(lenient.text(attachment.get("type")), "unknown"),
        url=lenient.text_or_none(attachment.get("url")) or lenient.text_or_none(attachment.get("remote_url")),
        source_ref=lenient.text_or_none(attachment.get("id")),
        preview_url=lenient.text_or_none(attachment.get("preview_url")),
        description=lenient.text_or_none(attachment.get("description")),
    )


def _count(value: Any) -> int | None:
    number = lenient.integer(value)
    return number if number is not None and number >= 0 else None
