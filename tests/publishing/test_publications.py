"""Publications: checked before they are accepted, sent once, told to those who may know."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.adapters.types import SendKind
from app.core.errors import PlatformErrorKind
from app.core.tables import AuditLog, EventLog
from app.core.unit_of_work import open_context
from app.models import Account, AccountStatus, Operator
from app.outbound import results, steps
from app.outbound.courier import COURIER
from app.outbound.ledger import take
from app.outbound.results import RECONCILE_FOR
from app.publishing.cargo import PUBLICATIONS
from app.publishing.events import PUBLICATION_STATE_CHANGED
from tests.factories.browser import Browser
from tests.fakes.platforms import Fault, platform_error
from tests.publishing.press import Press

K = PlatformErrorKind
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Killed(BaseException):
    """The process dies here."""


def post(screen: Browser, press: Press, text: str, **fields: Any) -> TestResponse:
    body = {"account_id": press.account.id, "text": text, "idempotency_key": uuid.uuid4().hex, **fields}
    return screen.post("/publications", body)


def picture(content: bytes = PNG, **fields: Any) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    return {
        "kind": "image",
        "mime_type": "image/png",
        "filename": "海报.png",
        "content": encoded,
        **fields,
    }


def states_told(press: Press) -> list[str]:
    with open_context(press.runtime, COURIER, write=False) as ctx:
        told = (
            select(EventLog.payload).where(EventLog.name == PUBLICATION_STATE_CHANGED).order_by(EventLog.id)
        )
        return [payload["publication"]["state"] for payload in ctx.session.scalars(told)]


def test_a_post_waits_for_its_undo_time_goes_once_and_is_told_of(press: Press, screen: Browser) -> None:
    answer = post(screen, press, "今晚零点系统升级")
    view = answer.get_json()
    assert (answer.status_code, view["state"], view["operator"]["id"]) == (202, "queued", press.editor.id)
    assert view["undo_until"] == press.make.later(10).isoformat().replace("+00:00", "Z")
    press.deliver(wait=9)
    assert press.remote.texts() == []
    press.deliver(wait=2)
    press.deliver()
    (arrived,) = press.remote.arrived
    assert (arrived.kind, arrived.text, arrived.actor_ip) == (SendKind.POST, "今晚零点系统升级", "127.0.0.1")
    shown = screen.get(f"/publications/{view['id']}").get_json()
    assert (shown["state"], shown["undo_until"], shown["error"]) == ("sent", None, None)
    assert shown["external_id"] == press.outbound(view["id"]).external_id
    assert states_told(press) == ["queued", "sending", "sent"]
    assert shown["version"] > view["version"]


def test_the_list_is_newest_first_and_paged(press: Press, screen: Browser) -> None:
    ids = [post(screen, press, f"第{n}条").get_json()["id"] for n in range(5)]
    first = screen.get("/publications?limit=3").get_json()
    rest = screen.get(f"/publications?limit=3&cursor={first['next_cursor']}").get_json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    press.deliver()
    assert len(screen.get("/publications?state=sent").get_json()["items"]) == 5
    assert screen.get("/publications?state=queued").get_json()["items"] == []


def test_the_same_key_is_the_same_publication(press: Press, screen: Browser) -> None:
    key = uuid.uuid4().hex
    first, again = (post(screen, press, "您好", idempotency_key=key).get_json() for _ in range(2))
    assert first == again
    press.deliver()
    assert press.remote.texts() == ["您好"]


@pytest.mark.parametrize("changed", [{"text": "另一句话"}, {"send_at": "2026-11-23T02:00:00Z"}])
def test_a_key_stands_for_one_publication_with_its_content(
    press: Press, screen: Browser, changed: dict[str, Any]
) -> None:
    """Case A10, its kind."""
    key = uuid.uuid4().hex
    assert post(screen, press, "您好", idempotency_key=key).status_code == 202
    again = post(screen, press, **{"text": "您好", "idempotency_key": key, **changed})
    assert (again.status_code, again.get_json()["code"]) == (409, "key_used_otherwise")


def test_the_picture_goes_with_it(press: Press, screen: Browser) -> None:
    view = post(screen, press, "新海报", media=[picture()]).get_json()
    assert view["media"] == [
        {
            "kind": "image",
            "mime_type": "image/png",
            "filename": "海报.png",
            "description": None,
            "size": len(PNG),
        }
    ]
    press.deliver()
    (medium,) = press.remote.arrived[0].media
    assert (medium.content, medium.mime_type, medium.filename) == (PNG, "image/png", "海报.png")


def test_a_repost_names_what_it_passes_on(press: Press, screen: Browser) -> None:
    known = press.make.post("好消息", external_id="status:77")
    press.make.store(press.account, known)
    post(screen, press, "转给大家看看", kind="repost", repost_of="status:77")
    post(screen, press, "也转一下", kind="repost", repost_of="status:88")
    press.deliver()
    targets = [request.target["status_id"] for request in press.remote.arrived]
    assert targets == [known.context["status_id"], "88"]
    assert {request.kind for request in press.remote.arrived} == {SendKind.REPOST}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"text": ""}, "text", "empty"),
    ({"text": "长" * 141}, "text", "too_long"),
    ({"visibility": "private"}, "visibility", "visibility_not_offered"),
    ({"media": [picture(), picture()]}, "media", "media_too_many"),
    ({"media": [picture(mime_type="image/tiff")]}, "media", "media_type"),
    ({"media": [picture(bytes(5 * 1024 * 1024 + 1))]}, "media", "media_too_large"),
    ({"media": [picture(kind="video", mime_type="video/mp4")]}, "media", "media_not_supported"),
    ({"kind": "repost", "repost_of": "article:9"}, "target", "missing_target"),
]


@pytest.mark.parametrize(("fields", "field", "code"), REFUSED, ids=[code for _, _, code in REFUSED])
def test_what_the_platform_would_refuse_is_refused_first(
    press: Press, screen: Browser, fields: dict[str, Any], field: str, code: str
) -> None:
    answer = post(screen, press, **{"text": "您好", **fields})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["codes"]) == (422, "publication_refused", [code])
    assert problem["fields"][field]
    assert "{" not in problem["fields"][field], "every parameter of the text is filled in"
    press.deliver()
    assert press.remote.arrived == []


def test_length_is_counted_as_the_platform_counts(press: Press, screen: Browser) -> None:
    assert post(screen, press, "a" * 280).status_code == 202, "half a character each"
    assert post(screen, press, "a" * 281).status_code == 422


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "repost"}, "repost_of"),
        ({"repost_of": "status:1"}, "repost_of"),
        ({"media": [{"kind": "image"}]}, "media.0.mime_type"),
        ({"media": [picture(content=b"")]}, "media.0.content"),
        ({"send_at": "2027-11-22T00:00:00Z"}, "send_at"),
    ],
)
def test_a_wrong_command_names_its_field(
    press: Press, screen: Browser, fields: dict[str, Any], named: str
) -> None:
    answer = post(screen, press, "您好", **fields)
    assert answer.status_code == 422
    assert named in answer.get_json()["fields"]


@pytest.mark.parametrize("status", [AccountStatus.PAUSED, AccountStatus.REAUTHORISE])
def test_nothing_new_is_accepted_for_an_account_that_does_not_work(
    press: Press, screen: Browser, status: AccountStatus
) -> None:
    with open_context(press.runtime, COURIER) as ctx:
        ctx.session.get_one(Account, press.account.id).status = status
    answer = post(screen, press, "您好")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "account_not_active")


def test_a_paused_account_keeps_its_publications_until_it_is_resumed(press: Press) -> None:
    view = press.publish()
    with open_context(press.runtime, COURIER) as ctx:
        ctx.session.get_one(Account, press.account.id).status = AccountStatus.PAUSED
    press.deliver(wait=3600)
    assert (press.state(view.id), press.remote.texts()) == ("queued", [])
    with open_context(press.runtime, COURIER) as ctx:
        ctx.session.get_one(Account, press.account.id).status = AccountStatus.ACTIVE
    press.deliver()
    assert (press.state(view.id), len(press.remote.arrived)) == ("sent", 1)


def test_a_removed_account_ends_what_waits_honestly(press: Press) -> None:
    waiting, open_one = press.publish("等待中的"), press.publish("不知道的")
    press.remote.fail_next(K.UNKNOWN_OUTCOME)
    press.remote.read_faults.extend(platform_error(K.TEMPORARY) for _ in range(50))
    press.clock.advance(11)
    with open_context(press.runtime, COURIER) as ctx:
        (_task,) = take(ctx, PUBLICATIONS, [press.outbound(open_one.id).id])
    with open_context(press.runtime, COURIER) as ctx:
        ctx.session.get_one(Account, press.account.id).status = AccountStatus.REMOVED
    press.deliver(wait=60)
    assert [press.state(view.id) for view in (waiting, open_one)] == ["failed", "unknown"]
    assert press.remote.arrived == []


def test_it_goes_at_its_hour(press: Press) -> None:
    view = press.publish(send_at=press.make.later(7200))
    press.deliver(wait=7199)
    assert press.state(view.id) == "queued"
    press.deliver(wait=1)
    assert press.state(view.id) == "sent"


def test_taken_back_in_time_it_never_goes(press: Press, screen: Browser) -> None:
    view = press.publish()
    answer = screen.post(f"/publications/{view.id}/cancel")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "cancelled")
    press.deliver(wait=3600)
    assert press.remote.arrived == []


def test_once_it_went_it_cannot_be_taken_back(press: Press, screen: Browser) -> None:
    view = press.publish()
    press.deliver()
    answer = screen.post(f"/publications/{view.id}/cancel")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "too_late")


@pytest.mark.parametrize("acted", [True, False], ids=["after it acted", "before it acted"])
def test_a_worker_that_dies_inside_the_call_publishes_once(press: Press, acted: bool) -> None:
    view = press.publish()
    press.remote.send_faults.append(Fault(Killed(), acted))
    with pytest.raises(Killed):
        press.deliver()
    for _ in range(5):
        press.deliver(wait=120)
    assert (press.state(view.id), len(press.remote.arrived)) == ("sent", 1)


def test_an_open_outcome_is_read_back_from_our_own_posts(press: Press) -> None:
    view = press.publish()
    press.remote.fail_next(K.UNKNOWN_OUTCOME, acted=True)
    press.deliver()
    assert (press.state(view.id), len(press.remote.arrived)) == ("sent", 1)


def test_when_it_cannot_be_read_back_a_person_settles_it(press: Press, screen: Browser) -> None:
    view = press.publish()
    press.remote.fail_next(K.UNKNOWN_OUTCOME)
    press.remote.read_faults.extend(platform_error(K.TEMPORARY) for _ in range(50))
    press.deliver()
    press.deliver(wait=RECONCILE_FOR.total_seconds())
    assert press.state(view.id) == "unknown"
    press.remote.read_faults.clear()
    settled = screen.post(f"/publications/{view.id}/outcome", {"outcome": "not_sent"}).get_json()
    assert (settled["state"], settled["error"]["code"]) == ("failed", "not_sent")
    assert screen.post(f"/publications/{view.id}/retry").get_json()["state"] == "queued"
    press.deliver()
    assert (press.state(view.id), len(press.remote.arrived)) == ("sent", 1)


@pytest.mark.parametrize(
    ("kind", "ends"), [(K.TEMPORARY, "sent"), (K.RATE_LIMITED, "sent"), (K.REJECTED, "failed")]
)
def test_a_refusal_is_dealt_with_by_its_kind(press: Press, kind: PlatformErrorKind, ends: str) -> None:
    view = press.publish()
    press.remote.fail_next(kind)
    for _ in range(3):
        press.deliver(wait=700)
    assert press.state(view.id) == ends
    assert len(press.remote.arrived) == (1 if ends == "sent" else 0)


def test_a_limit_met_by_one_that_was_written_days_ago_is_waited_for(press: Press) -> None:
    view = press.publish(send_at=press.make.later(3 * 86_400))
    press.remote.fail_next(K.RATE_LIMITED)
    press.deliver(wait=3 * 86_400)
    assert press.state(view.id) == "queued"
    press.deliver(wait=700)
    assert press.state(view.id) == "sent"


def test_equal_words_go_one_after_another(press: Press) -> None:
    """While the first one's outcome is open, reading back could not tell it from the second."""
    first, second = press.publish("重要通知"), press.publish("重要通知")
    other = press.publish("别的通知")
    press.clock.advance(11)
    with open_context(press.runtime, COURIER) as ctx:
        (task,) = take(ctx, PUBLICATIONS, [press.outbound(first.id).id])
    press.deliver(wait=0)
    assert [press.state(view.id) for view in (second, other)] == ["queued", "sent"]
    outcome = steps.perform(press.runtime, task)
    assert outcome is not None
    with open_context(press.runtime, COURIER) as ctx:
        results.record(ctx, PUBLICATIONS, [(task, outcome)])
    press.deliver(wait=0)
    assert press.state(second.id) == "sent"


