"""Files made by hand: whole ones of each kind, and the pieces that hostile ones are put together from."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 4, height: int = 3, *, say: tuple[int, int] | None = None) -> bytes:
    """A grey picture; `say` is the size that its head tells in place of its own."""
    head = struct.pack(">IIBBBBB", *(say or (width, height)), 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return SIGNATURE + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 4, height: int = 3, *, after: bytes = b"") -> bytes:
    """As much of one as a reader of its segments sees."""
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\x34"
    return (
        b"\xff\xd8\xff\xe0"
        + struct.pack(">H", 16)
        + b"JFIF\0"
        + bytes(9)
        + b"\xff\xc0"
        + frame
        + scan
        + b"\xff\xd9"
        + after
    )


def gif(width: int = 1, height: int = 1) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00;"


def webp(width: int = 4, height: int = 3) -> bytes:
    body = (
        b"VP8L" + struct.pack("<IB", 8, 0x2F) + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(3)
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def archive(**files: bytes) -> bytes:
    """A zip; in names `__` stands for a point, `___` for a slash."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("___", "/").replace("__", "."), content)
    return kept.getvalue()


def lying_archive(*, size: int, entries: int = 1) -> bytes:
    """A zip whose directory says that each of its entries becomes `size` bytes."""
    names = [b"%d" % number for number in range(entries)]
    rows = [
        b"PK\x01\x02" + bytes(20) + struct.pack("<IHHH", size, len(name), 0, 0) + bytes(12) + name
        for name in names
    ]
    directory = b"".join(rows)
    local = b"PK\x03\x04" + bytes(26)
    end = b"PK\x05\x06" + bytes(4) + struct.pack("<HHIIH", entries, entries, len(directory), len(local), 0)
    return local + directory + end


def office(kind: str, **more: bytes) -> bytes:
    return archive(**{"[Content_Types]__xml": b"<Types/>", f"{kind}___document__xml": b"<w/>", **more})


MP4 = b"\0\0\0\x18ftypmp42" + bytes(400)
WEBM = b"\x1aE\xdf\xa3" + bytes(400)
AMR = b"#!AMR\n" + bytes(400)
MP3 = b"ID3\x04" + bytes(400)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
