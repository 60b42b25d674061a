"""Pictures that customers send: small, valid, made from a number, served by this server."""

from __future__ import annotations

import struct
import zlib

from flask import Blueprint, Response

from sandbox import ids

_SIDE = 96
_STEP = 16


def png(name: str) -> bytes:
    """A PNG of 96×96 coloured squares, the same for the same name."""
    seed = ids.digest("picture", name)
    rows = []
    for y in range(_SIDE):
        pixels = bytearray([0])  # filter type of the line
        for x in range(_SIDE):
            tone = seed[(x // _STEP + y // _STEP * 6) % len(seed)]
            pixels += bytes((seed[0] // 2 + tone // 2, seed[1] // 2 + tone // 3, seed[2] // 2 + tone // 4))
        rows.append(bytes(pixels))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(b"".join(rows))), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def blueprint() -> Blueprint:
    """`/pictures/large/<name>.png` and its other sizes; `/weibo-upload/2/mss/msget` for private pictures."""
    pages = Blueprint("pictures", __name__)

    @pages.get("/pictures/<size>/<name>.png")
    def picture(size: str, name: str) -> Response:
        return Response(png(name), content_type="image/png", headers={"X-Size": size[:20]})

    @pages.get("/weibo-upload/2/mss/msget")
    def private_picture() -> Response:
        return Response(png("private"), content_type="image/png")

    return pages
