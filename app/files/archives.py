"""Archives looked into without unpacking them: what they say they would become.

We never unpack what somebody brings, but whoever downloads it may: one that would fill their disk is refused.
An archive within an archive says nothing of itself here; unpacking it takes a second, deliberate act.
"""

from __future__ import annotations

import struct

MOST_UNPACKED = 1024 * 1024 * 1024
MOST_ENTRIES = 10_000
_MOST_RATIO = 200
_FREE = 64 * 1024 * 1024
"""Below this no ratio is looked at: empty tables shrink to nothing."""
_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
_END_BYTES = 22
_LONGEST_COMMENT = 65_535
_IN_64_BITS = 0xFFFFFFFF


class BrokenArchive(Exception):
    """It is cut off, or no archive at all."""


class UnpacksTooLarge(Exception):
    """What it says it holds is out of proportion."""


def entries_of(content: bytes) -> list[bytes]:
    """The names of what a zip holds. Raises BrokenArchive, UnpacksTooLarge."""
    try:
        return _walk(content)
    except struct.error as error:
        raise BrokenArchive from error


def _walk(content: bytes) -> list[bytes]:
    end = content.rfind(_END, max(0, len(content) - _END_BYTES - _LONGEST_COMMENT))
    if end < 0:
        raise BrokenArchive
    count, length, at = struct.unpack_from("<HII", content, end + 10)
    if count > MOST_ENTRIES or _IN_64_BITS in (length, at):
        raise UnpacksTooLarge
    names, unpacked = [], 0
    for _ in range(count):
        if content[at : at + 4] != _ENTRY:
            raise BrokenArchive
        (size,) = struct.unpack_from("<I", content, at + 24)
        name, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        names.append(content[at + 46 : at + 46 + name])
        unpacked += size
        at += 46 + name + extra + comment
    if unpacked > MOST_UNPACKED or unpacked > max(_FREE, _MOST_RATIO * len(content)):
        raise UnpacksTooLarge
    return names
