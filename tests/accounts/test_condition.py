"""Cases B11 and B18: an account in use is read in full or says so; a server away is told with since when."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.budget import CALLS, count_calls
from app.accounts.condition import listened_streams
from app.accounts.connecting import (
    connect_account,
    pause_account,
    record_health,
    remove_account,
    resume_account,
)
from app.accounts.schemas import ConnectAccount
from app.adapters.types import AccountHealth, HealthState
from app.core.clock import ManualClock
from app.core.context import Context
from app.core.errors import PlatformErrorKind
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, poll_stream
from app.models import Account, AccountStatus, Agency, Operator, Stream
from tests.factories.browser import Browser
from tests.factories.make import WEIBO_CREDENTIALS, Make
from tests.fakes.platforms import Remote, platform_error

PLENTY = {"user_calls_per_day": 1_000_000}


class Office:
    """An administrator who connects and removes one account."""

    def __init__(self, app: Flask, make: Make) -> None:
        self.app, self.make = app, make
        self.agency: Agency = make.agency()
        self.admin: Operator = make.operator(self.agency, role=RoleName.ADMINISTRATOR)

    def act(self, does: Any, *arguments: Any) -> Any:
        with open_context(self.make.runtime, self.make.actor(self.admin)) as ctx:
            return does(ctx, *arguments)

    def connect(self, **settings: Any) -> Account:
        command = ConnectAccount(
            platform="weibo",
            external_id="5550001",
            name="客服号",
            agency_id=self.agency.id,
            credentials=WEIBO_CREDENTIALS,
            settings=settings,
        )
        account: Account = self.act(connect_account, command)
        return account

    def streams(self, account_id: int) -> dict[str, Stream]:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            rows = ctx.session.scalars(select(Stream).where(Stream.account_id == account_id))
            return {row.name: row for row in rows}

    def view(self, account_id: int) -> dict[str, Any]:
        browser = Browser(self.app, self.make.session_token(self.admin))
        found: dict[str, Any] = browser.get(f"/accounts/{account_id}").get_json()
        return found

    def on_the_overview(self, account_id: int) -> dict[str, Any]:
        manager = self.make.operator(self.agency, role=RoleName.MANAGER)
        rows = Browser(self.app, self.make.session_token(manager)).get("/overview").get_json()["accounts"]
        found: dict[str, Any] = next(row for row in rows if row["account"]["id"] == account_id)
        return found


@pytest.fixture
def office(app: Flask, make: Make) -> Office:
    return Office(app, make)


def test_an_account_connected_again_is_read_from_where_it_stood(office: Office) -> None:
    """Case B11."""
    account = office.connect(**PLENTY)
    with open_context(office.make.runtime, LISTENER) as ctx:
        for stream in ctx.session.scalars(select(Stream).where(Stream.account_id == account.id)):
            stream.cursor = {"since_id": "77"}
    office.act(remove_account, account.id)
    assert not any(stream.is_active for stream in office.streams(account.id).values())
    again = office.connect(**PLENTY)
    assert again.id == account.id
    streams = office.streams(again.id)
    assert all(stream.is_active for stream in streams.values())
    assert all(stream.cursor == {"since_id": "77"} for stream in streams.values())


def test_an_account_connected_again_keeps_the_limits_it_had(office: Office) -> None:
    """Case B11: the default of a new app is 100 calls a day, which were spent long ago."""
    for again in ({}, {}, {"user_calls_per_day": 5_000}):
        office.act(remove_account, office.connect(**PLENTY).id)
        account = office.connect(**again)
        assert account.settings["user_calls_per_day"] == {**PLENTY, **again}["user_calls_per_day"]
        office.act(remove_account, account.id)


def test_an_account_whose_quota_is_spent_is_not_called_fine(
    office: Office, remote: Remote, clock: ManualClock
) -> None:
    """Case B18: every stream due tomorrow, and nobody was told."""
    account = office.connect(user_calls_per_day=100)
    streams = office.streams(account.id).values()
    poll_stream(office.make.runtime, office.streams(account.id)["mentions"].id)
    assert office.view(account.id)["reading_pause"] is None
    read_at = clock.now()
    office.act(count_calls, account, CALLS, 100)
    clock.advance(4_000)
    for stream in streams:
        poll_stream(office.make.runtime, stream.id)
    view = office.view(account.id)
    pause = view["reading_pause"]
    assert (view["status"], pause["reason"], view["lag_seconds"]) == ("active", "quota_spent", 4_000)
    assert pause["since"] == read_at.isoformat().replace("+00:00", "Z")
    assert pause["until"] >= min(stream["due_at"] for stream in view["streams"])
    office.act(pause_account, account.id)
    assert office.view(account.id)["reading_pause"] is None  # it says that it is paused


def test_an_account_whose_every_stream_waits_for_long_is_not_called_fine(office: Office) -> None:
    account = office.connect(**PLENTY)
    for seconds, reason in ((60, None), (86_400, "waits")):
        office.act(_put_off, account.id, seconds)
        pause = office.view(account.id)["reading_pause"]
        assert (pause and pause["reason"]) == reason
        assert office.on_the_overview(account.id)["reading_pause"] == pause


def test_the_overview_knows_of_a_spent_quota_too(office: Office, clock: ManualClock) -> None:
    account = office.connect(user_calls_per_day=100)
    assert office.on_the_overview(account.id)["reading_pause"] is None
    office.act(count_calls, account, CALLS, 100)
    clock.advance(60)
    pause = office.on_the_overview(account.id)["reading_pause"]
    assert pause["reason"] == "quota_spent"
    assert pause == office.view(account.id)["reading_pause"]


def _put_off(ctx: Context, account_id: int, seconds: int) -> None:
    for stream in ctx.session.scalars(select(Stream).where(Stream.account_id == account_id)):
        stream.due_at = ctx.now() + timedelta(seconds=seconds)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_to_an_account_in_use_it_is_read_in_full_or_shown(office: Office, seed: int) -> None:
    """Case B11 as a state test: random acts, one truth after each."""
    dice = random.Random(seed)
    account = office.connect(**PLENTY)
    for _ in range(10):
        removed = account.status is AccountStatus.REMOVED
        if removed:
            account = office.connect(**PLENTY)
        else:
            does = dice.choice([pause_account, resume_account, remove_account, _switch_one_off, _forget_one])
            office.act(does, account.id)
        with open_context(office.make.runtime, LISTENER, write=False) as ctx:
            account = ctx.session.get_one(Account, account.id)
        if account.status is AccountStatus.REMOVED:
            continue
        active = {name for name, stream in office.streams(account.id).items() if stream.is_active}
        missing = [name for name in listened_streams("weibo") if name not in active]
        assert office.view(account.id)["unread_streams"] == missing


def _switch_one_off(ctx: Context, account_id: int) -> None:
    stream = ctx.session.scalars(select(Stream).where(Stream.account_id == account_id)).first()
    if stream is not None:
        stream.is_active = False


def _forget_one(ctx: Context, account_id: int) -> None:
    stream = ctx.session.scalars(select(Stream).where(Stream.account_id == account_id)).first()
    if stream is not None:
        ctx.session.delete(stream)


def test_a_server_that_is_away_is_told_with_since_when_and_what_waits(
    office: Office, remote: Remote, clock: ManualClock
) -> None:
    """Case B18."""
    account = office.connect(**PLENTY)
    stream = office.streams(account.id)["mentions"]
    poll_stream(office.make.runtime, stream.id)
    clock.advance(600)
    went = clock.now()
    remote.pages.append(platform_error(PlatformErrorKind.TEMPORARY))
    poll_stream(office.make.runtime, stream.id)
    office.make.store(account, office.make.post("还没人看的一条"))
    clock.advance(900)
    view = office.view(account.id)
    assert view["status"] == "active"
    assert view["unreachable_since"] == went.isoformat().replace("+00:00", "Z")
    assert view["lag_seconds"] == 1500  # since the last reading that brought something
    mentions = next(entry for entry in view["streams"] if entry["name"] == "mentions")
    assert mentions["last_error"]
    assert mentions["last_success_at"]
    remote.pages.append(platform_error(PlatformErrorKind.TEMPORARY))
    poll_stream(office.make.runtime, stream.id)
    assert office.view(account.id)["unreachable_since"] == went.isoformat().replace("+00:00", "Z")
    clock.advance(900)
    poll_stream(office.make.runtime, stream.id)
    view = office.view(account.id)
    assert (view["unreachable_since"], view["lag_seconds"]) == (None, None)


def test_a_check_that_gets_no_answer_says_so_too(office: Office) -> None:

    account = office.connect(**PLENTY)
    now = office.make.now
    office.act(record_health, account.id, AccountHealth(HealthState.UNREACHABLE, now, detail="timeout"))
    assert office.view(account.id)["unreachable_since"]
    office.act(record_health, account.id, AccountHealth(HealthState.OK, now))
    assert office.view(account.id)["unreachable_since"] is None
