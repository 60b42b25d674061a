"""Case G16: one person has one name wherever it is read; who writes in private is asked for theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from app.adapters.types import Author, Lane
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.listener.jobs import LISTENER, judge_items
from app.models import Account, ContactIdentity, Operator
from app.routing.job_names import FETCH_NAME
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
UID = "1712539910"


def _writes_in_private(make: Make, account: Account) -> None:
    """As Weibo pushes it: the sender's number, and no name."""
    post = replace(make.post("我的号码停机了", author=UID, lane=Lane.PRIVATE), author=Author(UID))
    make.store(account, post)
    judge_items(make.runtime)


def _identity(make: Make) -> ContactIdentity:
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        return ctx.session.query(ContactIdentity).one()


def _names(browser: Browser) -> set[str]:
    """Everything that names the person: list, thread, customer's card, stream, search."""
    (request,) = browser.get("/service-requests", view="all").get_json()["items"]
    conversation = browser.get(f"/conversations/{request['conversation_id']}").get_json()
    (item,) = browser.get("/inbound-items").get_json()["items"]
    found = browser.get("/search", q="号码停机").get_json()
    return {
        request["contact"]["name"],
        conversation["contact"]["name"],
        item["author_name"],
        *(hit["title"] for group in ("messages", "items") for hit in found[group]),
    }


def test_the_platform_is_asked_for_the_name_and_every_screen_says_it(
    make: Make, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = make.agency()
    account = make.account(agency, make.team(agency))
    browser = open_browser(make.operator(agency, role=RoleName.SUPERVISOR))
    _writes_in_private(make, account)
    assert _names(browser) == {f"用户 {UID[-6:]}"}
    before = browser.get("/service-requests", view="all").get_json()["items"][0]["version"]
    _answer(monkeypatch, lambda: httpx.Response(200, json={"id": int(UID), "screen_name": "老陈的日常"}))
    perform(make.runtime, FETCH_NAME.name, [_identity(make).id])
    assert _names(browser) == {"老陈的日常"}
    # The lists on screen take it, because what they hold is older.
    assert browser.get("/service-requests", view="all").get_json()["items"][0]["version"] == before + 1


def _answer(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], httpx.Response]) -> None:
    """Stand in for the platform's own server: the request really leaves the adapter."""
    send = lambda _client, request, **_options: _with(request, answer())  # noqa: E731
    monkeypatch.setattr(httpx.Client, "send", send)


def _with(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    response.request = request
    return response


def test_a_platform_that_does_not_answer_leaves_the_stand_in(
    make: Make, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = make.agency()
    account = make.account(agency, make.team(agency))
    _writes_in_private(make, account)

    def away() -> httpx.Response:
        raise PlatformError(PlatformErrorKind.TEMPORARY, platform="weibo", message="away")

    _answer(monkeypatch, away)
    perform(make.runtime, FETCH_NAME.name, [_identity(make).id])
    assert _names(open_browser(make.operator(agency, role=RoleName.SUPERVISOR))) == {f"用户 {UID[-6:]}"}


def test_whoever_has_a_name_is_not_asked_for(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    agency = make.agency()
    make.request(make.account(agency, make.team(agency)), "宽带断了", author="named")

    def never() -> httpx.Response:
        raise AssertionError("asked for nothing")

    _answer(monkeypatch, never)
    perform(make.runtime, FETCH_NAME.name, [_identity(make).id])
    assert _identity(make).name == "用户named"


def test_a_reply_found_by_search_bears_the_colleagues_name(make: Make, open_browser: Open) -> None:
    agency = make.agency()
    team = make.team(agency)
    person = make.operator(agency, team, name="何晓棠")
    request = make.request(make.account(agency, team), "宽带断了", assignee=person)
    browser = open_browser(person)
    browser.post(
        f"/conversations/{request.conversation_id}/notes",
        {"text": "网络部说今晚恢复", "idempotency_key": "k-1234567890"},
    )
    (hit,) = browser.get("/search", q="今晚恢复").get_json()["messages"]
    assert hit["title"] == "何晓棠"
