"""What a grant opens of an account, before it begins, while it holds and after: rows that are counted, told
of, written into files or hung on others."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items
from app.longwork.runner import go_on
from app.models import Notification, Operator, OutboundMessage, OutboundState, Publication, ServiceRequest
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from app.topics.jobs import watch_bursts
from tests.factories.browser import Browser
from tests.files.bringing import brought
from tests.files.samples import png
from tests.grants.house import House
from tests.grants.test_bounds import finished
from tests.realtime.listening import connect, heard
from tests.topics.bursts import burst, known_hours

NEW_POST = "南屏区宽带断了，还要投诉多久"
HOUR = 3600.0
NARROW: dict[str, Any] = {"opens_past": "active", "opens_notes": False}


def of_the_agency(house: House) -> Browser:
    return house.open_browser(house.agency_lead)


def times(house: House, look: Callable[[Browser], Any], **grant: Any) -> Iterator[Any]:
    """What the agency's lead is answered an hour before the grant begins, within it, and after its end."""
    begins, ends = house.make.later(HOUR).isoformat(), house.make.later(5 * HOUR).isoformat()
    house.granted(begins_at=begins, ends_at=ends, **grant)
    for hours in (0, 3, 3):
        house.clock.advance(hours * HOUR)
        yield look(of_the_agency(house))


def posts(screen: Browser) -> int:
    return sum(hour["posts"] for hour in screen.get("/volumes", hours=48).get_json()["items"])


@pytest.fixture
def stormy(house: House) -> House:
    """The account had a burst, with an alert, and everybody was answered; then an hour went by."""
    known_hours(house.make, house.clock, house.account)
    burst(house.make, house.account)
    watch_bursts(house.runtime)
    with open_context(house.runtime, LISTENER, write=False) as ctx:
        requests = ctx.session.scalars(select(ServiceRequest)).all()
    for request in requests:
        finished(house, request)
    house.clock.advance(HOUR)
    return house


def test_a_burst_that_was_over_is_not_opened(stormy: House) -> None:
    house = stormy
    lead = house.open_browser(house.lead)
    (topic,) = lead.get("/topics").get_json()["items"]
    alerts = lead.get("/alerts").get_json()["items"]
    assert alerts
    assert posts(lead) > 20
    house.granted(**NARROW)
    agency = of_the_agency(house)
    assert agency.get("/topics").get_json()["items"] == []
    assert agency.get(f"/topics/{topic['id']}").status_code == 404
    assert agency.get("/alerts", open="false").get_json()["items"] == []
    for alert in alerts:
        assert agency.put(f"/alerts/{alert['id']}/acknowledgement", {}).status_code == 404
    assert posts(agency) == 0
    assert lead.get("/topics").get_json()["items"] == [topic]  # nobody else is concerned


def test_all_of_it_is_opened_by_a_grant_that_says_so(stormy: House) -> None:
    stormy.granted(opens_past="all")
    lead, agency = stormy.open_browser(stormy.lead), of_the_agency(stormy)
    for path in ("/topics", "/alerts"):
        assert agency.get(path).get_json()["items"] == lead.get(path).get_json()["items"] != []
    assert posts(agency) == posts(lead)


def test_a_burst_that_goes_on_is_opened_from_the_grants_beginning(stormy: House) -> None:
    house = stormy
    begins = house.granted(**NARROW)["begins_at"]
    house.make.store(house.account, house.make.post(NEW_POST, author="late"))
    judge_items(house.runtime)
    watch_bursts(house.runtime)
    lead, agency = house.open_browser(house.lead), of_the_agency(house)
    (whole,) = lead.get("/topics").get_json()["items"]
    (topic,) = agency.get("/topics").get_json()["items"]
    assert (whole["item_count"], topic["item_count"], topic["negative_count"]) == (21, 1, 1)
    assert (topic["example"], topic["terms"], topic["label"]) == ("", [], whole["label"])
    assert topic["first_seen_at"][:19] == begins[:19]
    detail = agency.get(f"/topics/{topic['id']}").get_json()
    assert [post["text"] for post in detail["posts"]] == [NEW_POST]
    assert sum(hour["posts"] for hour in detail["curve"]) == 1


