"""Connecting a Mastodon account by its server's address alone, over the sandbox's own HTTP (case B16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from app.accounts.jobs import PERIODIC, refresh_facts
from app.adapters.mastodon.oauth import server_address
from app.adapters.types import SendKind
from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Account, Agency, Operator
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.simulation import SITE, Simulation

OpenBrowser = Callable[[Operator | None], Browser]


@pytest.fixture
def simulation(app: Flask, make: Make, clock: ManualClock) -> Iterator[Simulation]:
    running = Simulation(app, make, clock)
    yield running
    running.close()


@pytest.fixture
def agency(make: Make) -> Agency:
    return make.agency()


@pytest.fixture
def admin(make: Make, agency: Agency, open_browser: OpenBrowser) -> Browser:
    return open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))


def begin(admin: Browser, agency: Agency, address: str = f"{SITE}/mastodon/@yunling", **more: Any) -> Any:
    body = {"platform": "mastodon", "address": address, "agency_id": agency.id, **more}
    return admin.post("/account-connections", body)


def consent(simulation: Simulation, address: str, key: str = "mastodon-care", decision: str = "allow") -> str:
    """What a person does on the server's page; the query that comes back to us."""
    page = simulation.platforms._services.http.get(address)
    assert page.status_code == 200, page.text
    form = {**dict(parse_qsl(urlsplit(address).query)), "decision": decision, "account": key}
    answer = simulation.platforms._services.http.post(address.partition("?")[0], data=form)
    assert answer.status_code == 302, answer.text
    return urlsplit(answer.headers["location"]).query


def come_back(admin: Browser, query: str) -> str:
    answer = admin.get("/accounts/authorised", **dict(parse_qsl(query)))
    assert answer.status_code == 302
    return str(answer.headers["location"])


def connected(admin: Browser, agency: Agency, simulation: Simulation, **more: Any) -> dict[str, Any]:
    begun = begin(admin, agency, f"{SITE}/mastodon", **more).get_json()
    landed = come_back(admin, consent(simulation, begun["authorize_url"]))
    return dict(admin.get(f"/accounts/{landed.rpartition('=')[2]}").get_json())


def test_the_address_is_all_that_is_asked_for(
    admin: Browser, agency: Agency, simulation: Simulation, make: Make
) -> None:
    """Case B16: registers the app, shows consent and redirect address, finds the account by its token."""
    answer = begin(admin, agency, f"{SITE}/mastodon")
    assert answer.status_code == 201, answer.text
    begun = answer.get_json()
    asked = dict(parse_qsl(urlsplit(begun["authorize_url"]).query))
    assert begun["redirect_uri"] == asked["redirect_uri"]
    assert begun["redirect_uri"].endswith("/api/v1/accounts/authorised")
    landed = come_back(admin, consent(simulation, begun["authorize_url"]))
    account = admin.get(f"/accounts/{landed.rpartition('=')[2]}").get_json()
    brand = simulation.brand("mastodon-care")
    assert (account["external_id"], account["name"]) == (brand.external_id, brand.name)
    assert account["status"] == "active"
    assert account["settings"]["software"] == "mastodon"
    checked = admin.post(f"/accounts/{account['id']}/check").get_json()
    assert checked["health"]["state"] == "ok"


def test_the_servers_own_limits_are_obeyed_and_asked_for_again(
    admin: Browser, agency: Agency, simulation: Simulation, make: Make
) -> None:
    """Case B16: GoToSocial with 5,000 characters and six files; later its staff change their mind."""
    values: dict[str, float] = {
        "mastodon_gotosocial": 1,
        "mastodon_max_characters": 5000,
        "mastodon_max_media": 6,
    }
    simulation.world.limits.update(values)
    account = connected(admin, agency, simulation)
    kept = account["settings"]
    assert (kept["software"], kept["max_characters"], kept["max_media"]) == ("gotosocial", 5000, 6)

    def limit() -> int:
        with open_context(make.runtime, LISTENER, write=False) as ctx:
            ref = simulation.platforms.ref(ctx.session.get_one(Account, account["id"]))
        adapter = simulation.platforms.adapter("mastodon")
        return adapter.measure_text(SendKind.COMMENT, "您好", ref).limit

    assert limit() == 5000
    simulation.world.limits.update({"mastodon_max_characters": 700})
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        due = [found for entry in PERIODIC for found in entry.due(ctx)]
    assert account["id"] in [number for found in due for number in found.ids]
    refresh_facts(make.runtime, account["id"])
    assert limit() == 700


