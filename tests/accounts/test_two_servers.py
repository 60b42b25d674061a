"""Two servers of one platform give the same ids to different people: nothing of theirs may meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.accounts.platforms import Platforms
from app.core.clock import ManualClock
from app.core.http_client import build_client
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items, poll_stream
from app.models import Account, ContactIdentity, InboundItem, Operator, ServiceRequest, Stream, Verdict
from sandbox import customer
from sandbox.app import create_app
from sandbox.settings import Settings
from sandbox.world import World
from tests.factories.browser import Browser
from tests.factories.make import Make

KEY = "mastodon-care"
HOSTS = ("one.example", "two.example")


class Servers(httpx.BaseTransport):
    """Two stand-ins, told apart by their host alone; whatever happens on both has equal ids."""

    def __init__(self, clock: ManualClock) -> None:
        self.worlds = {host: self._world(clock) for host in HOSTS}
        self._lines = {
            host: httpx.WSGITransport(app=create_app(world)) for host, world in self.worlds.items()
        }

    @staticmethod
    def _world(clock: ManualClock) -> World:
        world = World(Settings(scenario="none", profile="strict", patience=0, callback_base="http://app"))
        world.clock.freeze(True)
        world.clock.set(clock.now().timestamp())
        world.directory.load()
        return world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._lines[request.url.host].handle_request(request)

    def close(self) -> None:
        for world in self.worlds.values():
            world.close()


@pytest.fixture
def servers(runtime: Runtime, clock: ManualClock) -> Iterator[Servers]:
    made = Servers(clock)
    platforms = Platforms(runtime, http=build_client(transport=made))
    runtime.parts["platforms"] = platforms
    yield made
    platforms._services.http.close()


@pytest.fixture
def admin(make: Make, open_browser: Callable[[Operator | None], Browser]) -> Browser:
    agency = make.agency()
    return open_browser(make.operator(agency, make.team(agency), role=RoleName.ADMINISTRATOR))


def _connect(admin: Browser, servers: Servers, host: str, **more: Any) -> Any:
    brand = servers.worlds[host].directory.get(KEY)
    agency = admin.get("/session").get_json()["operator"]["agency"]["id"]
    body = {
        "platform": "mastodon",
        "external_id": brand.external_id,
        "name": brand.name,
        "agency_id": agency,
        "base_urls": {"api": f"https://{host}/mastodon"},
        "credentials": dict(brand.credentials),
        **more,
    }
    return admin.post("/accounts", body)


def _rows(runtime: Runtime, statement: Any) -> list[Any]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(statement))


@pytest.fixture
def both(admin: Browser, servers: Servers) -> list[int]:
    answers = [_connect(admin, servers, host) for host in HOSTS]
    assert [answer.status_code for answer in answers] == [201, 201], [a.text for a in answers]
    return [int(answer.get_json()["id"]) for answer in answers]


def _write_and_read(runtime: Runtime, servers: Servers, clock: ManualClock, text: str) -> list[str]:
    """The same words by the same name on both servers; the ids that they got there."""
    ids = []
    for world in servers.worlds.values():
        world.clock.set(clock.now().timestamp())
        written = customer.post(world, world.directory.get(KEY), "小林", text)
        ids.append(f"{written.id} {written.person}")
    clock.advance(60)
    for world in servers.worlds.values():
        world.clock.set(clock.now().timestamp())
    for stream_id in _rows(runtime, select(Stream.id)):
        poll_stream(runtime, stream_id)
    judge_items(runtime)
    return ids


def test_accounts_posts_and_people_with_equal_ids_stay_apart(
    runtime: Runtime, servers: Servers, both: list[int], clock: ManualClock
) -> None:
    first, second = _rows(runtime, select(Account.external_id).order_by(Account.id))
    assert first == second
    one, two = _write_and_read(runtime, servers, clock, "宽带又断了三天，请派人来修")
    assert one == two, "the servers really give equal ids"
    items = _rows(runtime, select(InboundItem).where(InboundItem.kind == "mention"))
    assert sorted(item.account_id for item in items) == sorted(both)
    assert len({item.external_id for item in items}) == 1
    people = _rows(runtime, select(ContactIdentity))
    assert (len(people), len({person.contact_id for person in people})) == (2, 2)
    requests = _rows(runtime, select(ServiceRequest.account_id))
    assert sorted(requests) == sorted(both)


def test_one_account_cannot_be_connected_twice_on_one_server(
    admin: Browser, servers: Servers, both: list[int]
) -> None:
    for address in ("https://two.example/mastodon/", "http://TWO.example/mastodon"):
        again = _connect(admin, servers, "two.example", base_urls={"api": address})
        assert (again.status_code, again.get_json()["code"]) == (409, "account_exists")


def test_somebody_blocked_on_one_server_is_somebody_else_on_the_other(
    runtime: Runtime, servers: Servers, both: list[int], clock: ManualClock, admin: Browser
) -> None:
    _write_and_read(runtime, servers, clock, "宽带又断了三天，请派人来修")
    items = _rows(runtime, select(InboundItem).where(InboundItem.kind == "mention"))
    blocked = next(item for item in items if item.account_id == both[0])
    listed = admin.post("/special-list-entries", {"list": "blocked", "inbound_item_id": blocked.id})
    assert listed.status_code == 201, listed.text
    assert listed.get_json()["server"] == "one.example/mastodon"
    _write_and_read(runtime, servers, clock, "账单多扣了二十块，怎么回事")
    verdicts = _rows(
        runtime,
        select(Verdict)
        .join(InboundItem)
        .where(InboundItem.text.contains("账单"))
        .order_by(Verdict.account_id),
    )
    assert [(v.account_id, v.reason) for v in verdicts] == [
        (both[0], "blocked_author"),
        (both[1], "continues_request"),
    ]
    shown = admin.get("/inbound-items").get_json()["items"]
    assert {item["account"]["id"]: item["author"]["lists"] for item in shown if "账单" in item["text"]} == {
        both[0]: ["blocked"],
        both[1]: [],
    }


def test_a_listed_author_must_be_of_one_server(admin: Browser, servers: Servers, both: list[int]) -> None:
    body = {"list": "vip", "platform": "mastodon", "author_external_id": "42"}
    asked = admin.post("/special-list-entries", body)
    assert asked.status_code == 422
    assert "server" in asked.get_json()["fields"]
    for host in HOSTS:
        added = admin.post("/special-list-entries", {**body, "server": f"{host}/mastodon"})
        assert added.status_code == 201, added.text
    again = admin.post("/special-list-entries", {**body, "server": f"{HOSTS[0]}/mastodon"})
    assert again.get_json()["code"] == "already_listed"
    nowhere = admin.post("/special-list-entries", {**body, "server": "three.example"})
    assert nowhere.status_code == 422


def test_an_id_like_our_own_accounts_on_another_server_is_a_customers(runtime: Runtime, make: Make) -> None:
    agency = make.agency()
    team = make.team(agency)
    make.account(agency, team, platform="mastodon", server="one.example", external_id="42")
    other = make.account(agency, team, platform="mastodon", server="two.example", external_id="7")
    text = "宽带又断了三天，请派人来修"
    make.store(other, make.post(text, author="42"), make.post(text + "啊", author="7"))
    make.judge()
    verdicts = _rows(runtime, select(Verdict).order_by(Verdict.inbound_item_id))
    assert [verdict.reason for verdict in verdicts] == ["needs_service", "own_account"]
