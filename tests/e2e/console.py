"""The console and the customer's page as a person uses them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.stack import wait_for

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
CUT_WORDS = Path(__file__).with_name("cut_words.js")
PASSWORD = "lingke-demo"
# A list draws what fits on the screen; the newest on top is what a test may wait for.
NEWEST_FIRST = "/workbench/all?sort=newest"
# Collects what the browser refused by its content security policy, from before the first script on.
WATCH_POLICY = """
window.__refused = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.__refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


SETTLED = """async () => {
  // A colour on its way to another is neither: what pulses for ever is not waited for.
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity)
  await Promise.allSettled(ending.map((one) => one.finished))
}"""


class Console:
    """One person's browser tab. `complaints` are script errors and refusals by the security policy."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        context.add_init_script(WATCH_POLICY)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("console", self._on_console)

    def _on_console(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def log_in(self, login_name: str, password: str = PASSWORD) -> Console:
        """As this person, without drawing a page yet: `open` says which. People take `through_the_form`."""
        status, told = self.api("POST", "/session", {"login_name": login_name, "password": password})
        assert status == 200, told
        return self

    def through_the_form(self, login_name: str, password: str) -> Console:
        """Log in on the page; where one begins is drawn afterwards."""
        page = self.page
        page.goto(f"{self.address}/login")
        page.get_by_test_id("login-name").fill(login_name)
        page.get_by_test_id("login-password").fill(password)
        page.get_by_test_id("login-submit").click()
        expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "online")
        return self

    def open(self, path: str) -> None:
        """Go to an address as one types it; wait until the socket is there."""
        self.page.goto(f"{self.address}{path}")
        expect(self.page.get_by_test_id("connection")).to_have_attribute("data-state", "online")

    def cut_words(self) -> list[str]:
        """Words on this page that cannot be read to their end; which box cuts them."""
        found: list[str] = self.page.evaluate(CUT_WORDS.read_text(encoding="utf-8").strip())
        return found

    def serious(self) -> list[str]:
        """What axe finds on this page that keeps people out; the rules' names."""
        # Run by the debugger: the page's own policy would refuse a script that is not its own.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        self.page.evaluate(SETTLED)
        found = self.page.evaluate("async () => (await axe.run(document)).violations")
        return [row["id"] for row in found if row["impact"] in ("serious", "critical")]

    def refused_by_policy(self) -> list[str]:
        refused: list[str] = self.page.evaluate("window.__refused")
        return refused

    def row(self, words: str) -> Locator:
        """The request in the list whose last line holds the words."""
        return self.page.get_by_test_id("request-row").filter(has_text=words)

    def see_arrive(self, words: str) -> Locator:
        """Wait for the row without touching the page, but for the bar that gathers new ones."""
        bar = self.page.get_by_test_id("new-bar")
        expect(self.row(words).or_(bar).first).to_be_visible()
        if not self.row(words).is_visible():
            bar.click()
            self.rest_pointer()
        expect(self.row(words)).to_be_visible()
        return self.row(words)

    def forget(self, words: str) -> None:
        """Wait until the request is no longer among those that count as mine, without a reload."""
        gone = self.page.locator("[data-testid=request-row]:not(.is-gone)").filter(has_text=words)
        expect(gone).to_have_count(0)

    def rest_pointer(self) -> None:
        """Away from the list, which stands still below a pointer."""
        self.page.mouse.move(2, 2)

    def choose(self, row: Locator) -> int:
        """Open a request; its id."""
        request_id = int(row.get_attribute("data-id") or 0)
        row.click()
        self.rest_pointer()
        expect(self.page).to_have_url(re.compile(rf"/{request_id}(\?|$)"))
        return request_id

    def write(self, text: str, *, lane: str | None = None) -> None:
        if lane:
            self.page.get_by_test_id(f"lane-{lane}").click()
        self.page.get_by_test_id("composer-text").fill(text)

    def send(self) -> None:
        self.page.get_by_test_id("send").click()

    def answer(self, text: str) -> Locator:
        """Write and send in the lane that is open; the bubble."""
        self.write(text)
        self.send()
        return self.bubble(text)

    def bubble(self, text: str) -> Locator:
        return self.page.get_by_test_id("message").filter(has_text=text)

    def shown_rows(self) -> list[tuple[str, str]]:
        """(id, version) of the rows from top to bottom; the list has to fit on the screen."""
        rows: list[tuple[str, str]] = self.page.evaluate(
            """() => [...document.querySelectorAll('[data-testid=request-row]')]
                .map((row) => [row.getBoundingClientRect().top, row.dataset.id, row.dataset.version])
                .sort((a, b) => a[0] - b[0]).map(([, id, version]) => [id, version])"""
        )
        return [(id_, version) for id_, version in rows]

    def api(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """A REST call with this browser's own session; status and body."""
        session = self.page.request.get(f"{self.address}/api/v1/session").json()
        answer = self.page.request.fetch(
            f"{self.address}/api/v1{path}",
            method=method,
            data=body,
            headers={"X-CSRF-Token": session["csrf_token"]},
        )
        return answer.status, answer.json() if answer.body() else None

    def shut_out(self, person: Locator) -> None:
        """By the button of the person's row; with work in hand it is asked whether that is meant."""
        button, question = person.get_by_test_id("set-active"), self.page.get_by_test_id("dialog-submit")
        button.click()
        expect(question.or_(button.filter(has_text="启用")).first).to_be_visible()
        if question.is_visible():
            question.click()
        expect(button).to_have_text("启用")

    def give(self, request_id: int, operator_id: int) -> None:
        """Make the request that person's. The automatic distribution may take its turn in between."""
        path = f"/service-requests/{request_id}"

        def given() -> bool:
            _, request = self.api("GET", path)
            if (request["assignee"] or {}).get("id") == operator_id:
                return True
            assignee = {"operator_id": operator_id, "version": request["version"], "reason": "试验要用"}
            return self.api("PUT", f"{path}/assignee", assignee)[0] == 200

        assert wait_for(given)


class CustomerPage:
    """The sandbox's page where one plays the customer."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page = context.new_page()
        self.page.goto(address)

    def be(self, customer: str, account: str, kind: str) -> None:
        self.page.get_by_test_id("customer-name").fill(customer)
        self.page.get_by_test_id("target-account").select_option(account)
        self.page.get_by_test_id("kind").select_option(kind)

    def say(self, text: str) -> None:
        self.page.get_by_test_id("text").fill(text)
        self.page.get_by_test_id("send").click()
        expect(self.said_by("customer", text)).to_have_count(1)

    def said_by(self, who: str, text: str) -> Locator:
        """Lines of the thread, `who` being brand or customer."""
        return self.page.locator(f"[data-testid=message][data-from={who}]").filter(has_text=text)
