"""Pictures of customers: small, valid, made from a name, served by this server."""

from __future__ import annotations

import struct
import zlib

from flask import Blueprint, Response, abort, request

from sandbox import ids, samples
from sandbox.world import World

VOICE = "70"
"""How the numbers of voices begin, by which `msget` tells them from pictures."""
_SHAPES = ((480, 360), (360, 480), (420, 420))
_FACE = 96
_STEP = 12
_COLUMNS = 6


def png(name: str) -> bytes:
    """A PNG of coloured squares, upright, lying or square; the same for the same name."""
    seed = ids.digest("picture", name)
    width, height = _SHAPES[seed[5] % len(_SHAPES)]
    step = width // _COLUMNS
    lines = []
    for y in range(height // step):
        tones = (seed[(x + y * _COLUMNS) % len(seed)] for x in range(_COLUMNS))
        lines.append(b"".join(_blend(seed, tone) * step for tone in tones))
    rows = (b"\0" + lines[min(y // step, len(lines) - 1)] for y in range(height))
    return _png(width, height, b"".join(rows))


def face(name: str) -> bytes:
    """A PNG of 96×96 that stands for a person: squares, the same on both sides."""
    seed = ids.digest("face", name)
    ink, paper = bytes(60 + tone % 120 for tone in seed[:3]), b"\xe8\xee\xee"
    cells = _FACE // _STEP
    rows = []
    for y in range(_FACE):
        half = b"".join(
            (ink if seed[(x + y // _STEP * 4) % len(seed)] % 2 else paper) * _STEP for x in range(cells // 2)
        )
        mirrored = b"".join(half[at : at + 3] for at in range(len(half) - 3, -1, -3))
        rows.append(b"\0" + half + mirrored)
    return _png(_FACE, _FACE, b"".join(rows))


def face_address(base_url: str, person: str) -> str | None:
    """Where somebody's picture is; every fifth person has none."""
    return f"{base_url}/pictures/face/{person}.png" if ids.digest("has face", person)[0] % 5 else None


def gif(name: str) -> bytes:
    """A GIF of two pictures that take turns, 64×64."""
    seed = ids.digest("gif", name)
    colours = bytes(seed[:9]) + b"\xff\xff\xff"
    head = b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0x91, 0, 0) + colours
    repeat = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    return head + repeat + _frame(0) + _frame(1) + b";"


def _frame(turn: int) -> bytes:
    """One picture of a GIF: its codes are never compressed, the table is cleared before it grows."""
    pixels = [(x // 16 + y // 16 + turn) % 2 + turn for y in range(64) for x in range(64)]
    bits = "".join(
        f"{code:03b}"[::-1]
        for at in range(0, len(pixels), 2)
        for code in (4, *pixels[at : at + 2])  # 4 clears the table
    )
    bits += "101"  # 5, the end
    packed = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    blocks = b"".join(
        bytes([len(part)]) + part for at in range(0, len(packed), 255) if (part := packed[at : at + 255])
    )
    pause = b"\x21\xf9\x04\0" + struct.pack("<H", 40) + b"\0\0"
    return pause + b"," + struct.pack("<HHHHB", 0, 0, 64, 64, 0) + b"\x02" + blocks + b"\0"


def _blend(seed: bytes, tone: int) -> bytes:
    return bytes((seed[0] // 2 + tone // 2, seed[1] // 2 + tone // 3, seed[2] // 2 + tone // 4))


def _png(width: int, height: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def blueprint(world: World) -> Blueprint:
    """`/pictures/large/<name>.png` and its other sizes, `/pictures/face/…`; the files of private messages on
    Weibo and of statuses on Mastodon."""
    pages = Blueprint("pictures", __name__)

    @pages.get("/pictures/<size>/<name>.<ending>")
    def picture(size: str, name: str, ending: str) -> Response:
        """`gone.png` is one that its sender has deleted."""
        makers = {"png": face if size == "face" else png, "gif": gif}
        if ending not in makers or name == "gone":
            abort(404)
        headers = {"X-Size": size[:20]}
        return Response(makers[ending](name), content_type=f"image/{ending}", headers=headers)

    @pages.get("/weibo-upload/2/mss/msget")
    def private_file() -> Response:
        """A private message's file; a voice's number says so (`sandbox.customer`)."""
        number = request.args.get("fid", "")
        if number.startswith(VOICE):
            voice = samples.of("voice")
            return Response(voice.body, content_type=voice.content_type)
        return Response(png(number or "private"), content_type="image/png")

    @pages.get("/files/<id_>")
    @pages.get("/mastodon/system/media_attachments/<id_>")
    def attachment(id_: str) -> Response:
        row = world.store.one("SELECT content_type, body FROM media WHERE id = ?", id_)
        if row is None or not row["body"]:
            abort(404)
        return Response(row["body"], content_type=row["content_type"])

    return pages
