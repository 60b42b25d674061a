"""A renamed person is found by both names for a while, then by the new one (case C2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from app.adapters.inbound import Author
from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.customers.jobs import forget_names
from app.customers.renaming import FOUND_BY_OLD_NAME, index_former_names, some_to_forget
from app.listener.jobs import LISTENER
from app.models import Operator
from app.search.rebuild import rebuild
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


def _found(browser: Browser, name: str) -> int:
    contacts = browser.get("/search", q=name, kind="contacts").get_json()["contacts"]
    box = browser.get("/service-requests", view="all", q=name).get_json()["items"]
    assert len(contacts) == len(box)
    return len(contacts)


def test_both_names_find_a_renamed_person_and_later_only_the_new_one(
    make: Make, open_browser: Open, clock: ManualClock
) -> None:
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    browser = open_browser(make.operator(agency, team, role=RoleName.SUPERVISOR))
    for name in ("江边散步的猫", "山顶看云的狗", "南屏老王"):
        clock.advance(60)
        post = make.post(f"宽带断了，{clock.now():%M}分还没好", author="same-person")
        make.store(account, replace(post, author=Author("same-person", name=name)))
        make.judge()
    everything = ("江边散步", "山顶看云", "南屏老王")
    assert [_found(browser, name) for name in everything] == [1, 1, 1]
    forget_names(make.runtime)
    with open_context(make.runtime, LISTENER) as ctx:
        rebuild(ctx.session.connection())
        index_former_names(ctx)
    assert [_found(browser, name) for name in everything] == [1, 1, 1]
    clock.advance((FOUND_BY_OLD_NAME - timedelta(days=1)).total_seconds())
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        assert not some_to_forget(ctx)
    clock.advance(timedelta(days=1, minutes=5).total_seconds())
    forget_names(make.runtime)
    browser = open_browser(make.operator(agency, team, role=RoleName.SUPERVISOR))
    assert [_found(browser, name) for name in everything] == [0, 0, 1]
