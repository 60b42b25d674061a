"""Every page of the console, found by its own declaration: drawn once, then looked at in each width.

The strict content security policy, axe, words that cannot be read to their end, and a page wider than the
screen. A page that is added is looked at without being named here; what an address needs besides its path
(an id, a tab) stands in `MORE`. Cases G2, G8, G21.
"""

from __future__ import annotations

import re

import pytest

from app.ops.layout import ROOT
from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform

DECLARED = re.compile(r"""\bpath: ['"](/[^'":]*)""")
NOT_A_PAGE = frozenset({"/login", "/workbench"})
VIEWS = ("mine", "unassigned", "team", "waiting", "all", "resolved")
MORE = (
    *(f"/workbench/{view}" for view in VIEWS),
    "/listener/monitors?id=1",
    "/listener/monitors?id=1&tab=figures",
    "/listener/monitors?id=1&tab=backfill",
    "/no-such-page",
)
AS_AN_OPERATOR = ("/workbench/all", "/listener", "/topics", "/listener/monitors", "/people")
DESK, NARROW, PHONE = 1440, 1280, 390
HEIGHT = 900
DRAWN_FOR_A_PHONE = ("/workbench/all", "/listener")
"""What decides by the screen's width at its start what it draws at all."""
# By then a page has laid itself out for another width, its own observers of sizes included.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
OVERHANG = "document.documentElement.scrollWidth - innerWidth"
Faults = dict[tuple[str, int], list[str]]


def pages() -> list[str]:
    declared = {
        path.rstrip("/")
        for file in (ROOT / "frontend/src/features").glob("*/feature.ts")
        for path in DECLARED.findall(file.read_text(encoding="utf-8"))
    }
    return [*sorted(declared - NOT_A_PAGE), *MORE]


def look(console: Console, paths: list[str], widths: tuple[int, ...], *, is_axe_asked: bool = True) -> Faults:
    """What is wrong with each page in each width, drawn in the first of them."""
    found: Faults = {}
    for path in paths:
        console.page.set_viewport_size({"width": widths[0], "height": HEIGHT})
        console.open(path)
        console.page.wait_for_load_state("networkidle")
        for width in widths:
            console.page.set_viewport_size({"width": width, "height": HEIGHT})
            console.page.evaluate(TWO_FRAMES)
            faults = [f"cut: {words}" for words in console.cut_words()]
            if overhang := console.page.evaluate(OVERHANG):
                faults.append(f"{overhang} pixels wider than the screen")
            if is_axe_asked and width != NARROW:
                faults += [f"axe: {rule}" for rule in console.serious()]
            if faults:
                found[path, width] = faults
        if refused := console.refused_by_policy():
            found[path, 0] = [f"policy: {what}" for what in refused]
    return found


def test_pages_are_found_by_their_declarations() -> None:
    found = pages()
    assert {"/listener", "/roles/proof", "/accounts/platforms", "/topics"} <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_each_page_lets_everybody_in_and_cuts_no_words(
    log_in: LogIn, platform: Platform, name: str, locale: str
) -> None:
    """The list's counts, the heads and the tabs have room for the longer language too."""
    for text in ("宽带断了三天", "还没有人来修", "我要投诉"):
        platform.writes("message", "weibo-care", name, f"{name}：{text}")
    console = log_in("admin")
    console.open(NEWEST_FIRST)
    thread = f"/workbench/all/{console.see_arrive(name).get_attribute('data-id')}"
    console.api("PUT", "/session/locale", {"locale": locale})
    is_chinese = locale == "zh-CN"
    found = look(console, [*pages(), thread], (DESK, NARROW, PHONE), is_axe_asked=is_chinese)
    found |= look(console, [*DRAWN_FOR_A_PHONE, thread], (PHONE,), is_axe_asked=is_chinese)
    console.api("PUT", "/session/locale", {"locale": "zh-CN"})
    assert found == {}


def test_what_an_operator_is_shown_lets_everybody_in(log_in: LogIn, platform: Platform) -> None:
    platform.writes("message", "weibo-care", "看无障碍的人", "宽带断了三天")
    assert look(log_in("hexiaotang"), list(AS_AN_OPERATOR), (DESK, PHONE)) == {}
