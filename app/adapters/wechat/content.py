"""What a follower's message holds, by its type (wechat.md §4): the words, and what came with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.adapters import lenient, naming, places
from app.adapters.types import Json, Media

_MEDIA_LIFE = timedelta(days=3)  # then the platform forgets what followers sent
Read = tuple[str, tuple[Media, ...]]


def read(kind: str, fields: Json, created_at: datetime) -> Read:
    """The words and media of a message of any type, also of one that we have never heard of."""
    return _READERS.get(kind, _other)(fields, created_at)


def selected_place(fields: Json) -> Read:
    """What a follower chose on a map by a menu entry (the event `location_select`)."""
    place = lenient.obj(fields.get("SendLocationInfo"))
    named = {**place, "Label": lenient.text(place.get("Label")) or place.get("Poiname")}
    return _place(named)


def _text(fields: Json, created_at: datetime) -> Read:
    del created_at
    return lenient.text(fields.get("Content")), ()


def _image(fields: Json, created_at: datetime) -> Read:
    return "", (_held("image", fields, created_at, url=lenient.text_or_none(fields.get("PicUrl"))),)


def _voice(fields: Json, created_at: datetime) -> Read:
    spoken = lenient.text(fields.get("Recognition"))
    return spoken, (_held("voice", fields, created_at, mime=_voice_mime(fields)),)


def _video(fields: Json, created_at: datetime) -> Read:
    return "", (_held("video", fields, created_at, mime="video/mp4"),)


def _location(fields: Json, created_at: datetime) -> Read:
    del created_at
    return _place(fields)


def _place(fields: Json) -> Read:
    latitude, longitude = fields.get("Location_X"), fields.get("Location_Y")
    label = lenient.text(fields.get("Label"))
    place = places.location(latitude, longitude, label)
    return label or places.in_words(latitude, longitude), (place,)


def _link(fields: Json, created_at: datetime) -> Read:
    del created_at
    title, description, address = (lenient.text(fields.get(name)) for name in ("Title", "Description", "Url"))
    link = Media(kind="link", url=address or None, title=title or None, description=description or None)
    return "\n".join(filter(None, (title, description, address))), (link,)


def _mini_program(fields: Json, created_at: datetime) -> Read:
    title = lenient.text(fields.get("Title"))
    program = Media(
        kind="mini_program",
        preview_ref=lenient.text_or_none(fields.get("ThumbMediaId")),
        preview_url=lenient.text_or_none(fields.get("ThumbUrl")),
        title=title or None,
        description=lenient.text_or_none(fields.get("PagePath")),
        expires_at=created_at + _MEDIA_LIFE,
    )
    return title, (program,)


def _file(fields: Json, created_at: datetime) -> Read:
    name = lenient.text(fields.get("Title")) or lenient.text(fields.get("FileName"))
    described = lenient.text(fields.get("Description"))
    file = _held("file", fields, created_at, name=name or None, description=described or None)
    return naming.unknown_words("file", name), (file,)


def _other(fields: Json, created_at: datetime) -> Read:
    """A type without a reader: what it was, in the platform's word, and what can be read of it."""
    kind = lenient.text(fields.get("MsgType")).lower()
    said = lenient.text(fields.get("Content")) or lenient.text(fields.get("Title"))
    if not kind:
        return said, ()
    sent = "file" if fields.get("MediaId") else "unknown"
    medium = _held(sent, fields, created_at, title=kind[:40], description=said or None)
    return naming.unknown_words(kind, said), (medium,)


def _held(
    kind: str,
    fields: Json,
    created_at: datetime,
    url: str | None = None,
    mime: str | None = None,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
) -> Media:
    """Something that WeChat holds for three days under a media id."""
    return Media(
        kind=kind,
        url=url,
        source_ref=lenient.text_or_none(fields.get("MediaId")),
        preview_ref=lenient.text_or_none(fields.get("ThumbMediaId")),
        mime_type=mime,
        name=name,
        title=title,
        description=description,
        expires_at=created_at + _MEDIA_LIFE,
    )


def _voice_mime(fields: Json) -> str | None:
    return {"amr": "audio/amr", "speex": "audio/ogg", "mp3": "audio/mpeg"}.get(
        lenient.text(fields.get("Format")).lower()
    )


_READERS: dict[str, Callable[[Json, datetime], Read]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
    "miniprogrampage": _mini_program,
    "file": _file,
}
