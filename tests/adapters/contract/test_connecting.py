"""Connecting an account by OAuth, through the sandbox's consent page."""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from app.adapters.base import OAuthConnector
from app.adapters.capabilities import Feature
from app.adapters.types import AccountRef, HealthState
from app.core.errors import PlatformError, PlatformErrorKind
from tests.adapters.contract.conftest import Party

CALLBACK = "http://127.0.0.1:9/accounts/callback"


def consent(address: str, key: str) -> dict[str, str]:
    """What a person does in the browser; returns the query the platform sends back."""
    query = dict(parse_qsl(urlsplit(address).query))
    with httpx.Client() as browser:
        assert browser.get(address).status_code == 200
        base = address.partition("?")[0]
        answer = browser.post(base, data={**query, "decision": "allow", "account": key})
    assert answer.status_code in (302, 303), answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def test_connecting_brings_a_token_that_works(party: Party) -> None:
    if not party.adapter.capabilities(party.account).has(Feature.OAUTH_CONNECT):
        pytest.skip(f"{party.key} is connected by its keys")
    connector = cast(OAuthConnector, party.adapter)
    back = consent(connector.authorize_url(party.account, CALLBACK, "a-state"), party.key)
    assert back["state"] == "a-state"
    connected = connector.exchange_code(party.account, back["code"], CALLBACK)
    assert connected.external_id == party.account.external_id
    assert connected.name
    assert connected.credentials["access_token"] != party.account.credentials["access_token"]
    account = AccountRef(
        party.account.platform,
        connected.external_id,
        party.account.base_urls,
        connected.credentials,
        party.account.settings,
    )
    assert party.adapter.check_account(account).state is HealthState.OK
    with pytest.raises(PlatformError) as caught:
        connector.exchange_code(party.account, "used-or-made-up", CALLBACK)
    refusals = (PlatformErrorKind.CONFIG, PlatformErrorKind.AUTH_EXPIRED, PlatformErrorKind.REJECTED)
    assert caught.value.kind in refusals
