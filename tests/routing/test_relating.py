"""Several requests of one person: put together, taken apart again exactly, split, linked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.models import Message, Operator, OutboundMessage, RequestStatus, ServiceRequest
from app.routing.lifecycle.snapshots import snapshot
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ROUTER, SetupOffice, made

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> SetupOffice:
    return SetupOffice(make)


@pytest.fixture
def anna(office: SetupOffice, open_browser: Open) -> Browser:
    return open_browser(office.anna)


def two_of_one(office: SetupOffice) -> tuple[ServiceRequest, ServiceRequest]:
    """What one person wrote in private and in public."""
    into = office.make.request(
        office.account, "宽带坏了，谁来修？", author="c1", lane=Lane.PRIVATE, assignee=office.anna
    )
    other = office.make.request(
        office.account, "宽带坏了三天没人管，投诉！", author="c1", assignee=office.anna
    )
    return office.now(into), office.now(other)


def merge(screen: Browser, other: ServiceRequest, into: ServiceRequest, **more: Any) -> Any:
    body = {"into_id": into.id, "version": other.version, **more}
    return screen.post(f"/service-requests/{other.id}/merge", body)


def unmerge(screen: Browser, office: SetupOffice, other: ServiceRequest) -> Any:
    body = {"version": office.now(other).version}
    return screen.post(f"/service-requests/{other.id}/unmerge", body)


def reply(screen: Browser, request: ServiceRequest, text: str = "马上处理", **more: Any) -> Any:
    body = {
        "service_request_id": request.id,
        "lane": request.lane.value,
        "text": text,
        "idempotency_key": f"key-{request.id}-{abs(hash(text)):x}",
        **more,
    }
    return screen.post(f"/conversations/{request.conversation_id}/replies", body)


def messages_of(office: SetupOffice, request: ServiceRequest) -> list[int]:
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        return sorted(ctx.session.scalars(select(Message.id).where(Message.service_request_id == request.id)))


def outgoing(office: SetupOffice) -> int:
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        return ctx.session.scalar(select(func.count(OutboundMessage.id))) or 0


def test_a_merge_puts_the_posts_under_the_other_and_closes_it(office: SetupOffice, anna: Browser) -> None:
    into, other = two_of_one(office)
    all_messages = sorted(messages_of(office, into) + messages_of(office, other))
    answer = made(merge(anna, other, into))
    assert answer["moved"] == 1
    assert answer["merged"]["merged_into_id"] == into.id
    stands, gone = office.now(into), office.now(other)
    assert (gone.status, gone.waiting_since, gone.unread_count) == (RequestStatus.CLOSED, None, 0)
    assert messages_of(office, into) == all_messages
    assert messages_of(office, other) == []
    assert stands.message_count == 2
    assert stands.priority == min(into.priority, other.priority)
    assert stands.waiting_since == min(one.waiting_since for one in (into, other) if one.waiting_since)
    history = anna.get(f"/service-requests/{into.id}/changes").get_json()["items"]
    assert history[0]["text"] == f"{other.number} merged into this"
    of_other = anna.get(f"/service-requests/{other.id}/changes").get_json()["items"]
    assert of_other[0]["text"] == f"Merged into {into.number}"
    relations = anna.get(f"/service-requests/{into.id}/relations").get_json()
    assert [one["request"]["id"] for one in relations["merged"]] == [other.id]
    assert relations["merged"][0]["can_undo"] is True
    assert anna.get(f"/service-requests/{other.id}/relations").get_json()["merged_into"]["id"] == into.id


def test_undone_at_once_both_are_exactly_as_they_were(office: SetupOffice, anna: Browser) -> None:
    into, other = two_of_one(office)
    made(reply(anna, other, "先在这里回您"), 202)
    into, other = office.now(into), office.now(other)
    before = [snapshot(into), snapshot(other)]
    held = [messages_of(office, into), messages_of(office, other)]
    made(merge(anna, other, into))
    made(unmerge(anna, office, other))
    assert [snapshot(office.now(into)), snapshot(office.now(other))] == before
    assert [messages_of(office, into), messages_of(office, other)] == held
    again = unmerge(anna, office, other)
    assert (again.status_code, again.get_json()["code"]) == (409, "not_merged")


def test_what_comes_after_a_merge_joins_the_one_that_goes_on_and_stays_there_when_undone(
    office: SetupOffice, anna: Browser
) -> None:
    into, other = two_of_one(office)
    made(merge(anna, other, into))
    office.make.store(office.account, office.make.post("还没修好，我要投诉到工信部！", author="c1"))
    office.make.judge()
    assert office.now(into).message_count == 3
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        assert ctx.session.scalar(select(func.count(ServiceRequest.id))) == 2, "no third one opened"
    made(reply(anna, office.now(into), "已经派单"), 202)
    made(unmerge(anna, office, other))
    stands, back = office.now(into), office.now(other)
    assert (stands.message_count, back.message_count) == (3, 1)
    assert stands.waiting_since is None
    assert back.waiting_since == other.waiting_since
    assert (back.status, back.merged_into_id) == (other.status, None)


def test_it_comes_back_beside_a_newer_one_that_has_taken_its_place(
    office: SetupOffice, anna: Browser
) -> None:
    into, other = two_of_one(office)
    made(merge(anna, other, into))
    done = {"status": "resolved", "version": office.now(into).version}
    made(anna.put(f"/service-requests/{into.id}/status", done))
    newer = office.make.request(office.account, "又坏了，投诉！", author="c1")
    assert newer.id not in (into.id, other.id)
    made(unmerge(anna, office, other))
    back = office.now(other)
    assert (back.status, back.strand) == (other.status, 1)


def test_after_a_day_nothing_is_undone(
    office: SetupOffice, anna: Browser, clock: ManualClock, open_browser: Open
) -> None:
    into, other = two_of_one(office)
    made(merge(anna, other, into))
    clock.advance(24 * 3600 + 1)
    anna = open_browser(office.anna)
    refused = unmerge(anna, office, other)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "undo_over")
    assert anna.get(f"/service-requests/{into.id}/relations").get_json()["merged"][0]["can_undo"] is False


def test_what_is_refused(office: SetupOffice, anna: Browser, open_browser: Open) -> None:
    into, other = two_of_one(office)
    third = office.now(office.make.request(office.account, "请问套餐", author="c2", assignee=office.bo))

    def code(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.get_json()["code"]

    assert merge(anna, into, into).get_json()["fields"]["into_id"] == "Choose another request"
    assert code(merge(anna, third, into)) == (409, "merges_two_people")
    assert code(merge(anna, third, into, confirm=["two_people"])) == (409, "claimed_by_other")
    stale = {"into_id": into.id, "version": other.version + 1}
    assert code(anna.post(f"/service-requests/{other.id}/merge", stale)) == (409, "stale_version")
    made(merge(anna, other, into))
    assert code(merge(anna, office.now(into), other)) == (409, "request_merged"), "no circle"
    yes = ["two_people", "claimed_by_other"]
    assert code(merge(anna, office.now(other), third, confirm=yes)) == (409, "request_merged")
    stranger = office.make.operator(office.make.agency(), office.make.team(office.make.agency()))
    assert merge(open_browser(stranger), office.now(into), third).status_code == 404


def test_into_what_is_done_nothing_is_put(office: SetupOffice, anna: Browser) -> None:
    into, other = two_of_one(office)
    made(anna.put(f"/service-requests/{into.id}/status", {"status": "resolved", "version": into.version}))
    refused = merge(anna, other, into)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "merge_needs_active")
    made(merge(anna, office.now(into), other))
    assert office.now(other).message_count == 2, "the other way round it goes"


def test_of_two_people_each_keeps_their_own_conversation(office: SetupOffice, anna: Browser) -> None:
    into, _ = two_of_one(office)
    other = office.make.request(office.account, "我家也坏了", author="c2", assignee=office.anna)
    other = office.now(other)
    answer = made(merge(anna, other, into, confirm=["two_people"]))
    assert answer["moved"] == 0
    assert len(messages_of(office, other)) == 1
    assert office.now(into).message_count == into.message_count
    made(unmerge(anna, office, other))
    assert snapshot(office.now(other)) == snapshot(other)


def test_an_answer_to_what_was_merged_meanwhile_goes_on_under_the_other(
    office: SetupOffice, anna: Browser
) -> None:
    into, other = two_of_one(office)
    made(merge(anna, other, into))
    made(reply(anna, other, "在写的时候被合并了"), 202)
    assert (office.now(into).message_count, office.now(other).message_count) == (3, 0)
    assert office.now(into).waiting_since is None


def test_merging_and_answering_at_the_same_moment_loses_and_doubles_nothing(
    office: SetupOffice, open_browser: Open
) -> None:
    for round_ in range(4):
        into = office.make.request(
            office.account, "宽带坏了", author=f"r{round_}", lane=Lane.PRIVATE, assignee=office.anna
        )
        other = office.make.request(
            office.account, "宽带坏了，投诉！", author=f"r{round_}", assignee=office.anna
        )
        into, other = office.now(into), office.now(other)
        before = outgoing(office)
        screens = [open_browser(office.anna), open_browser(office.anna)]
        gate, answers = threading.Barrier(2), dict[str, Any]()

        def act(name: str, what: Callable[[], Any], gate: Any = gate, answers: Any = answers) -> None:
            gate.wait(timeout=20)
            answers[name] = what()

        threads = [
            threading.Thread(
                target=act, args=("merge", lambda s=screens[0], o=other, i=into: merge(s, o, i))
            ),
            threading.Thread(target=act, args=("reply", lambda s=screens[1], o=other: reply(s, o, "收到"))),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert answers["reply"].status_code == 202, answers["reply"].get_json()
        assert answers["merge"].status_code in (200, 409)
        if answers["merge"].status_code == 409:
            made(merge(screens[0], office.now(other), into))
        assert outgoing(office) == before + 1
        assert office.now(into).message_count == 3
        assert messages_of(office, other) == []


def test_some_messages_become_a_request_of_their_own(office: SetupOffice, anna: Browser) -> None:
    source = office.make.request(office.account, "宽带坏了，谁来修？", author="c1", assignee=office.anna)
    office.make.store(office.account, office.make.post("另外套餐怎么改？", author="c1"))
    office.make.judge()
    source = office.now(source)
    _, second = messages_of(office, source)
    body = {"message_ids": [second], "version": source.version}
    new = made(anna.post(f"/service-requests/{source.id}/split", body), 201)
    assert (new["assignee"]["id"], new["message_count"]) == (office.anna.id, 1)
    assert new["preview"]["text"] == "另外套餐怎么改？"
    stands, split_off = office.now(source), office.now(ServiceRequest(id=new["id"]))
    assert (stands.message_count, stands.preview["text"]) == (1, "宽带坏了，谁来修？")
    assert (stands.strand, split_off.strand) == (0, 1)
    assert split_off.waiting_since is not None
    office.make.store(office.account, office.make.post("人呢？谁来修？", author="c1"))
    office.make.judge()
    assert office.now(source).message_count == 2, "what comes later joins the first"
    changes = office.changes(split_off)
    assert [one.version for one in changes] == list(range(1, split_off.version + 1))
    assert office.decisions(split_off)[0].reason == "split_off"
    made(merge(anna, office.now(split_off), office.now(source)))
    assert office.now(source).message_count == 3, "put back by merging"


@pytest.mark.parametrize(
    ("chosen", "text"), [("none of it", "not of this request"), ("all", "Leave at least one")]
)
def test_what_cannot_be_split(office: SetupOffice, anna: Browser, chosen: str, text: str) -> None:
    into, other = two_of_one(office)
    ids = messages_of(office, other) if chosen == "none of it" else messages_of(office, into)
    body = {"message_ids": ids, "version": into.version}
    refused = anna.post(f"/service-requests/{into.id}/split", body)
    assert refused.status_code == 422
    assert text in refused.get_json()["fields"]["message_ids"]


def test_two_are_linked_and_no_longer(office: SetupOffice, anna: Browser) -> None:
    one, other = two_of_one(office)
    body = {"other_id": other.id, "kind": "caused_by", "version": one.version}
    shown = made(anna.post(f"/service-requests/{one.id}/links", body), 201)
    (link,) = shown["links"]
    assert (link["kind"], link["outgoing"], link["request"]["id"]) == ("caused_by", True, other.id)
    (back,) = made(anna.get(f"/service-requests/{other.id}/relations"))["links"]
    assert (back["outgoing"], back["request"]["id"]) == (False, one.id)
    again = {**body, "kind": "duplicate", "version": office.now(one).version}
    (link,) = made(anna.post(f"/service-requests/{one.id}/links", again), 201)["links"]
    assert anna.delete(f"/service-requests/{other.id}/links/{link['id']}").status_code == 204
    assert made(anna.get(f"/service-requests/{one.id}/relations"))["links"] == []
    history = anna.get(f"/service-requests/{other.id}/changes").get_json()["items"]
    assert history[0]["text"] == f"Link to {one.number} taken off"


def test_the_same_persons_other_requests_are_offered(office: SetupOffice, anna: Browser) -> None:
    into, other = two_of_one(office)
    office.make.request(office.account, "我家也坏了", author="c2", assignee=office.anna)
    others = made(anna.get(f"/service-requests/{into.id}/relations"))["others"]
    assert [one["id"] for one in others] == [other.id]