def test_what_is_told_of_an_old_topic_is_heard_by_those_who_may_read_it(
    app: Flask, stormy: House, hub: Hub
) -> None:
    house = stormy
    house.granted(**NARROW)
    house.granted(agency_id=house.department.id, team_id=None, takes_new=False, allows=["listen"])
    lead = house.open_browser(house.lead)
    (topic,) = lead.get("/topics").get_json()["items"]
    publish_new(house.runtime)
    people = (house.lead, house.watcher, house.agency_lead)
    sockets = [connect(app, house.open_browser(person)) for person in people]
    while hub.tail.step():
        pass
    for socket in sockets:
        socket.emit("events.subscribe", {"after": None}, callback=True)
    renamed = lead.put(f"/topics/{topic['id']}", {"label": "南屏断网", "version": topic["version"]})
    assert renamed.status_code == 200, renamed.get_json()
    publish_new(house.runtime)
    hub.tail.step()
    told = [[one["name"] for one in heard(socket)] for socket in sockets]
    assert told == [["topic.updated"], ["topic.updated"], []]
    events = of_the_agency(house).get("/events", after=0).get_json()["events"]
    assert "南屏" not in str([one for one in events if one["name"].startswith(("topic", "alert"))])


def test_publications_that_had_left_are_not_opened_and_those_on_their_way_are(house: House) -> None:
    make = house.make
    sent, planned = (make.publication(house.account, text) for text in ("去年的公告", "明天的公告"))
    _finish(house, sent)
    house.clock.advance(HOUR)
    house.granted(**NARROW)
    later = make.publication(house.account, "今天的公告", state=OutboundState.SENT)
    _finish(house, later)
    agency, lead = of_the_agency(house), house.open_browser(house.lead)
    listed = [row["id"] for row in agency.get("/publications").get_json()["items"]]
    assert listed == [later.id, planned.id]
    assert agency.get(f"/publications/{sent.id}").status_code == 404
    assert agency.post(f"/publications/{sent.id}/retry").status_code == 404
    assert len(lead.get("/publications").get_json()["items"]) == 3
    _finish(house, planned)  # what leaves while it holds stays in sight
    assert agency.get(f"/publications/{planned.id}").status_code == 200


def _finish(house: House, publication: Publication) -> None:
    with open_context(house.runtime, LISTENER) as ctx:
        statement = update(OutboundMessage).where(OutboundMessage.carries("publication", publication.id))
        ctx.session.execute(statement.values(state=OutboundState.SENT, finished_at=ctx.now()))


QUESTION = {"metrics": ["arrivals", "replies_sent", "waiting_now"], "period": {"named": "last_7_days"}}


def _counts(screen: Browser) -> list[int]:
    answer = screen.post("/figures", QUESTION)
    assert answer.status_code == 200, answer.get_json()
    return [metric["now"]["total"]["count"] for metric in answer.get_json()["metrics"]]


@pytest.mark.parametrize(("opens", "within"), [("all", [2, 0, 1]), ("active", [1, 0, 1])])
def test_figures_count_what_is_within_the_grant(house: House, opens: str, within: list[int]) -> None:
    done = house.make.request(house.account, "去年的账单", author="old")
    house.make.request(house.account, "宽带坏了", author="new")
    finished(house, done)
    looks = times(house, _counts, opens_past=opens)
    assert next(looks) == [0, 0, 0]
    assert next(looks) == within
    assert next(looks) == [0, 0, 0]
    assert _counts(house.open_browser(house.lead)) == [2, 0, 1]


def _exported(house: House, screen: Browser, view: str = "all") -> int:
    body = {"query": {"view": view}, "columns": ["number"], "format": "csv"}
    answer = screen.post("/service-requests/exports", body)
    assert answer.status_code == 201, answer.get_json()
    number = int(answer.get_json()["id"])
    go_on(house.runtime, number)
    return number


def _rows(screen: Browser, number: int) -> int | None:
    """How many the file holds; None where it is not given."""
    answer = screen.get(f"/long-works/{number}/result")
    return len(answer.get_data(as_text=True).splitlines()) - 1 if answer.status_code == 200 else None


def test_an_export_holds_what_is_within_the_grant_and_is_given_no_longer(house: House) -> None:
    done = house.make.request(house.account, "去年的账单", author="old")
    house.make.request(house.account, "宽带坏了", author="new")
    finished(house, done)
    numbers: list[int] = []

    def look(screen: Browser) -> list[int | None]:
        numbers.append(_exported(house, screen))
        return [_rows(screen, number) for number in numbers]

    assert list(times(house, look, opens_past="active")) == [[0], [0, 1], [0, None, 0]]


