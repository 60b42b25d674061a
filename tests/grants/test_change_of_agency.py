"""One agency leaves and another comes: every room is walked with what the first one left behind."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.api.endpoint import API, ENDPOINTS
from app.core.clock import ManualClock
from app.core.grants import OpensPast
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.longwork.runner import go_on
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AgencyKind,
    Grant,
    Operator,
    OutboundMessage,
    OutboundState,
    RequestStatus,
    ServiceRequest,
)
from app.realtime.publisher import publish_new
from app.routing import lifecycle
from tests.architecture.asking import Ask
from tests.architecture.entries import ROUTES
from tests.architecture.organisation import MARK, WITHIN, Stage
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.grants.house import House, Open

DAY = 86400.0
OK, CREATED, ACCEPTED, NO_CONTENT, NOT_FOUND = 200, 201, 202, 204, 404
MANY = 12
_VARIABLE = re.compile(r"<(?:int:)?(\w+)>")
READS = sorted(name for name, spec in ENDPOINTS.items() if not spec.write and name in ROUTES)


@pytest.fixture
def stage(make: Make) -> Stage:
    return Stage(make)


def test_who_comes_is_told_nothing_of_what_was_finished_before(
    make: Make, stage: Stage, clock: ManualClock, open_browser: Open
) -> None:
    """By any read, and by the log of events from its beginning."""
    asks = {name: ROUTES[name].ask(stage) for name in READS}
    _finish(stage)
    clock.advance(DAY)
    came = _comes(make, stage)
    publish_new(make.runtime)
    supervisor = stage.people["supervisor"]
    owner = _told(open_browser(supervisor), asks)
    assert owner.keys() >= {"workbench.list_messages", "customers.get_avatar", "publishing.list_publications"}
    assert _told(open_browser(came), asks) == {}
    assert MARK in str(_events(open_browser(supervisor)))
    assert MARK not in str(_events(open_browser(came)))


def test_who_left_is_told_nothing_more_of_its_own_work(
    make: Make, stage: Stage, clock: ManualClock, open_browser: Open
) -> None:
    """What its people wrote, planned, exported and were told of; also whoever asks from an old cursor."""
    asks = {name: ROUTES[name].ask(stage) for name in READS}
    leaver = stage.people[WITHIN]
    screen = open_browser(leaver)
    wrote = {"text": f"{MARK}客户等了三天", "idempotency_key": uuid.uuid4().hex}
    path = f"/conversations/{stage.request.conversation_id}"
    assert screen.post(f"{path}/notes", wrote).status_code == CREATED
    assert screen.post(f"{path}/replies", stage.reply().model_dump(mode="json")).status_code == ACCEPTED
    body = {"query": {"view": "all"}, "columns": ["number", "contact_name"], "format": "csv"}
    begun = screen.post("/service-requests/exports", body)
    assert begun.status_code == CREATED, begun.get_json()
    export = begun.get_json()["id"]
    go_on(make.runtime, export)
    publish_new(make.runtime)
    file = f"/long-works/{export}/result"
    assert (screen.get(file).status_code, MARK in str(_events(screen))) == (OK, True)
    assert len(_told(screen, asks)) > MANY
    clock.advance(9 * DAY)
    again = open_browser(leaver)
    assert again.get(file).status_code == NOT_FOUND
    assert _told(again, asks) == {}
    assert MARK not in str(_events(again))


def _comes(make: Make, stage: Stage) -> Operator:
    agency = make.agency(AgencyKind.THIRD_PARTY)
    team = make.team(agency)
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        accounts = ctx.session.scalars(select(Account).where(Account.agency_id == stage.agency.id)).all()
    for account in accounts:
        make.grant(account, agency, team, begins=0, opens_past=OpensPast.ACTIVE, opens_notes=False)
    return make.operator(agency, team, role=RoleName.SUPERVISOR)


def _finish(stage: Stage) -> None:
    with open_context(stage.runtime, LISTENER) as ctx:
        active = select(ServiceRequest).where(ServiceRequest.status.in_(ACTIVE_STATUSES))
        for request in ctx.session.scalars(active):
            lifecycle.set_status(ctx, request, RequestStatus.RESOLVED)
        sent = update(OutboundMessage).values(state=OutboundState.SENT, finished_at=ctx.now())
        ctx.session.execute(sent)


def _told(browser: Browser, asks: dict[str, Ask]) -> dict[str, str]:
    """What is told of what was marked, and every picture."""
    found = {}
    for name, ask in asks.items():
        answer = _answer(browser, name, ask)
        text = answer.get_data().decode(errors="replace")
        is_picture = answer.status_code == OK and answer.mimetype.startswith("image/")
        if is_picture or MARK in text:
            at = max(0, text.find(MARK))
            found[name] = f"{answer.status_code} {text[max(0, at - 200) : at + 60]}"
    return found


def _answer(browser: Browser, name: str, ask: Ask) -> Any:
    spec = ENDPOINTS[name]
    path = _VARIABLE.sub(lambda variable: str(ask.path[variable.group(1)]), spec.rule)
    return browser.call(spec.method, path.removeprefix(API), ask.body, query_string=ask.query)


def _events(browser: Browser) -> list[Any]:
    """Everything that is told from the beginning."""
    events: list[Any] = []
    after, page = 0, None
    while page is None or page["seq"] > after:
        after = page["seq"] if page else 0
        page = browser.get("/events", after=after, limit=500).get_json()
        assert not page["reload"]
        events += page["events"]
    return events


def _removed(house: House) -> None:
    answer = house.open_browser(house.manager).delete(f"/accounts/{house.account.id}")
    assert answer.status_code == NO_CONTENT


def _connected_again(house: House) -> None:
    body = {
        "platform": house.account.platform,
        "external_id": house.account.external_id,
        "name": "云岭宽带",
        "agency_id": house.brand.id,
        "team_id": house.team.id,
        "credentials": {"app_key": "k", "app_secret": "s", "access_token": "t"},
    }
    answer = house.open_browser(house.manager).post("/accounts", body)
    assert (answer.status_code, answer.get_json()["id"]) == (CREATED, house.account.id)


def test_an_account_that_is_removed_ends_what_was_granted_of_it(house: House) -> None:
    """Also what was granted for later. Who connects it again says again who works with it."""
    house.granted()
    later = house.make.later(DAY).isoformat()
    house.granted(agency_id=house.department.id, team_id=None, takes_new=False, begins_at=later)
    request = house.make.request(house.account, "宽带坏了")
    assert house.numbers(house.agency_lead) == [request.id]
    _removed(house)
    house.settle()
    assert house.numbers(house.agency_lead) == []
    assert house.numbers(house.lead) == [request.id]
    assert house.stands(request).team_id == house.team.id
    _connected_again(house)
    house.pass_time(2 * DAY)
    assert house.numbers(house.agency_lead) == house.numbers(house.watcher) == []
    after = house.stands(house.make.request(house.account, "账单不对", author="new"))
    assert after.team_id == house.team.id
    house.granted()
    assert house.numbers(house.agency_lead) != []


def test_no_longer_contract_brings_back_what_a_removed_account_granted(house: House) -> None:
    """Not even where the contract had ended before the account went."""
    house.granted()
    house.make.request(house.account, "宽带坏了")
    ends = house.make.now.date()
    body = {"first_day": (ends - timedelta(days=30)).isoformat(), "last_day": ends.isoformat(), "version": 1}
    manager, path = house.open_browser(house.manager), f"/contracts/{house.contract.id}"
    version = manager.put(path, body).get_json()["version"]
    house.pass_time(3 * DAY)
    _removed(house)
    _connected_again(house)
    body |= {"last_day": None, "version": version}
    assert house.open_browser(house.manager).put(path, body).status_code == OK
    assert house.numbers(house.agency_lead) == []


def test_what_outlived_a_removal_by_an_older_version_ends_when_it_is_connected(house: House) -> None:
    grant = house.granted()
    house.make.request(house.account, "宽带坏了")
    _removed(house)
    with open_context(house.runtime, LISTENER) as ctx:
        alive = {"is_over": False, "ends_at": None, "holds_until": None, "ended_by_id": None}
        ctx.session.execute(update(Grant).where(Grant.id == grant["id"]).values(**alive))
    _connected_again(house)
    assert house.numbers(house.agency_lead) == []
