"""Which files are taken. What a file is, its content says; its name must not say otherwise.

Nothing is taken that a browser or a colleague's machine would run: what is not in this list is refused, and
what is in it is shown by a browser only where `app.media.content_types.SHOWN_INLINE` says so.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from app.media.content_types import UNKNOWN, sniff

_MEBIBYTE = 1024 * 1024
MOST_BYTES = {
    "image": 10 * _MEBIBYTE,
    "audio": 20 * _MEBIBYTE,
    "video": 20 * _MEBIBYTE,
    "file": 20 * _MEBIBYTE,
}
"""By kind; `audio` and `voice` are one here."""
LARGEST = max(MOST_BYTES.values())
HEAD_BYTES = 4096
"""So much of a file tells what it is."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
OLE = "application/x-ole-storage"
TEXT = "text/plain"


@dataclass(frozen=True)
class FileType:
    """One that is taken: what its content is, and under which endings it is known."""

    kind: str
    mime_type: str
    content: str
    """What `content_type` says of it."""
    endings: tuple[str, ...]


TAKEN = (
    FileType("image", "image/jpeg", "image/jpeg", ("jpg", "jpeg", "jfif")),
    FileType("image", "image/png", "image/png", ("png",)),
    FileType("image", "image/gif", "image/gif", ("gif",)),
    FileType("image", "image/webp", "image/webp", ("webp",)),
    FileType("audio", "audio/mpeg", "audio/mpeg", ("mp3",)),
    FileType("audio", "audio/ogg", "audio/ogg", ("ogg", "oga", "opus")),
    FileType("audio", "audio/wav", "audio/wav", ("wav",)),
    FileType("audio", "audio/mp4", "audio/mp4", ("m4a",)),
    FileType("audio", "audio/amr", "audio/amr", ("amr",)),
    FileType("video", "video/mp4", "video/mp4", ("mp4", "m4v", "mov")),
    FileType("video", "video/webm", "video/webm", ("webm",)),
    FileType("file", "application/pdf", "application/pdf", ("pdf",)),
    FileType("file", f"{_OFFICE}wordprocessingml.document", "application/zip", ("docx",)),
    FileType("file", f"{_OFFICE}spreadsheetml.sheet", "application/zip", ("xlsx",)),
    FileType("file", f"{_OFFICE}presentationml.presentation", "application/zip", ("pptx",)),
    FileType("file", f"{_OPEN}text", "application/zip", ("odt",)),
    FileType("file", f"{_OPEN}spreadsheet", "application/zip", ("ods",)),
    FileType("file", "application/zip", "application/zip", ("zip",)),
    FileType("file", "application/msword", OLE, ("doc", "wps")),
    FileType("file", "application/vnd.ms-excel", OLE, ("xls", "et")),
    FileType("file", "application/vnd.ms-powerpoint", OLE, ("ppt", "dps")),
    FileType("file", "text/csv", TEXT, ("csv",)),
    FileType("file", TEXT, TEXT, ("txt", "log")),
)
ENDINGS = tuple(ending for one in TAKEN for ending in one.endings)
_OLE_BEGINNING = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BYTE_ORDER = b"\xef\xbb\xbf"
_ENCODINGS = ("utf-8", "gb18030")


def content_type(head: bytes) -> str:
    """What a file that begins like this is; UNKNOWN for what is none of those we know."""
    if head.startswith(_OLE_BEGINNING):
        return OLE
    known = sniff(head)
    return TEXT if known == UNKNOWN and _is_plain_text(head) else known


def type_of(content: str, ending: str) -> FileType | None:
    """The type that content and ending agree on; without an ending the first that the content may be.

    None when they do not agree, or nothing like it is taken.
    """
    fitting = [one for one in TAKEN if one.content == content and (not ending or ending in one.endings)]
    return fitting[0] if fitting else None


def _is_plain_text(head: bytes) -> bool:
    """Words without markup: what begins with `<` may be a page, a drawing or another document that acts."""
    body = head.removeprefix(_BYTE_ORDER)
    if not body.strip() or b"\0" in body or body.lstrip().startswith((b"<", b"#!", b"%!", b"{\\rtf")):
        return False
    return any(_reads_as(encoding, body) for encoding in _ENCODINGS)


def _reads_as(encoding: str, body: bytes) -> bool:
    """The end may be cut within a character."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(body)
    except UnicodeDecodeError:
        return False
    return not any(c < " " and c not in "\t\r\n\f" for c in text)