def test_a_file_that_holds_more_of_the_past_than_a_new_grant_opens_is_not_given(house: House) -> None:
    done = house.make.request(house.account, "去年的账单", author="old")
    finished(house, done)
    house.clock.advance(HOUR)
    grant = house.granted(opens_past="all")
    agency = of_the_agency(house)
    number = _exported(house, agency, "resolved")
    assert _rows(agency, number) == 1
    assert house.end(grant).status_code == 200
    house.clock.advance(HOUR)
    assert _rows(agency, number) is None
    grant = house.granted(**NARROW)
    assert _rows(agency, number) is None
    fewer = _exported(house, agency, "resolved")
    assert _rows(agency, fewer) == 0
    house.end(grant)
    house.granted(opens_past="all")
    assert (_rows(agency, number), _rows(agency, fewer)) == (1, 0)


def test_a_saved_view_counts_what_is_within_the_grant(house: House) -> None:
    done = house.make.request(house.account, "去年的账单", author="old")
    house.make.request(house.account, "宽带坏了", author="new")
    finished(house, done)
    everything = {"field": "assignee", "op": "is_empty"}
    body = {"subject": "service_request", "name": "全部", "condition": everything}
    view = of_the_agency(house).post("/saved-views", body)
    assert view.status_code == 201, view.get_json()
    number = view.get_json()["id"]

    def look(screen: Browser) -> tuple[int, int]:
        counts = screen.get("/saved-views/counts", subject="service_request").get_json()["items"]
        rows = screen.get("/service-requests", view="all", saved_view_id=number).get_json()["items"]
        return next(row["count"] for row in counts if row["id"] == number), len(rows)

    assert list(times(house, look, opens_past="active")) == [(0, 0), (1, 1), (0, 0)]


def test_a_view_that_names_the_account_is_broken_while_it_is_out_of_reach(house: House) -> None:
    house.make.request(house.account, "宽带坏了", author="new")
    named = {"field": "account", "op": "is", "value": house.account.id}
    body = {"subject": "service_request", "name": "这个账号", "condition": named}
    assert of_the_agency(house).post("/saved-views", body).status_code == 422
    grant = house.granted()
    number = of_the_agency(house).post("/saved-views", body).get_json()["id"]
    house.end(grant)
    (view,) = of_the_agency(house).get("/saved-views", subject="service_request").get_json()["items"]
    assert (view["id"], list(view["faults"])) == (number, ["value"])
    assert house.account.name not in str(view)


def _with_a_picture(house: House, conversation: int) -> str:
    """A note of the brand's lead with a picture; its path."""
    lead = house.open_browser(house.lead)
    picture = brought(lead, "灯.png", png())
    note = {"text": "见图", "idempotency_key": uuid.uuid4().hex, "attachments": [picture["id"]]}
    assert lead.post(f"/conversations/{conversation}/notes", note).status_code == 201
    return str(picture["url"]).removeprefix("/api/v1")


@pytest.mark.parametrize(("opens_notes", "within"), [(True, 200), (False, 404)])
def test_a_file_is_opened_with_what_it_hangs_on(house: House, opens_notes: bool, within: int) -> None:
    request = house.make.request(house.account, "宽带坏了")
    path = _with_a_picture(house, request.conversation_id)

    def look(screen: Browser) -> int:
        return screen.get(path).status_code

    assert list(times(house, look, opens_notes=opens_notes)) == [404, within, 404]
    assert look(house.open_browser(house.lead)) == 200


def test_what_somebody_was_told_of_goes_with_the_grant(stormy: House) -> None:
    """An alert of which they had a notification: neither listed nor counted once it is out of reach."""
    house = stormy
    grant = house.granted(opens_past="all")
    house.make.save(_told_of(house, house.agency_lead))
    agency = of_the_agency(house)
    assert [row["kind"] for row in agency.get("/notifications").get_json()["items"]] == ["alert_raised"]
    house.end(grant)
    house.clock.advance(HOUR)
    assert agency.get("/notifications").get_json()["items"] == []
    house.granted(**NARROW)
    assert agency.get("/notifications").get_json()["items"] == []


def _told_of(house: House, person: Operator) -> Notification:
    (alert, *_) = house.open_browser(house.lead).get("/alerts").get_json()["items"]
    return Notification(
        created_at=house.make.now,
        operator_id=person.id,
        kind="alert_raised",
        cause=f"alert_raised:{alert['id']}",
        subject_kind="alert",
        subject_id=alert["id"],
        detail={"what": alert["kind"]},
        count=1,
        is_shown=True,
        is_folded=False,
    )
