"""The hostile corpus: what may come in place of an honest file, and what is to become of it.

Each case is a name, a content and the code of the refusal; None where it is taken. What is taken and is no
picture, sound or film must leave as bytes to be saved, whatever it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.files import samples
from tests.files.samples import SIGNATURE, chunk, gif, jpeg, png

SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
_MEBIBYTE = 1024 * 1024
_NOT_TAKEN, _DIFFERS, _BROKEN = "file_type_not_taken", "file_differs_from_name", "picture_broken"


@dataclass(frozen=True)
class Case:
    name: str
    content: bytes
    code: str | None = None
    kept_as: str | None = None
    """The name it is given, where that is not the one it came with."""


CASES = (
    # documents that a browser would run
    Case("logo.svg", SVG, _NOT_TAKEN),
    Case("logo.png", SVG, _DIFFERS),
    Case("logo.svg.png", b"\xef\xbb\xbf \n" + SVG, _DIFFERS),
    Case("page.html", HTML, _NOT_TAKEN),
    Case("page.jpg", HTML, _DIFFERS),
    Case("page.txt", HTML, _DIFFERS),
    Case("page.txt", b"\n\n   " + SCRIPT, _DIFFERS),
    Case("page.csv", SCRIPT, _DIFFERS),
    Case("page", HTML, _NOT_TAKEN),
    Case("page.xhtml", b'<?xml version="1.0"?>' + HTML, _NOT_TAKEN),
    Case(
        "data.xml",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        _NOT_TAKEN,
    ),
    Case("style.css", b"body{background:url(javascript:alert(1))}", _NOT_TAKEN),
    Case("code.js", b"alert(1)", _NOT_TAKEN),
    Case("code.png", b"alert(1)", _DIFFERS),
    Case("page.mht", b"MIME-Version: 1.0\nContent-Type: multipart/related", _NOT_TAKEN),
    Case("page.swf", b"FWS\x09" + bytes(50), _NOT_TAKEN),
    Case("utf7.txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    Case("utf16.txt", "<script>alert(1)</script>".encode("utf-16"), _DIFFERS),
    # programs
    Case("setup.exe", b"MZ" + bytes(400), _NOT_TAKEN),
    Case("photo.jpg", b"MZ" + bytes(400), _DIFFERS),
    Case("photo.jpg.exe", b"MZ" + bytes(400), _NOT_TAKEN),
    Case("run.sh", b"#!/bin/sh\nrm -rf /\n", _NOT_TAKEN),
    Case("run.txt", b"#!/bin/sh\nrm -rf /\n", _DIFFERS),
    Case("lib.so", b"\x7fELF" + bytes(400), _NOT_TAKEN),
    Case("app.jar", samples.archive(META__INF=b"x"), _NOT_TAKEN),
    Case("app.apk", samples.archive(classes__dex=b"x"), _NOT_TAKEN),
    Case("link.lnk", b"L\0\0\0" + bytes(100), _NOT_TAKEN),
    Case("page.hta", SCRIPT, _NOT_TAKEN),
    Case("macro.docm", samples.office("word", word___vbaProject__bin=b"x"), _NOT_TAKEN),
    Case("macro.docx", samples.office("word", word___vbaProject__bin=b"x"), "file_holds_macros"),
    Case("not.docx", samples.archive(a__txt=b"x"), _DIFFERS),
    Case("letter.rtf", b"{\\rtf1 {\\object}}", _NOT_TAKEN),
    # two things at once
    Case("both.gif", b"GIF89a/*" + bytes(8) + b"*/=1;alert(1)//;", _BROKEN),
    Case("both.gif", b"GIF89a=1;" + SCRIPT, _BROKEN),
    Case("both.jpg", jpeg(after=HTML)),
    Case("both.png", png() + samples.archive(a__html=HTML)),
    Case("both.pdf", b"%PDF-1.7\n" + HTML),
    Case("comment.png", png()[:33] + chunk(b"tEXt", b"Comment\0" + SCRIPT) + png()[33:]),
    # pictures that are none, or not whole
    Case("cut.png", png(200, 200)[:-20], _BROKEN),
    Case("cut.png", SIGNATURE, _BROKEN),
    Case("cut.png", SIGNATURE + chunk(b"IHDR", bytes(13)), _BROKEN),
    Case("check.png", png()[:-1] + b"\0", _BROKEN),
    Case(
        "none.png", SIGNATURE + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0") + chunk(b"IEND", b""), _BROKEN
    ),
    Case("parts.png", png()[:33] + chunk(b"tEXt", b"") * 30_000 + png()[33:], _BROKEN),
    Case("long.png", SIGNATURE + b"\xff\xff\xff\xffIHDR" + bytes(40), _BROKEN),
    Case("cut.jpg", jpeg()[:-6], _BROKEN),
    Case("cut.jpg", b"\xff\xd8\xff", _BROKEN),
    Case("fill.jpg", b"\xff\xd8\xff" + b"\xff" * 60_000, _BROKEN),
    Case("zero.jpg", jpeg(0, 0), _BROKEN),
    Case("cut.gif", gif()[:-1], _BROKEN),
    Case("cut.webp", samples.webp()[:-3], _BROKEN),
    Case("odd.webp", b"RIFF\x10\0\0\0WEBPXXXX" + bytes(20), _BROKEN),
    # bombs
    Case("bomb.png", png(say=(60_000, 60_000)), "picture_too_large"),
    Case("line.png", png(say=(2**31 - 1, 1)), "picture_too_large"),
    Case("bomb.gif", gif(65_535, 65_535), "picture_too_large"),
    Case("bomb.jpg", jpeg(65_535, 65_535), "picture_too_large"),
    Case("bomb.zip", samples.archive(zeros=bytes(80 * _MEBIBYTE)), "archive_unpacks_too_large"),
    Case("bomb.zip", samples.lying_archive(size=2**32 - 2), "archive_unpacks_too_large"),
    Case("many.zip", samples.lying_archive(size=1, entries=30_000), "archive_unpacks_too_large"),
    Case("bomb.xlsx", samples.lying_archive(size=2**31), "archive_unpacks_too_large"),
    Case("cut.zip", samples.archive(a__txt=b"x")[:-30], "archive_broken"),
    Case("up.zip", samples.archive(**{"..___..___etc___passwd": b"x"})),  # never unpacked here
    # too much, or nothing
    Case("empty.png", b"", "file_empty"),
    Case("blank.txt", b"  \n\t ", _DIFFERS),
    Case("zeros.bin", bytes(500), _NOT_TAKEN),
    Case("large.png", png() + bytes(10 * _MEBIBYTE), "file_too_large"),
    Case("large.mp4", samples.MP4 + bytes(20 * _MEBIBYTE), "file_too_large"),
    # names
    Case("../../etc/passwd.png", png(), kept_as="passwd.png"),
    Case("C:\\Windows\\system32\\a.png", png(), kept_as="a.png"),
    Case("photo\u202egnp.exe", png(), _NOT_TAKEN),
    Case("ex\u202eegpj.png", png(), kept_as="exegpj.png"),
    Case("a\r\nSet-Cookie: x=1.png", png(), kept_as="aSet-Cookie_ x=1.png"),
    Case('quo"te<b>.png', png(), kept_as="quo_te_b_.png"),
    Case("con.png", png(), kept_as="_con.png"),
    Case(".png", png(), kept_as="png.png"),
    Case("...", png(), kept_as="image.png"),
    Case("\u200b\u2066", png(), kept_as="image.png"),
    Case("长" * 900 + ".png", png(), kept_as="长" * 96 + ".png"),
    Case("光猫 指示灯.PNG", png(), kept_as="光猫 指示灯.png"),
    Case("no ending", png(), kept_as="no ending.png"),
    Case("wrong.jpg", png(), _DIFFERS),
    Case("twice.pdf.png", png()),
)
