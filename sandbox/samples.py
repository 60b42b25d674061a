"""Recordings and films that customers send: short, valid, the same for everybody."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILM = Path(__file__).parent / "static" / "clip.mp4"
_RATE = 8_000
_SILENCE = b"\x04" + bytes(12)  # one frame of 20 ms at AMR's lowest rate


@dataclass(frozen=True)
class Sample:
    body: bytes
    content_type: str
    ending: str


@cache
def of(kind: str) -> Sample:
    """`voice` as the platforms' apps record it (AMR), `audio` a browser plays, `video`. Raises KeyError."""
    return _MAKERS[kind]()


def _voice() -> Sample:
    return Sample(b"#!AMR\n" + _SILENCE * 100, "audio/amr", "amr")


def _audio() -> Sample:
    """Two seconds of a quiet tone."""
    tone = bytes(128 + round(24 * math.sin(at / _RATE * 440 * math.tau)) for at in range(_RATE * 2))
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, _RATE, _RATE, 1, 8)
    data = form + struct.pack("<4sI", b"data", len(tone)) + tone
    return Sample(b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WAVE" + data, "audio/wav", "wav")


def _video() -> Sample:
    return Sample(_FILM.read_bytes(), "video/mp4", "mp4")


_MAKERS = {"voice": _voice, "audio": _audio, "video": _video, "shortvideo": _video}
