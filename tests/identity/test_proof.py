"""What the page of proof says is what the person's own calls answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.permissions import AccountReach, Permission, RequestReach, RoleName
from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
_P = Permission


def _counts(proof: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {row["kind"]: (row["visible"], row["among"]) for row in proof["counts"]}


def test_it_says_what_the_persons_own_calls_answer(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency()
    team, other = make.team(home), make.team(home)
    served, unserved = make.account(home, team), make.account(home, other)
    foreign = make.account(away, make.team(away))
    for account, author in ((served, "a"), (served, "b"), (unserved, "c"), (foreign, "d")):
        make.request(account, "宽带断了", author=author)
    person = make.operator(home, team, name="坐席甲")
    admin = open_browser(make.operator(home, role=RoleName.ADMINISTRATOR))
    proof = admin.get(f"/people/{person.id}/proof").get_json()
    theirs = open_browser(person)
    assert [row["id"] for row in proof["accounts"]] == [served.id]
    assert (proof["account_count"], proof["accounts_among"]) == (1, 3)
    assert proof["rights"] == theirs.get("/session").get_json()["permissions"]
    assert proof["masked"] == ["contact.phone"]
    listed = theirs.get("/service-requests?view=all").get_json()["items"]
    streamed = theirs.get("/inbound-items").get_json()["items"]
    assert _counts(proof) == {
        "service_requests": (len(listed), 4),
        "contacts": (2, 4),
        "inbound_items": (len(streamed), 4),
    }
    assert (len(listed), len(streamed)) == (2, 2)


def test_what_the_right_is_missing_for_is_not_seen(make: Make, open_browser: Open) -> None:
    home = make.agency()
    make.request(make.account(home, make.team(home)), "宽带断了")
    role = make.role(_P.SERVICE_REQUESTS_READ, account_reach=AccountReach.ALL, request_reach=RequestReach.ALL)
    admin = open_browser(make.operator(home, role=RoleName.ADMINISTRATOR))
    proof = admin.get(f"/people/{make.operator(home, role=role).id}/proof").get_json()
    assert _counts(proof) == {"service_requests": (1, 1), "contacts": (0, 1), "inbound_items": (0, 1)}


def test_who_is_shut_out_sees_and_may_nothing(make: Make, open_browser: Open) -> None:
    home = make.agency()
    make.request(make.account(home, make.team(home)), "宽带断了")
    gone = make.operator(home, role=RoleName.ADMINISTRATOR, is_active=False)
    admin = open_browser(make.operator(home, role=RoleName.ADMINISTRATOR))
    proof = admin.get(f"/people/{gone.id}/proof").get_json()
    assert (proof["is_active"], proof["rights"], proof["accounts"]) == (False, [], [])
    assert {visible for visible, _ in _counts(proof).values()} == {0}
    assert [role["key"] for role in proof["roles"]] == ["administrator"]


@pytest.mark.parametrize("reach", list(AccountReach))
def test_nobody_learns_more_than_they_see_themselves(
    make: Make, open_browser: Open, reach: AccountReach
) -> None:
    """Somebody who manages the people of one agency asks about one who helps everywhere."""
    home, away = make.agency(), make.agency()
    team = make.team(home)
    for agency in (home, away):
        make.request(make.account(agency, make.team(agency)), "宽带断了", author=agency.name)
    own = make.account(home, team)
    manages = make.role(
        _P.OPERATORS_MANAGE, _P.PEOPLE_READ, account_reach=reach, request_reach=RequestReach.ALL
    )
    asker = open_browser(make.operator(home, team, role=manages))
    helper = make.operator(home, role=RoleName.MANAGER)
    proof = asker.get(f"/people/{helper.id}/proof").get_json()
    seen = {AccountReach.TEAM: 1, AccountReach.AGENCY: 2, AccountReach.ALL: 3}[reach]
    assert (proof["account_count"], proof["accounts_among"]) == (seen, seen)
    assert own.id in [row["id"] for row in proof["accounts"]]
    for visible, among in _counts(proof).values():
        assert visible <= among


def test_a_person_out_of_reach_does_not_exist(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency()
    manages = make.role(_P.OPERATORS_MANAGE, account_reach=AccountReach.AGENCY)
    asker = open_browser(make.operator(home, role=manages))
    assert asker.get(f"/people/{make.operator(away).id}/proof").status_code == 404
    assert open_browser(make.operator(home)).get(f"/people/{make.operator(home).id}/proof").status_code == 403
