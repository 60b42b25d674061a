"""Taking a file in: piece by piece into the store's folder, refused as soon as it is known to be unfit.

What was refused is still read to its end: a browser that is cut off in the middle never learns why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.core.errors import Invalid
from app.files import archives, pictures, traces
from app.files.names import clean_name, split_name
from app.files.types import ENDINGS, HEAD_BYTES, LARGEST, MOST_BYTES, FileType, content_type, type_of
from app.media.store import Incoming

READ_BYTES = 64 * 1024
SECONDS = 300
"""The longest that a file may take to come."""
_MEBIBYTE = 1024 * 1024
Read = Callable[[int], bytes]


@dataclass(frozen=True)
class Received:
    """A file that is taken, as it is known."""

    name: str
    type: FileType
    size: int
    width: int | None = None
    height: int | None = None


def receive(incoming: Incoming, read: Read, written_name: str) -> Received:
    """Write all that `read` gives into `incoming` and look into it.

    Raises Invalid: `file_empty`, `file_too_large`, `file_type_not_taken`, `file_differs_from_name`,
    `picture_broken`, `picture_too_large`, `film_broken`, `archive_broken`,
    `archive_unpacks_too_large`, `upload_too_slow`.
    """
    name = clean_name(written_name)
    pieces = _pieces(read)
    try:
        kind = _take(incoming, pieces, name)
        content = incoming.content()
        received = _looked_into(content, name, kind)
        return replace(received, size=_without_traces(incoming, content, kind))
    except Invalid:
        for _ in pieces:
            pass
        raise


def _pieces(read: Read) -> Iterator[bytes]:
    until, left = time.monotonic() + SECONDS, LARGEST + 1
    while left > 0 and (piece := read(min(READ_BYTES, left))):
        left -= len(piece)
        if time.monotonic() > until:
            raise Invalid("upload_too_slow")
        yield piece
        time.sleep(0)  # others of the same loop get their turn, however fast it comes


def _take(incoming: Incoming, pieces: Iterator[bytes], name: str) -> FileType:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    if not head:
        raise Invalid("file_empty")
    kind = _type(head[:HEAD_BYTES], name)
    most = MOST_BYTES[kind.kind]
    _write(incoming, head, most)
    for piece in pieces:
        _write(incoming, piece, most)
    return kind


def _write(incoming: Incoming, piece: bytes, most: int) -> None:
    if incoming.size + len(piece) > most:
        raise Invalid("file_too_large", limit=f"{most // _MEBIBYTE} MB")
    incoming.write(piece)


def _type(head: bytes, name: str) -> FileType:
    content, ending = content_type(head), split_name(name)[1]
    found = type_of(content, ending)
    if found is not None:
        return found
    if ending not in ENDINGS:
        raise Invalid("file_type_not_taken")
    raise Invalid("file_differs_from_name", ending=ending)


def _looked_into(content: bytes, name: str, kind: FileType) -> Received:
    stem, ending = split_name(name)
    whole = name if ending else f"{stem or kind.kind}.{kind.endings[0]}"
    if kind.kind == "image":
        width, height = _picture_size(content, kind.content)
        return Received(whole, kind, len(content), width, height)
    if kind.content == "application/zip":
        _look_into_archive(content, kind)
    return Received(whole, kind, len(content))


def _without_traces(incoming: Incoming, content: bytes, kind: FileType) -> int:
    """Where and when it was taken stays with who took it. The size of what is kept."""
    try:
        cleaned = traces.without_traces(content, kind.content)
    except ValueError:
        raise Invalid("picture_broken" if kind.kind == "image" else "film_broken") from None
    if cleaned != content:
        incoming.replace(cleaned)
    return len(cleaned)


def _picture_size(content: bytes, mime_type: str) -> tuple[int, int]:
    try:
        return pictures.size_of(content, mime_type)
    except pictures.Broken:
        raise Invalid("picture_broken") from None
    except pictures.TooManyPixels:
        raise Invalid("picture_too_large") from None


def _look_into_archive(content: bytes, kind: FileType) -> None:
    """An office document is a zip that holds what one must hold."""
    try:
        names = archives.entries_of(content)
    except archives.BrokenArchive:
        raise Invalid("archive_broken") from None
    except archives.UnpacksTooLarge:
        raise Invalid("archive_unpacks_too_large") from None
    must_hold = b"[Content_Types].xml" if kind.endings[0] in ("docx", "xlsx", "pptx") else b"mimetype"
    if kind.mime_type != kind.content and must_hold not in names:
        raise Invalid("file_differs_from_name", ending=kind.endings[0])
    if any(name.endswith(b"vbaProject.bin") for name in names):
        raise Invalid("file_holds_macros")