def test_posts_and_replies_share_one_quota_of_calls(press: Press) -> None:
    account = press.make.account(press.agency, press.team, settings={"user_calls_per_day": 2})
    views = [press.publish(f"第{n}条", account_id=account.id) for n in range(3)]
    press.deliver()
    assert sorted(press.state(view.id) for view in views) == ["queued", "sent", "sent"]
    press.deliver(wait=86_400 + 1500)
    assert {press.state(view.id) for view in views} == {"sent"}


def test_who_did_what_is_on_the_audit_log(press: Press, screen: Browser) -> None:
    view = post(screen, press, "您好").get_json()
    screen.post(f"/publications/{view['id']}/cancel")
    with open_context(press.runtime, COURIER, write=False) as ctx:
        rows = ctx.session.execute(
            select(AuditLog.action, AuditLog.operator_id, AuditLog.object_id)
            .where(AuditLog.object_type == "publication")
            .order_by(AuditLog.id)
        ).all()
    names = ("publication.created", "publication.cancelled")
    assert [tuple(row) for row in rows] == [(name, press.editor.id, str(view["id"])) for name in names]


def test_an_operator_reads_but_does_not_publish(
    press: Press, open_browser: Callable[[Operator | None], Browser]
) -> None:
    view = press.publish()
    browser = open_browser(press.make.operator(press.agency, press.team))
    assert browser.get(f"/publications/{view.id}").status_code == 200
    assert post(browser, press, "您好").status_code == 403
