"""Pictures looked into without drawing them: whole, and not larger than a screen can bear.

A few kilobytes can say that they are a picture of four thousand million points, and whoever opens it loses
their browser. The walk reads lengths only; each step moves forward, and their number is bounded.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

MOST_PIXELS = 64_000_000
"""Telephones take up to 50 million."""
LONGEST_SIDE = 20_000
_MOST_PARTS = 20_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


class Broken(Exception):
    """It is cut off, or not what it says it is."""


class TooManyPixels(Exception):
    """Whole, and too large to be shown."""


def size_of(content: bytes, mime_type: str) -> tuple[int, int]:
    """Width and height in pixels. Raises Broken, TooManyPixels."""
    try:
        width, height = _READERS[mime_type](content)
    except (struct.error, IndexError) as error:
        raise Broken from error
    if width <= 0 or height <= 0:
        raise Broken
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise TooManyPixels
    return width, height


def _png(content: bytes) -> tuple[int, int]:
    if content[8:16] != b"\0\0\0\x0dIHDR":
        raise Broken
    view, at, has_picture = memoryview(content), len(_PNG), False
    for _ in range(_MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", content, at)
        (check,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(view[at + 4 : at + 8 + length]) != check:
            raise Broken
        has_picture = has_picture or kind == b"IDAT"
        if kind == b"IEND":
            break
        at += 12 + length
    else:
        raise Broken
    if not has_picture:
        raise Broken
    return struct.unpack_from(">II", content, 16)


def _jpeg(content: bytes) -> tuple[int, int]:
    at, size = 2, None
    for _ in range(_MOST_PARTS):
        marker, kind = content[at], content[at + 1]
        if marker != 0xFF:
            raise Broken
        if kind == 0xFF or kind in _ALONE:
            at += 1 if kind == 0xFF else 2
            continue
        if kind == 0xD9:
            raise Broken  # the end, before any picture
        (length,) = struct.unpack_from(">H", content, at + 2)
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = (width, height)
        if kind == 0xDA:
            break
        at += 2 + max(length, 2)
    if size is None or content.find(b"\xff\xd9", at) < 0:
        raise Broken
    return size


def _gif(content: bytes) -> tuple[int, int]:
    """The screen's size; frames must lie within it. A picture of one hour is not walked through."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    if content[at] not in b"\x21\x2c":
        raise Broken  # words where a picture should begin: a script that calls itself a picture
    if content.rstrip(b"\0")[-1:] != b";":
        raise Broken
    return width, height


def _webp(content: bytes) -> tuple[int, int]:
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 > len(content):
        raise Broken
    kind = content[12:16]
    if kind == b"VP8X":
        wide, high = content[24:27], content[27:30]
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    if kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise Broken


_READERS: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
