"""A whisper is heard by whoever has the request and by those who watch: by no customer, by no colleague."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Message, Operator, OutboundMessage, Presence
from app.realtime.publisher import publish_new
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


def test_the_holder_hears_it_and_nobody_else(make: Make, open_browser: Open) -> None:
    home = make.agency()
    team = make.team(home)
    lead = make.operator(home, team, role=RoleName.SUPERVISOR)
    other_lead = make.operator(home, team, role=RoleName.SUPERVISOR)
    holder = make.operator(home, team, presence=Presence.ONLINE)
    mate = make.operator(home, team)
    request = make.request(make.account(home, team), "宽带又断了", assignee=holder)
    path = f"/service-requests/{request.id}"
    watcher, theirs, beside = open_browser(lead), open_browser(holder), open_browser(mate)
    thread = f"/conversations/{request.conversation_id}/messages"
    before = theirs.get(thread).get_json()

    assert watcher.post(f"{path}/watch").status_code == 204
    said = watcher.post(f"{path}/whispers", {"text": "  先道歉，再查工单  "})
    assert said.status_code == 201, said.get_json()
    assert said.get_json()["text"] == "先道歉，再查工单"
    assert said.get_json()["holder"]["id"] == holder.id

    def heard(browser: Browser) -> list[str]:
        return [item["text"] for item in browser.get(f"{path}/whispers").get_json()["items"]]

    assert heard(theirs) == heard(watcher) == heard(open_browser(other_lead)) == ["先道歉，再查工单"]
    assert heard(beside) == [], "a mate sees the request and none of its whispers"
    publish_new(make.runtime)
    events = {
        name: [event["name"] for event in browser.get("/events", after=0).get_json()["events"]]
        for name, browser in (("holder", theirs), ("lead", watcher), ("mate", beside))
    }
    assert "whisper.added" in events["holder"]
    assert "whisper.added" in events["lead"]
    assert "whisper.added" not in events["mate"]
    # Nothing of it is in the conversation, nor on its way to the customer.
    assert theirs.get(thread).get_json() == before
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        assert not ctx.session.scalar(select(func.count()).where(Message.text.contains("道歉")))
        assert not ctx.session.scalar(select(func.count()).select_from(OutboundMessage))


def test_whoever_hands_out_no_work_whispers_nothing_and_watches_nobody(
    make: Make, open_browser: Open
) -> None:
    home = make.agency()
    team = make.team(home)
    holder, mate = make.operator(home, team), make.operator(home, team)
    lead = make.operator(home, team, role=RoleName.SUPERVISOR)
    request = make.request(make.account(home, team), "宽带又断了", assignee=holder)
    path = f"/service-requests/{request.id}"
    beside = open_browser(mate)
    assert beside.post(f"{path}/whispers", {"text": "嘘"}).status_code == 403
    assert beside.post(f"{path}/watch").status_code == 403
    watcher = open_browser(lead)
    assert watcher.post(f"{path}/whispers", {"text": " "}).status_code == 422
    assert watcher.post(f"{path}/whispers", {"text": "长" * 501}).status_code == 422
    waiting = make.unassign(request)
    refused = watcher.post(f"/service-requests/{waiting.id}/whispers", {"text": "先道歉"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "nobody_to_whisper_to")


def test_who_had_it_then_keeps_what_they_heard_and_the_next_one_hears_nothing_of_it(
    make: Make, open_browser: Open
) -> None:
    home = make.agency()
    team = make.team(home)
    lead = make.operator(home, team, role=RoleName.SUPERVISOR)
    holder, mate = make.operator(home, team), make.operator(home, team)
    request = make.request(make.account(home, team), "宽带又断了", assignee=holder)
    path = f"/service-requests/{request.id}"
    watcher = open_browser(lead)
    assert watcher.post(f"{path}/whispers", {"text": "先道歉"}).status_code == 201
    version = watcher.get(path).get_json()["version"]
    moved = watcher.put(f"{path}/assignee", {"operator_id": mate.id, "version": version})
    assert moved.status_code == 200, moved.get_json()
    assert len(open_browser(holder).get(f"{path}/whispers").get_json()["items"]) == 1
    assert open_browser(mate).get(f"{path}/whispers").get_json()["items"] == []
    version = watcher.get(path).get_json()["version"]
    taking = {"operator_id": lead.id, "version": version}
    taken = watcher.put(f"{path}/assignee", taking | {"reason": "客户点名找组长"})
    assert taken.get_json()["assignee"]["id"] == lead.id