def test_connecting_the_same_account_again_renews_it(
    admin: Browser, agency: Agency, simulation: Simulation
) -> None:
    first = connected(admin, agency, simulation)
    assert connected(admin, agency, simulation)["id"] == first["id"]


def test_a_refused_consent_leaves_nothing_behind(
    admin: Browser, agency: Agency, simulation: Simulation
) -> None:
    begun = begin(admin, agency, f"{SITE}/mastodon").get_json()
    landed = come_back(admin, consent(simulation, begun["authorize_url"], decision="deny"))
    assert landed.endswith("reason=authorisation_refused")
    assert admin.get("/accounts").get_json()["items"] == []


def test_a_consent_works_once_and_for_who_began_it(
    admin: Browser, agency: Agency, simulation: Simulation, make: Make, open_browser: OpenBrowser
) -> None:
    begun = begin(admin, agency, f"{SITE}/mastodon").get_json()
    query = consent(simulation, begun["authorize_url"])
    other = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    assert come_back(other, query).endswith("reason=authorisation_expired")
    assert "failed" not in come_back(admin, query)
    assert come_back(admin, query).endswith("reason=authorisation_expired")


@pytest.mark.parametrize(
    "address", ["", "  ", "not an address", "ftp://x.example", "javascript:alert(1)", "@a@"]
)
def test_what_is_no_address_is_refused(admin: Browser, agency: Agency, address: str) -> None:
    answer = begin(admin, agency, address)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (422, ["address"])


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("social.example", "https://social.example"),
        ("https://social.example/", "https://social.example"),
        ("https://Social.Example/@yunling", "https://social.example"),
        ("@yunling@social.example", "https://social.example"),
        ("yunling@social.example:8443", "https://social.example:8443"),
        ("http://127.0.0.1:5100/mastodon", "http://127.0.0.1:5100/mastodon"),
        ("/mastodon", "/mastodon"),
    ],
)
def test_an_address_may_be_written_as_people_know_it(written: str, server: str) -> None:
    assert server_address(written) == server


def test_other_platforms_are_connected_by_their_keys(admin: Browser, agency: Agency) -> None:
    body = {"platform": "weibo", "address": "weibo.example", "agency_id": agency.id}
    assert admin.post("/account-connections", body).get_json()["code"] == "authorisation_not_offered"


def test_follow_requests_are_listed_and_answered(
    admin: Browser, agency: Agency, simulation: Simulation
) -> None:
    """Case B19: a locked account's follow requests."""
    account = connected(admin, agency, simulation)
    for name in ("小林", "小周"):
        simulation.event("mastodon-care", name, "follow_request")
    listed = admin.get(f"/accounts/{account['id']}/follow-requests").get_json()["items"]
    assert {person["name"] for person in listed} == {"小林", "小周"}
    for person in listed:
        path = f"/accounts/{account['id']}/follow-requests/{person['external_id']}"
        assert admin.put(path, {"accept": person["name"] == "小林"}).status_code == 204
        assert admin.put(path, {"accept": True}).status_code == 204, "answered already"
    assert admin.get(f"/accounts/{account['id']}/follow-requests").get_json()["items"] == []
    follows = "SELECT count(*) FROM mastodon_mark WHERE kind = 'follow' AND target = ?"
    assert simulation.world.store.number(follows, account["external_id"]) == 1
    odd = f"/accounts/{account['id']}/follow-requests/a%20b"
    assert admin.put(odd, {"accept": True}).status_code == 422
