"""Case G18: a list's few characters are the customer's words, not the account's own name."""

from __future__ import annotations

import pytest

from app.adapters.types import Lane, Media
from app.core.context import Context
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Account, ServiceRequest
from app.routing.lifecycle.thread import read_thread
from app.routing.previews import shown_text
from app.routing.queries import request_view
from app.routing.related import relate
from tests.factories.make import Make
from tests.workbench.desk import Desk

CARE = Account(name="云岭宽带", settings={})
MASTODON = Account(name="云岭宽带 Broadband", settings={"username": "yunling_broadband"})


def related(ctx: Context, request_id: int) -> ServiceRequest:
    request = ctx.session.get_one(ServiceRequest, request_id)
    relate(ctx.session, [request])
    return request


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@云岭宽带 断网三天了", "断网三天了"),
        ("@云岭宽带：断网三天了", "断网三天了"),
        ("@云岭宽带 @云岭宽带 断网", "断网"),
        ("  @云岭宽带\n断网", "断网"),
        ("断网了 @云岭宽带 快来", "断网了 @云岭宽带 快来"),
        ("@云岭宽带用户 断网", "@云岭宽带用户 断网"),
        ("@别人 @云岭宽带 断网", "@别人 @云岭宽带 断网"),
        ("@云岭宽带", "@云岭宽带"),
        ("没有点名", "没有点名"),
        ("", ""),
    ],
)
def test_the_own_call_at_the_beginning_is_left_out(text: str, shown: str) -> None:
    assert shown_text(text, CARE) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@yunling_broadband 断网", "断网"),
        ("@Yunling_Broadband@social.example 断网", "断网"),
        ("@yunling 断网", "@yunling 断网"),
    ],
)
def test_a_mastodon_name_is_the_handle_with_or_without_its_server(text: str, shown: str) -> None:
    assert shown_text(text, MASTODON) == shown


@pytest.mark.parametrize(
    ("text", "media", "medium"),
    [
        ("", (Media("voice"), Media("image")), "voice"),
        ("看图", (Media("image"),), "image"),
        ("没图", (), None),
    ],
)
def test_what_was_sent_without_words_is_told_by_its_kind(
    wechat_desk: Desk, text: str, media: tuple[Media, ...], medium: str | None
) -> None:
    """Case G1: also when an answer was taken back and the preview is derived anew."""
    make = wechat_desk.make
    make.store(wechat_desk.account, make.post(text, author="c1", lane=Lane.PRIVATE, media=media))
    make.judge()
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        request = related(ctx, wechat_desk.private.id)
        assert request_view(request).preview.medium == medium
        assert request.preview == read_thread(ctx, request.id).preview


def test_the_list_and_its_events_show_the_words(make: Make) -> None:
    agency = make.agency()
    account = make.account(agency, make.team(agency))
    request = make.request(account, f"@{account.name} 断网三天了")
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        assert request_view(related(ctx, request.id)).preview.text == "断网三天了"
