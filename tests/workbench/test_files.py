"""Files on replies and notes: who sees them, what a lane takes, sent once whatever dies."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.unit_of_work import open_context
from app.media.store import file_store
from app.models import Operator
from app.outbound import steps
from app.outbound.courier import COURIER
from app.outbound.ledger import note_prepared, take
from app.outbound.steps import Step
from app.workbench.cargo import REPLIES
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote, platform_error
from tests.files.bringing import brought
from tests.files.samples import MP4, PDF, png
from tests.workbench.desk import Desk

OpenBrowser = Callable[[Operator | None], Browser]


@pytest.fixture
def mastodon(make: Make, clock: ManualClock, remote: Remote) -> Desk:
    return Desk(make, clock, remote, platform="mastodon")


@pytest.fixture
def at(open_browser: OpenBrowser) -> Callable[[Desk], Browser]:
    return lambda desk: open_browser(desk.operator)


def reply(browser: Browser, desk: Desk, *files: dict[str, Any], text: str = "请看图", **fields: Any) -> Any:
    body = {
        "service_request_id": desk.request.id,
        "lane": "public",
        "text": text,
        "idempotency_key": uuid.uuid4().hex,
        "attachments": [file["id"] for file in files],
        "confirm": ["second_reply"],
        **fields,
    }
    return browser.post(f"/conversations/{desk.request.conversation_id}/replies", body)


def note(browser: Browser, desk: Desk, *files: dict[str, Any], text: str = "见附件") -> Any:
    body = {"text": text, "idempotency_key": uuid.uuid4().hex, "attachments": [file["id"] for file in files]}
    return browser.post(f"/conversations/{desk.request.conversation_id}/notes", body)


def path(view: dict[str, Any]) -> str:
    return str(view["url"]).removeprefix("/api/v1")


def test_a_reply_carries_pictures_and_is_sent_once(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    first, second = brought(browser, "一.png", png(8, 8)), brought(browser, "二.png", png(9, 9))
    answer = reply(browser, desk, second, first)
    assert answer.status_code == 202
    message = answer.get_json()
    assert [medium["name"] for medium in message["media"]] == ["二.png", "一.png"]
    assert [medium["attachment_id"] for medium in message["media"]] == [second["id"], first["id"]]
    desk.deliver()
    desk.deliver()
    assert desk.state(message["id"]) == "sent"
    assert desk.remote.held == [[png(9, 9), png(8, 8)]]
    (sent,) = desk.remote.arrived
    assert (sent.text, sent.prepared["media_ids"]) == ("请看图", ["m1-0", "m1-1"])
    shown = browser.get(f"/conversations/{desk.request.conversation_id}/messages").get_json()["items"][-1]
    assert shown["media"] == message["media"]


def test_words_are_not_needed_where_a_picture_says_it(mastodon: Desk, at: Any) -> None:
    browser = at(mastodon)
    message = reply(browser, mastodon, brought(browser, "a.png", png()), text="").get_json()
    mastodon.deliver()
    assert mastodon.state(message["id"]) == "sent"
    empty = reply(browser, mastodon, text="")
    assert (empty.status_code, empty.get_json()["code"]) == (422, "reply_empty")


def test_whoever_sees_the_message_has_the_file_and_nobody_else(
    mastodon: Desk, at: Any, open_browser: OpenBrowser
) -> None:
    desk, browser = mastodon, at(mastodon)
    view = brought(browser, "合同.pdf", PDF)
    assert note(browser, desk, view).status_code == 201
    colleague = open_browser(desk.make.operator(desk.agency, desk.team))
    got = colleague.get(path(view))
    assert (got.status_code, got.content_type) == (200, "application/octet-stream")
    assert "%E5%90%88%E5%90%8C.pdf" in got.headers["Content-Disposition"]
    elsewhere = desk.make.agency()
    stranger = open_browser(desk.make.operator(elsewhere, desk.make.team(elsewhere)))
    assert stranger.get(path(view)).status_code == 404
    assert browser.delete(path(view)).status_code == 404, "what is used is not taken away"


def test_nobody_sends_what_they_cannot_see(mastodon: Desk, at: Any, open_browser: OpenBrowser) -> None:
    desk = mastodon
    colleague = open_browser(desk.make.operator(desk.agency, desk.team))
    theirs = brought(colleague, "a.png", png())
    for files in ([theirs], [{"id": 999_999}]):
        answer = reply(at(desk), desk, *files)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "attachment_gone")
    assert desk.due() == []


def test_a_reply_taken_back_gives_its_files_to_the_next(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    view = brought(browser, "a.png", png())
    first = reply(browser, desk, view).get_json()
    assert browser.post(f"/messages/{first['id']}/cancel").status_code == 200
    second = reply(browser, desk, view, text="改好了").get_json()
    assert second["media"][0]["attachment_id"] != view["id"]
    desk.deliver()
    assert [(sent.text, len(sent.media)) for sent in desk.remote.arrived] == [("改好了", 1)]


def test_the_same_command_again_makes_no_second_message(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    view, key = brought(browser, "a.png", png()), uuid.uuid4().hex
    ids = {reply(browser, desk, view, idempotency_key=key).get_json()["id"] for _ in range(2)}
    assert len(ids) == 1
    other = reply(browser, desk, idempotency_key=key)
    assert (other.status_code, other.get_json()["code"]) == (409, "key_used_otherwise")


def test_a_lane_says_what_it_takes_and_a_refusal_says_why(
    mastodon: Desk, desk: Desk, wechat_desk: Desk, at: Any
) -> None:
    def lanes(one: Desk) -> Any:
        return at(one).get(f"/conversations/{one.request.conversation_id}").get_json()["lanes"]

    kinds = {kind["kind"]: kind["most"] for kind in lanes(mastodon)["public"]["files"]["kinds"]}
    assert kinds == {"image": 4, "video": 1, "audio": 1}
    for lane in ("public", "private"):
        files = lanes(desk)[lane]["files"]
        assert files["kinds"] == []
        assert "only words" in files["reason"]
    wechat = lanes(wechat_desk)
    assert (wechat["public"]["files"]["kinds"], wechat["private"]["files"]["with_text"]) == ([], False)
    browser = at(desk)
    refused = reply(browser, desk, brought(browser, "a.png", png()))
    assert refused.status_code == 422
    assert "media" in refused.get_json()["fields"]


def test_more_than_a_platform_takes_is_refused_with_its_number(mastodon: Desk, at: Any) -> None:
    browser = at(mastodon)
    pictures = [brought(browser, f"{number}.png", png()) for number in range(5)]
    assert "4" in reply(browser, mastodon, *pictures).get_json()["fields"]["media"]
    film = brought(browser, "a.mp4", MP4)
    assert reply(browser, mastodon, film, pictures[0]).status_code == 422
    paper = brought(browser, "a.pdf", PDF)
    assert reply(browser, mastodon, paper).status_code == 422
    assert reply(browser, mastodon, *pictures[:4]).status_code == 202


def test_a_refused_upload_is_a_refusal_and_the_reply_can_go_anew(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    desk.remote.upload_faults.append(platform_error(PlatformErrorKind.REJECTED))
    message = reply(browser, desk, brought(browser, "a.png", png())).get_json()
    desk.deliver()
    assert (desk.state(message["id"]), desk.remote.arrived) == ("failed", [])
    assert browser.post(f"/messages/{message['id']}/retry?confirm=second_reply").status_code == 200
    desk.deliver()
    assert (desk.state(message["id"]), len(desk.remote.arrived)) == ("sent", 1)


def test_an_upload_without_an_answer_is_tried_again_and_the_reply_goes_once(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    desk.remote.upload_faults.append(platform_error(PlatformErrorKind.UNKNOWN_OUTCOME))
    message = reply(browser, desk, brought(browser, "a.png", png())).get_json()
    for _ in range(3):
        desk.deliver(wait=300)
    assert (desk.state(message["id"]), len(desk.remote.arrived)) == ("sent", 1)


def test_a_worker_that_dies_between_upload_and_send_sends_once(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    message = reply(browser, desk, brought(browser, "a.png", png())).get_json()
    desk.clock.advance(11)
    with open_context(desk.runtime, COURIER) as ctx:
        (task,) = take(ctx, REPLIES, [desk.outbound(message["id"]).id])
    assert task.step is Step.PREPARE
    made = steps.prepare(desk.runtime, task)
    assert isinstance(made, Mapping)
    with open_context(desk.runtime, COURIER) as ctx:
        assert note_prepared(ctx, task, dict(made)) is not None
    for _ in range(6):  # its lease ends; whoever takes it looks first, then sends with the same upload
        desk.deliver(wait=300)
    assert (desk.state(message["id"]), len(desk.remote.arrived), len(desk.remote.held)) == ("sent", 1, 1)


def test_what_the_platform_has_forgotten_is_uploaded_anew(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    message = reply(browser, desk, brought(browser, "a.png", png())).get_json()
    desk.remote.fail_next(PlatformErrorKind.TEMPORARY)
    desk.deliver()
    with open_context(desk.runtime, COURIER) as ctx:
        row = ctx.session.merge(desk.outbound(message["id"]))
        assert row.prepared is not None
        row.prepared = {**row.prepared, "good_until": desk.make.now.isoformat()}
    desk.deliver(wait=600)
    assert (desk.state(message["id"]), len(desk.remote.held)) == ("sent", 2)


def test_a_file_lost_from_the_disk_fails_with_words(mastodon: Desk, at: Any) -> None:
    desk, browser = mastodon, at(mastodon)
    message = reply(browser, desk, brought(browser, "a.png", png())).get_json()
    for name, _ in list(file_store(desk.runtime).names()):
        file_store(desk.runtime).remove(name)
    desk.deliver()
    outbound = desk.outbound(message["id"])
    assert (outbound.state.value, outbound.error_detail) == ("failed", "not_sent file_lost")
