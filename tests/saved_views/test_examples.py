"""A condition shown at work: rows that it takes and just misses, and the rows that a leaf may name."""

from __future__ import annotations

from typing import Any

import pytest

from app.saved_views import examples
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.saved_views.test_saved_views import Office, Open, leaf, office

__all__ = ["office"]
REQUESTS = "/condition-subjects/service_request"


def shown(browser: Browser, condition: Any, subject: str = "service_request") -> dict[str, Any]:
    answer = browser.post(f"/condition-subjects/{subject}/examples", {"condition": condition})
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_leaf_that_kept_a_row_out_is_named_with_what_the_row_has(
    open_browser: Open, office: Office, make: Make
) -> None:
    browser = open_browser(office.lead)
    mine = make.request(office.account, "宽带断了", assignee=office.lead)
    other = make.request(office.account, "套餐太贵了", assignee=office.mate)
    found = shown(browser, {"all": [leaf("lane", "is", "public"), leaf("assignee", "is", office.lead.id)]})
    assert found["matching"]["id"] == mine.id
    assert found["matching"]["title"] == f"{mine.number} 宽带断了"
    assert [reason["path"] for reason in found["matching"]["decided"]] == ["all.0", "all.1"]
    assert found["missing"]["id"] == other.id
    (reason,) = found["missing"]["decided"]
    assert reason == {
        "path": "all.1",
        "sentence": f"Assignee is {office.lead.name}",
        "value": office.mate.name,
    }


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ({"not": leaf("lane", "is", "public")}, "not"),
        ({"any": [leaf("number", "is", "none"), leaf("last_message", "contains", "光猫")]}, "any.0"),
        ({"all": [{"not": {"any": [leaf("unread_count", "at_least", 1)]}}]}, "all.0.not.any.0"),
    ],
)
def test_a_row_is_just_missed_whatever_the_shape(
    condition: Any, path: str, open_browser: Open, office: Office, make: Make
) -> None:
    make.request(office.account, "宽带断了")
    found = shown(open_browser(office.lead), condition)
    assert found["matching"] is None
    assert [reason["path"] for reason in found["missing"]["decided"]] == [path]


def test_what_no_single_leaf_keeps_out_is_no_near_miss(
    open_browser: Open, office: Office, make: Make
) -> None:
    make.request(office.account, "宽带断了")
    twice = {"all": [leaf("lane", "is", "private"), leaf("last_message", "contains", "光猫")]}
    assert shown(open_browser(office.lead), twice) == {"matching": None, "missing": None}


def test_nobody_is_shown_a_row_beyond_reach(open_browser: Open, office: Office, make: Make) -> None:
    make.request(office.account, "宽带断了")
    for other in (office.elsewhere, office.stranger):
        found = shown(open_browser(other), leaf("lane", "is", "public"))
        assert found == {"matching": None, "missing": None}
    assert open_browser(office.stranger).post(
        f"{REQUESTS}/examples", {"condition": leaf("assignee", "is", office.lead.id)}
    ).get_json()["fields"] == {"condition.value": "What this refers to is gone, or out of your sight"}


def test_a_large_condition_looks_at_fewer_rows(
    open_browser: Open, office: Office, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "LEAST_ROWS", 1)
    monkeypatch.setattr(examples, "ANSWERS", 2)
    make.request(office.account, "宽带断了")
    make.request(office.account, "套餐太贵了")
    browser = open_browser(office.lead)
    says = leaf("last_message", "contains", "宽带")
    assert shown(browser, says)["matching"] is not None
    assert shown(browser, {"all": [says, says]})["matching"] is None


def test_items_say_what_they_have_in_words(open_browser: Open, office: Office, make: Make) -> None:
    make.store(office.account, make.post("宽带坏了", author="someone"))
    found = shown(
        open_browser(office.lead),
        {"all": [leaf("text", "contains", "宽带"), leaf("outcome", "is", "kept")]},
        "inbound_item",
    )
    assert found["missing"]["decided"] == [
        {"path": "all.1", "sentence": "Verdict is Kept", "value": "nothing"}
    ]


def test_rows_are_offered_by_name_within_reach(open_browser: Open, office: Office, make: Make) -> None:
    browser = open_browser(office.lead)
    people = browser.get(f"{REQUESTS}/references/operator").get_json()
    assert people["is_all"] is True
    ids = {row["id"] for row in people["items"]}
    assert ids == {office.lead.id, office.mate.id, office.elsewhere.id}
    one = browser.get(f"{REQUESTS}/references/operator", q=office.mate.name).get_json()["items"]
    assert office.mate.id in {row["id"] for row in one}
    assert office.stranger.id not in {row["id"] for row in one}
    assert browser.get(f"{REQUESTS}/references/monitor").status_code == 404
    assert browser.get(f"{REQUESTS}/references/operator", q="x" * 61).status_code == 422


def test_more_than_an_editor_holds_are_found_by_their_names(
    open_browser: Open, office: Office, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.saved_views.queries.MOST_OFFERED", 2)
    found = open_browser(office.lead).get(f"{REQUESTS}/references/operator").get_json()
    assert (len(found["items"]), found["is_all"]) == (2, False)
