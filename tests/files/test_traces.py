"""What a photo or film tells of whoever took it does not go out with it; picture and turning stay."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from app.files.traces import without_traces
from app.models import Operator
from tests.factories.browser import Browser
from tests.files import samples
from tests.files.bringing import brought
from tests.workbench.desk import Desk

OpenBrowser = Callable[[Operator | None], Browser]
PLACE = b"GPS 31.2304N 121.4737E iPhone of Su Nian"


def exif(turned: int, order: str = ">") -> bytes:
    mark = b"MM\0\x2a" if order == ">" else b"II\x2a\0"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    return mark + struct.pack(f"{order}IH", 8, 1) + entry + struct.pack(f"{order}I", 0) + PLACE


def segment(kind: int, body: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body


def photo(turned: int, order: str = ">") -> bytes:
    whole = samples.jpeg(after=PLACE)
    told = segment(0xE1, b"Exif\0\0" + exif(turned, order)) + segment(
        0xE1, b"http://ns.adobe.com/xap\0" + PLACE
    )
    colours = segment(0xE2, b"ICC_PROFILE\0 colours")
    second = segment(0xE2, b"MPF\0" + PLACE)
    return whole[:2] + told + colours + second + segment(0xED, PLACE) + segment(0xFE, PLACE) + whole[2:]


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + kind + body


def film() -> bytes:
    track = box(b"trak", box(b"udta", PLACE), box(b"mdia", b"kept"))
    moov = box(b"moov", track, box(b"udta", PLACE), box(b"meta", PLACE))
    return box(b"ftyp", b"mp42" + bytes(4)) + moov + box(b"mdat", b"pictures")


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("turned", [1, 6])
def test_a_photo_loses_its_place_and_stays_turned(turned: int, order: str) -> None:
    cleaned = without_traces(photo(turned, order), "image/jpeg")
    assert PLACE not in cleaned
    assert b"ns.adobe.com" not in cleaned
    assert b"ICC_PROFILE" in cleaned
    assert cleaned.endswith(b"\x12\x34\xff\xd9")
    said = cleaned.find(b"\x01\x12\0\x03\0\0\0\x01")
    assert (said >= 0) is (turned != 1)
    if turned != 1:
        assert cleaned[said + 8 : said + 10] == struct.pack(">H", turned)


def test_drawings_and_films_lose_what_they_tell() -> None:
    whole = samples.png()
    told = whole[:33] + samples.chunk(b"eXIf", exif(6)) + samples.chunk(b"tEXt", PLACE) + whole[33:] + PLACE
    cleaned = without_traces(told, "image/png")
    assert PLACE not in cleaned
    assert cleaned.replace(samples.chunk(b"eXIf", exif(6).removesuffix(PLACE)), b"") == whole

    before = film()
    after = without_traces(before, "video/mp4")
    assert PLACE not in after
    assert len(after) == len(before)
    assert b"kept" in after
    assert after.endswith(box(b"mdat", b"pictures"))

    web = samples.webp()
    told = b"VP8X" + struct.pack("<I", 10) + bytes([0x0C]) + bytes(9)
    parts = told + web[12:] + b"EXIF" + struct.pack("<I", len(PLACE)) + PLACE
    cleaned = without_traces(b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts, "image/webp")
    assert PLACE not in cleaned
    assert cleaned[20] == 0x04
    assert struct.unpack_from("<I", cleaned, 4) == (len(cleaned) - 8,)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.png(), "image/png"),
        (samples.jpeg(), "image/jpeg"),
        (samples.webp(), "image/webp"),
        (samples.gif(), "image/gif"),
        (samples.MP4, "video/mp4"),
    ],
)
def test_what_tells_nothing_is_left_as_it_is(content: bytes, kind: str) -> None:
    assert without_traces(content, kind) == content


def test_damage_is_named_not_walked_into() -> None:
    endless = box(b"moov", *[box(b"trak") for _ in range(3000)])
    for content in (endless, box(b"moov", struct.pack(">I", 900) + b"udta") + box(b"mdat")):
        with pytest.raises(ValueError, match="part"):
            without_traces(content, "video/mp4")


def test_what_is_kept_is_without_a_place(desk: Desk, open_browser: OpenBrowser) -> None:
    browser = open_browser(desk.operator)
    view = brought(browser, "现场.jpg", photo(6))
    kept = browser.get(str(view["url"]).removeprefix("/api/v1")).get_data()
    assert kept == without_traces(photo(6), "image/jpeg")
    assert len(kept) == view["size"]
