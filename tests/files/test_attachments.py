"""Files that people bring: who has them, how long they lie ready, what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.files import services
from app.files.jobs import KEEPER, forget_unused_files
from app.media.jobs import collect_files
from app.media.store import file_store
from app.models import Attachment, Operator, StoredFile
from tests.factories.browser import Browser
from tests.files.bringing import bring, brought
from tests.files.samples import PDF, png
from tests.workbench.desk import Desk

OpenBrowser = Callable[[Operator | None], Browser]


def rows(desk: Desk) -> tuple[int, int]:
    """How many attachments, and how many stored files."""
    with open_context(desk.runtime, KEEPER, write=False) as ctx:
        count = [
            ctx.session.scalar(select(func.count()).select_from(table)) for table in (Attachment, StoredFile)
        ]
        return count[0] or 0, count[1] or 0


def path(view: dict[str, object]) -> str:
    return str(view["url"]).removeprefix("/api/v1")


def test_a_file_lies_ready_for_its_bringer_alone(desk: Desk, open_browser: OpenBrowser) -> None:
    browser = open_browser(desk.operator)
    view = brought(browser, "灯.png", png(8, 6))
    assert (view["kind"], view["mime_type"], view["width"], view["height"]) == ("image", "image/png", 8, 6)
    got = browser.get(path(view))
    assert (got.get_data(), got.content_type) == (png(8, 6), "image/png")
    colleague = open_browser(desk.make.operator(desk.agency, desk.team))
    assert colleague.get(path(view)).status_code == 404
    assert colleague.delete(path(view)).status_code == 404
    assert browser.delete(path(view)).status_code == 204
    assert browser.get(path(view)).status_code == 404


def test_equal_files_are_kept_once(desk: Desk, open_browser: OpenBrowser) -> None:
    browser = open_browser(desk.operator)
    for name in ("a.png", "b.png"):
        brought(browser, name, png())
    assert rows(desk) == (2, 1)


def test_what_nobody_uses_is_gone_after_a_day(
    desk: Desk, open_browser: OpenBrowser, clock: ManualClock
) -> None:
    view = brought(open_browser(desk.operator), "a.pdf", PDF)
    clock.advance(timedelta(hours=23).total_seconds())
    forget_unused_files(desk.runtime)
    assert rows(desk) == (1, 1)
    clock.advance(timedelta(hours=2).total_seconds())
    forget_unused_files(desk.runtime)
    collect_files(desk.runtime)
    assert rows(desk) == (0, 0)
    assert open_browser(desk.operator).get(path(view)).status_code in (401, 404)


def test_nobody_fills_the_disk_with_what_they_do_not_use(
    desk: Desk, open_browser: OpenBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_READY", 2)
    browser = open_browser(desk.operator)
    for _ in range(2):
        brought(browser, "a.png", png())
    answer = bring(browser, "a.png", png())
    assert (answer.status_code, answer.get_json()["code"]) == (409, "too_many_files_ready")


def test_a_file_that_is_lost_from_the_disk_is_not_found(desk: Desk, open_browser: OpenBrowser) -> None:
    browser = open_browser(desk.operator)
    view = brought(browser, "a.png", png())
    store = file_store(desk.runtime)
    for name, _ in list(store.names()):
        store.remove(name)
    assert browser.get(path(view)).status_code == 404
