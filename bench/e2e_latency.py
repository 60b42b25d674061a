"""From a customer's click on the platform's page to the row in the operator's list, in real Chromium.

    python -m bench.e2e_latency [--runs 50]

For a Weibo comment (polled), a Weibo private message and a WeChat message (pushed). Target: p99 of 50 runs
below 2 s, without a reload.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from dataclasses import asdict
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench._e2e_support import Spread, conditions, installation, publish
from tests.e2e.console import Console, CustomerPage
from tests.support.servers import BROWSERS
from tests.support.stack import RunningStack

# Rows are found by their text: a private message brings no name.
WAYS = {
    "Weibo comment": ("weibo-care", "comment"),
    "Weibo private message": ("weibo-care", "dm"),
    "WeChat message": ("wechat-hall", "dm"),
}
TALL = 20_000  # every row is on the screen, so none hides behind the bar of new ones or the edge


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=50)
    given = parser.parse_args(arguments)
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    result: dict[str, Any] = conditions()
    with installation() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in WAYS:
            result[name] = asdict(measure(place.stack, browser, name, given.runs))
        browser.close()
    result["load_after"] = round(os.getloadavg()[0], 1)
    publish("e2e_latency", result)
    return 0


def measure(stack: RunningStack, browser: Browser, name: str, runs: int) -> Spread:
    """Milliseconds from the click to the row, `runs` times, each by a new customer."""
    account, kind = WAYS[name]
    desk = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": TALL})
    street = browser.new_context(locale="zh-CN")
    console = Console(desk, stack.address).log_in("hexiaotang")
    console.open("/workbench/all")
    customer = CustomerPage(street, stack.sandbox_address)
    taken = []
    for number in range(-1, runs):  # the first one loads the language model and is not counted
        person = f"{name.replace(' ', '')}{number + 1:03d}人"
        customer.be(person, account, kind)
        # Short and different each time: long texts that differ by a number are near duplicates.
        text = f"手机没信号，客服打不通{list(WAYS).index(name)}{number + 1:03d}"
        customer.page.get_by_test_id("text").fill(text)
        began = time.perf_counter()
        customer.page.get_by_test_id("send").click()
        console.row(text).first.wait_for(state="visible", timeout=60_000)
        if number >= 0:
            taken.append((time.perf_counter() - began) * 1000)
    desk.close()
    street.close()
    return Spread.of(taken)


if __name__ == "__main__":
    raise SystemExit(main())
