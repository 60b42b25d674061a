"""What a camera or telephone writes into a file besides the picture: where, when, by whom, with what.

An operator's photo goes out to strangers; the place where it was taken must not. Taken out without touching
picture or sound: marked parts are left away (or, in a film, renamed to free space of the same length, since
others are found by their place). How a picture is to be turned is kept, and its colours.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator

_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_SHORT = 3
_PNG_TRACES = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_WEBP_TRACES = {b"EXIF": 0x08, b"XMP ": 0x04}
"""Chunk, and the flag in VP8X that announces it."""
_JPEG_TRACES = frozenset({0xE1, 0xED, 0xFE, *range(0xE3, 0xED), 0xEF})
"""Application parts and comments; not JFIF (E0), colours (E2), Adobe's own (EE)."""
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FILM_FOLDERS = frozenset({b"moov", b"trak"})
_FILM_TRACES = frozenset({b"udta", b"meta"})
_MOST_BOXES = 2_000


def without_traces(content: bytes, mime_type: str) -> bytes:
    """The same picture or film without what it tells of its maker; others as they are.

    `content` has been looked into: its parts are whole. Raises ValueError where they are not after all.
    """
    take_out = _READERS.get(mime_type)
    if take_out is None:
        return content
    try:
        return take_out(content)
    except (struct.error, IndexError) as error:
        raise ValueError("a part ends before it should") from error


def _jpeg(content: bytes) -> bytes:
    """Up to the picture's end: a telephone hangs a film or a second picture behind it, with all they tell."""
    kept, turned, at = [content[:2]], 1, 2
    while (kind := content[at + 1]) != 0xD9:
        if kind == 0xFF:
            at += 1
            continue
        if kind in _JPEG_ALONE:
            kept.append(content[at : at + 2])
            at += 2
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + max(length, 2)
        body = content[at + 4 : end]
        if kind == 0xE1 and body.startswith(_EXIF):
            turned = _orientation(body) or turned
        if kind == 0xDA:
            found = _AFTER_SCAN.search(content, end)
            if found is None:
                raise ValueError("a picture without an end")
            end = found.start()
        if kind not in _JPEG_TRACES and not (kind == 0xE2 and body.startswith(b"MPF\0")):
            kept.append(content[at:end])
        at = end
    if turned != 1:
        exif = _EXIF + _exif_that_turns(turned)
        # After JFIF, which must come first where there is one.
        place = 2 if len(kept) > 1 and kept[1][1] == 0xE0 else 1
        kept.insert(place, b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    return b"".join(kept) + b"\xff\xd9"


def _png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if kind == b"eXIf" and (turned := _orientation(content[at + 8 : end - 4])) not in (None, 1):
            body = kind + _exif_that_turns(turned)
            kept.append(struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)))
        elif kind not in _PNG_TRACES:
            kept.append(content[at:end])
        if kind == b"IEND":
            break  # whatever hangs behind the picture is none of it
        at = end
    return b"".join(kept)


def _webp(content: bytes) -> bytes:
    (told,) = struct.unpack_from("<I", content, 4)
    kept, at, dropped = [], 12, 0
    while at + 8 <= min(len(content), told + 8):
        kind, (length,) = content[at : at + 4], struct.unpack_from("<I", content, at + 4)
        end = at + 8 + length + (length & 1)
        if kind == b"EXIF" and (turned := _orientation(content[at + 8 : at + 8 + length])) not in (None, 1):
            body = _exif_that_turns(turned)
            kept.append(kind + struct.pack("<I", len(body)) + body)
        elif kind in _WEBP_TRACES:
            dropped |= _WEBP_TRACES[kind]
        else:
            kept.append(content[at:end])
        at = end
    if kept and kept[0].startswith(b"VP8X"):
        kept[0] = kept[0][:8] + bytes([kept[0][8] & ~dropped]) + kept[0][9:]
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _film(content: bytes) -> bytes:
    cleaned = bytearray(content)
    for at, end in _film_traces(content, 0, len(content), [_MOST_BOXES]):
        cleaned[at + 4 : at + 8] = b"free"
        cleaned[at + 8 : end] = bytes(end - at - 8)
    return bytes(cleaned)


def _film_traces(content: bytes, at: int, end: int, left: list[int]) -> Iterator[tuple[int, int]]:
    """Begin and end of every box that tells something, within those that hold others."""
    while at + 8 <= end:
        left[0] -= 1
        if left[0] < 0:
            raise ValueError("more parts than a film has")
        size, kind = struct.unpack_from(">I4s", content, at)
        begins = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, begins)
            begins += 8
        stop = end if size == 0 else at + size
        if stop < begins or (stop > end and end < len(content)):
            raise ValueError("a part that is longer than what holds it")
        stop = min(stop, end)  # a film that was cut off plays up to there
        if kind in _FILM_TRACES and begins == at + 8:
            yield at, stop
        elif kind in _FILM_FOLDERS:
            yield from _film_traces(content, begins, stop, left)
        at = stop


def _orientation(exif: bytes) -> int | None:
    """How the picture is turned (1 to 8), as Exif's first directory says; None where it does not."""
    exif = exif.removeprefix(_EXIF)
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return None
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        for place in range(at + 2, at + 2 + 12 * min(count, 200), 12):
            tag, kind = struct.unpack_from(f"{order}HH", exif, place)
            if tag == _ORIENTATION and kind == _SHORT:
                (turned,) = struct.unpack_from(f"{order}H", exif, place + 8)
                return int(turned) if 1 <= turned <= 8 else None
    except struct.error:
        return None
    return None


def _exif_that_turns(turned: int | None) -> bytes:
    """An Exif block that says nothing but how the picture is turned."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, turned or 1, 0)
    return b"MM\0\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


_READERS: dict[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "video/mp4": _film,
    "audio/mp4": _film,
}
