"""Lists in a file: whose rows, which columns, in whose words, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.adapters.types import Author
from app.core.permissions import Permission, RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity import actors
from app.longwork import exporting, runner
from app.longwork.cells import plain_text
from app.longwork.runner import HAND, folder_of, go_on
from app.models import Account, AuditLog, LongWork, Operator, Team
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
COLUMNS = [
    "number",
    "status",
    "account",
    "contact_name",
    "last_message",
    "opened_at",
    "unread_count",
    "send_failed",
]

HEADS = [
    "Number",
    "Status",
    "Account",
    "Customer's name",
    "Last message",
    "Opened",
    "Unread messages",
    "An answer did not go",
]


class Office:
    def __init__(self, make: Make) -> None:
        self.make = make
        self.agency, away = make.agency(), make.agency()
        self.team: Team = make.team(self.agency)
        self.account: Account = make.account(self.agency, self.team)
        self.away: Account = make.account(away, make.team(away))
        self.lead = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR)

    def asked(self, count: int, text: str = "宽带坏了", account: Account | None = None) -> None:
        for number in range(count):
            self.make.request(
                account or self.account, f"{text}，第{number}次", author=f"客户{text[:4]}{number}"
            )


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def started(browser: Browser, **more: Any) -> int:
    body = {"query": {"view": "all"}, "columns": COLUMNS, "format": "csv", **more}
    answer = browser.post("/service-requests/exports", body)
    assert answer.status_code == 201, answer.get_json()
    return int(answer.get_json()["id"])


def table(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200, answer.get_json()
    text = answer.get_data(as_text=True)
    assert text[0] == "\ufeff"
    return list(csv.reader(io.StringIO(text[1:])))


def test_the_list_as_its_condition_and_the_reach_have_it(
    office: Office, runtime: Runtime, open_browser: Open
) -> None:
    office.asked(3)
    office.asked(2, account=office.away)
    browser = open_browser(office.lead)
    number = started(browser)
    go_on(runtime, number)
    view = browser.get(f"/long-works/{number}").get_json()
    assert (view["state"], view["done"], view["total"]) == ("done", 3, 3)
    assert view["result"]["name"].endswith(".csv")
    answer = browser.get(f"/long-works/{number}/result")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    heads, *rows = table(answer)
    assert heads == HEADS
    assert len(rows) == 3
    assert {row[2] for row in rows} == {office.account.name}
    assert all(row[5] == "2026-11-22 10:00:00" for row in rows)  # the office's time
    assert {row[7] for row in rows} == {"No"}


def test_a_condition_narrows_it(office: Office, runtime: Runtime, open_browser: Open) -> None:
    office.asked(2)
    office.asked(1, "发票没收到")
    condition = json.dumps({"field": "last_message", "op": "contains", "value": "发票"})
    browser = open_browser(office.lead)
    number = started(browser, query={"condition": condition})
    go_on(runtime, number)
    assert len(table(browser.get(f"/long-works/{number}/result"))) == 2
    wrong = browser.post(
        "/service-requests/exports", {"query": {"condition": "{}"}, "columns": COLUMNS, "format": "csv"}
    )
    assert wrong.status_code == 422


HIDDEN = ["\xa0=", "\u3000+", "\u200b=", "\ufeff@", "\x0b-", "\x85=", "\u2028=", "﹦", "⁼"]
"""Behind what nobody sees, or another shape of the sign."""


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "\t=", " =", "\r", *HIDDEN])
def test_no_text_is_a_formula(sign: str) -> None:
    assert plain_text(f"{sign}1+cmd|' /C calc'!A0").startswith("'")


def test_formulas_of_customers_are_text_in_both_formats(
    office: Office, runtime: Runtime, open_browser: Open
) -> None:
    make = office.make
    evil = make.post('=HYPERLINK("http://evil.test","宽带坏了")')
    make.store(office.account, dataclasses.replace(evil, author=Author("1", name="=1+2")))
    make.judge()
    browser = open_browser(office.lead)
    columns = ["contact_name", "last_message"]
    plain, book = started(browser, columns=columns), started(browser, columns=columns, format="xlsx")
    for number in (plain, book):
        go_on(runtime, number)
    rows = table(browser.get(f"/long-works/{plain}/result"))[1:]
    assert [cell[0] for cell in rows[0]] == ["'", "'"]
    answer = browser.get(f"/long-works/{book}/result")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert "&#39;=HYPERLINK" in sheet or "'=HYPERLINK" in sheet


def test_a_book_has_moments_and_numbers(office: Office, runtime: Runtime, open_browser: Open) -> None:
    office.asked(2)
    browser = open_browser(office.lead)
    number = started(browser, columns=["opened_at", "unread_count"], format="xlsx")
    go_on(runtime, number)
    with zipfile.ZipFile(io.BytesIO(browser.get(f"/long-works/{number}/result").get_data())) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 3
    assert 't="inlineStr"' in sheet
    assert "46348.4166" in sheet  # 2026-11-22 10:00


def test_columns_that_are_not_there_or_not_ones_own_are_refused(
    office: Office, open_browser: Open, make: Make
) -> None:
    browser = open_browser(office.lead)
    answer = browser.post(
        "/service-requests/exports", {"query": {}, "columns": ["number", "password"], "format": "csv"}
    )
    assert answer.status_code == 422
    assert list(answer.get_json()["fields"]) == ["columns.1"]
    plain = open_browser(make.operator(office.agency, office.team))
    assert plain.post("/service-requests/exports", {"query": {}, "columns": ["number"]}).status_code == 403


def test_what_the_owner_may_not_see_any_more_is_masked(
    office: Office, runtime: Runtime, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.asked(1)
    browser = open_browser(office.lead)
    number = started(browser, columns=["number", "contact_name"])
    real = actors.actor_of

    def fewer(*given: Any, **more: Any) -> Any:
        actor = real(*given, **more)
        rights = actor.permissions - {Permission.CONTACTS_READ}
        return type(actor)(**{**vars(actor), "permissions": rights})

    monkeypatch.setattr(runner, "actor_of", fewer)
    go_on(runtime, number)
    rows = table(browser.get(f"/long-works/{number}/result"))[1:]
    assert [row[1] for row in rows] == ["***"]


def test_reach_is_that_of_the_moment_of_running_and_the_file_needs_as_much(
    office: Office, runtime: Runtime, open_browser: Open, make: Make
) -> None:
    office.asked(2)
    away = make.account(make.agency())
    office.asked(1, account=away)
    administrator = make.operator(office.agency, role=RoleName.ADMINISTRATOR)
    browser = open_browser(administrator)
    number = started(browser)
    go_on(runtime, number)
    assert len(table(browser.get(f"/long-works/{number}/result"))) == 4
    second = started(browser)
    make.give(administrator, RoleName.SUPERVISOR, instead=True)
    go_on(runtime, second)
    assert len(table(browser.get(f"/long-works/{second}/result"))) == 3
    assert browser.get(f"/long-works/{number}/result").status_code == 404  # it holds more than they see now


def test_who_took_a_file_is_in_the_audit_log(office: Office, runtime: Runtime, open_browser: Open) -> None:
    office.asked(1)
    browser = open_browser(office.lead)
    number = started(browser)
    go_on(runtime, number)
    browser.get(f"/long-works/{number}/result")
    with open_context(runtime, HAND, write=False) as ctx:
        acts = [row.action for row in ctx.session.query(AuditLog).order_by(AuditLog.id)]
    assert acts[-2:] == ["long_work.started", "long_work.downloaded"]


def test_pages_follow_one_another_whatever_happens_meanwhile(
    office: Office, runtime: Runtime, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 2)
    monkeypatch.setattr(runner, "SLICE_SECONDS", -1.0)
    office.asked(7)
    browser = open_browser(office.lead)
    number = started(browser, columns=["number"])
    for _ in range(2):
        go_on(runtime, number)
    spool = folder_of(runtime, number) / "rows.jsonl"
    with spool.open("ab") as file:
        file.write(b'["half a row of a worker that was killed')
    office.asked(2, "新来的人")
    for _ in range(6):
        go_on(runtime, number)
    rows = [row[0] for row in table(browser.get(f"/long-works/{number}/result"))[1:]]
    assert len(rows) == len(set(rows)) == 7
    assert not spool.exists()


def test_a_folder_that_is_lost_is_filled_anew(
    office: Office, runtime: Runtime, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 2)
    monkeypatch.setattr(runner, "SLICE_SECONDS", -1.0)
    office.asked(5)
    browser = open_browser(office.lead)
    number = started(browser, columns=["number"])
    for _ in range(3):
        go_on(runtime, number)
    (folder_of(runtime, number) / "rows.jsonl").unlink()
    for _ in range(8):
        go_on(runtime, number)
    view = browser.get(f"/long-works/{number}").get_json()
    assert (view["state"], view["done"], view["total"]) == ("done", 5, 5)
    assert len(table(browser.get(f"/long-works/{number}/result"))) == 6


def test_too_much_for_one_file_is_said(
    office: Office, runtime: Runtime, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    office.asked(3)
    browser = open_browser(office.lead)
    number = started(browser)
    go_on(runtime, number)
    view = browser.get(f"/long-works/{number}").get_json()
    assert (view["state"], view["error"], view["result"]) == ("failed", "export_too_large", None)
    assert "3" in view["error_text"]
    assert browser.get(f"/long-works/{number}/result").status_code == 404


def test_the_stream_too(office: Office, runtime: Runtime, open_browser: Open) -> None:
    office.asked(2)
    browser = open_browser(office.lead)
    body = {
        "query": {"outcome": "kept"},
        "columns": ["text", "published_at", "outcome", "monitors", "author_verified"],
        "format": "csv",
    }
    answer = browser.post("/inbound-items/exports", body)
    assert answer.status_code == 201, answer.get_json()
    go_on(runtime, answer.get_json()["id"])
    rows = table(browser.get(f"/long-works/{answer.get_json()['id']}/result"))
    assert len(rows) == 3
    with open_context(runtime, HAND, write=False) as ctx:
        assert ctx.session.get_one(LongWork, answer.get_json()["id"]).done == 2
