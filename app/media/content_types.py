"""What a file is, told by its first bytes: senders' and servers' names for it are not believed."""

from __future__ import annotations

import re

UNKNOWN = "application/octet-stream"
# Browsers show these themselves and run nothing in them: bitmaps, sound, films.
SHOWN_INLINE = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/mp4",
        "video/mp4",
        "video/webm",
    }
)
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"#!SILK_V3", "audio/silk"),
    (b"\x02#!SILK_V3", "audio/silk"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)
_BRANDED = re.compile(rb".{4}ftyp(.{4})", re.DOTALL)
_RIFF = re.compile(rb"RIFF.{4}(.{4})", re.DOTALL)
_MPEG_LAYER = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]", re.DOTALL)


def sniff(content: bytes) -> str:
    """The media type of `content`; UNKNOWN for what is none of those we know."""
    head = content[:64]
    for beginning, mime_type in _BEGINNINGS:
        if head.startswith(beginning):
            return mime_type
    riff = _RIFF.match(head)
    if riff is not None:
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(riff[1], UNKNOWN)
    branded = _BRANDED.match(head)
    if branded is not None:
        return _of_brand(branded[1])
    return "audio/mpeg" if _MPEG_LAYER.match(head) else UNKNOWN


def _of_brand(brand: bytes) -> str:
    """The ISO container's kind: sound alone says so in its brand."""
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    return UNKNOWN if brand in (b"avif", b"heic", b"mif1") else "video/mp4"


def fits(kind: str, mime_type: str) -> bool:
    """Whether a file of this type may stand for a medium of that kind; a `file` may be anything."""
    if kind == "file":
        return True
    family = mime_type.partition("/")[0]
    if kind in ("voice", "audio"):
        return family in ("audio", "video")
    return family == "image" if kind == "image" else family in ("video", "image")
