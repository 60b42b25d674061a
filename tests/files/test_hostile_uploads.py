"""Whatever is brought: nothing is run, nothing falls over, and each refusal says why in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import app
from app.core.errors import Invalid
from app.files.names import clean_name
from app.files.receiving import receive
from app.files.traces import without_traces
from app.media.content_types import SHOWN_INLINE
from app.media.store import FileStore
from app.models import Operator
from tests.factories.browser import Browser
from tests.files.bringing import bring
from tests.files.corpus import CASES, Case
from tests.files.samples import jpeg, png
from tests.workbench.desk import Desk

OpenBrowser = Callable[[Operator | None], Browser]
_LOCALES = Path(app.__file__).parent / "locales"


def test_the_corpus_is_refused_or_kept_harmless(desk: Desk, open_browser: OpenBrowser) -> None:
    browser = open_browser(desk.operator)
    wrong = {}
    for number, case in enumerate(CASES):
        fault = _fault(browser, case)
        if fault:
            wrong[f"{number} {case.name[:40]!r}"] = fault
    assert wrong == {}


def _fault(browser: Browser, case: Case) -> str | None:
    answer = bring(browser, case.name, case.content)
    told = answer.get_json()
    if case.code is not None:
        return (
            None if (answer.status_code, told["code"]) == (422, case.code) else f"{answer.status_code} {told}"
        )
    if answer.status_code != 201:
        return f"{answer.status_code} {told}"
    if told["name"] != (case.kept_as or case.name):
        return f"is called {told['name']!r}"
    got = browser.get(told["url"].removeprefix("/api/v1"))
    browser.delete(told["url"].removeprefix("/api/v1"))
    kept = without_traces(case.content, told["mime_type"])
    return None if got.get_data() == kept and _is_harmless(got.headers) else f"leaves as {got.headers}"


def test_a_picture_that_is_a_page_too_is_only_a_picture_afterwards() -> None:
    hidden = b"<html><script>alert(1)</script></html>"
    assert without_traces(jpeg(after=hidden), "image/jpeg") == jpeg()
    assert without_traces(png() + hidden, "image/png") == png()


def _is_harmless(headers: object) -> bool:
    """Shown only as a picture, sound or film, else saved; never in our origin's name."""
    told = dict(headers)  # type: ignore[call-overload]
    shown = told["Content-Type"] in SHOWN_INLINE
    saved = told["Content-Type"] == "application/octet-stream" and told["Content-Disposition"].startswith(
        "attachment"
    )
    policy = told["Content-Security-Policy"]
    sealed = told["X-Content-Type-Options"] == "nosniff" and policy.endswith("sandbox")
    return bool((shown or saved) and sealed)


def test_each_refusal_has_words_in_both_languages() -> None:
    codes = {case.code for case in CASES if case.code} | {"upload_too_slow", "too_many_files_ready"}
    for locale in ("zh-CN", "en"):
        words = json.loads((_LOCALES / f"{locale}.json").read_text(encoding="utf-8"))
        assert [code for code in sorted(codes) if f"errors.{code}" not in words] == []


def test_a_refusal_says_the_limit_and_the_ending(desk: Desk, open_browser: OpenBrowser) -> None:
    browser = open_browser(desk.operator)
    large = bring(browser, "a.png", png() + bytes(10 * 1024 * 1024)).get_json()
    assert (large["title"], large["detail"]) == (
        "The file is too large",
        "Files of this kind may have 10 MB.",
    )
    renamed = bring(browser, "a.jpg", b"<svg/>").get_json()
    assert ".jpg" in renamed["detail"]


def test_what_is_no_upload_is_refused(desk: Desk, open_browser: OpenBrowser) -> None:
    browser = open_browser(desk.operator)
    form = {"content_type": "multipart/form-data; boundary=x", "data": b"--x\r\n" * 1000}
    many = browser.call("POST", "/attachments", query_string={"name": "a.png"}, **form)
    assert (many.status_code, many.get_json()["code"]) == (415, "not_json")
    assert browser.call("POST", "/attachments", data=png()).status_code == 422  # without a name
    assert bring(browser, "a\0b.png", png()).status_code == 422
    assert bring(browser, "x" * 2000, png()).status_code == 422
    assert bring(browser, "a.png", bytes(50 * 1024 * 1024)).status_code == 413
    cut = bring(browser, "a.png", png(), environ_overrides={"CONTENT_LENGTH": "5000"})
    assert cut.status_code in (400, 422)
    assert open_browser(None).client.post("/api/v1/attachments?name=a.png", data=png()).status_code in (
        400,
        401,
    )


def test_a_file_that_trickles_in_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 100_000, 100))
    monkeypatch.setattr("app.files.receiving.time.monotonic", lambda: next(moments))
    pieces = iter(png(200, 200)[at : at + 10] for at in range(0, 10_000, 10))
    with pytest.raises(Invalid) as refused, FileStore(tmp_path).begin() as incoming:
        receive(incoming, lambda _most: next(pieces, b""), "a.png")
    assert refused.value.code == "upload_too_slow"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_refused_is_read_to_its_end_and_leaves_nothing(tmp_path: Path) -> None:
    """A browser that is cut off in the middle of its file is never told why."""
    pieces = [b"<html>", *[bytes(60_000)] * 20]
    left = iter(pieces)
    with pytest.raises(Invalid), FileStore(tmp_path).begin() as incoming:
        receive(incoming, lambda _most: next(left, b""), "a.png")
    assert next(left, None) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_names_keep_nothing_that_is_not_seen() -> None:
    for written in (
        "a\u202eb.png",
        "../a.png",
        "a\0.png",
        "a\x7f.png",
        "\ufeffa.png",
        "a\ud800.png",
        " . a.png . ",
    ):
        name = clean_name(written)
        assert name.isprintable()
        assert "/" not in name
        assert not name.startswith(".")
