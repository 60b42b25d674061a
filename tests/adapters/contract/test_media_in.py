"""Case B14: each kind of medium that the capability matrix claims comes in and can be had, over real HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.adapters.base import MediaSource, PushReceiver
from app.adapters.capabilities import Feature
from app.adapters.types import InboundPost, Media
from app.media.content_types import fits, sniff
from tests.adapters.contract.conftest import Party
from tests.adapters.support import NOW

# How a customer sends each kind, by platform: the platform's type and what it says of it.
SENT: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "weibo": {
        "image": ("image", {}),
        "voice": ("voice", {}),
        "location": ("position", {"longitude": "102.83", "latitude": "24.88"}),
    },
    "wechat": {
        "image": ("image", {}),
        "voice": ("voice", {}),
        "video": ("video", {}),
        "location": ("location", {"Location_X": "24.88", "Location_Y": "102.83", "Label": "营业厅"}),
        "link": ("link", {"Title": "公告", "Description": "", "Url": "https://news.test/1"}),
    },
}


def pushed(party: Party, kind: str, fields: dict[str, Any]) -> InboundPost:
    party.customer("message", "", kind=kind, fields=fields)
    receiver = party.adapter
    assert isinstance(receiver, PushReceiver)
    came = party.pushes.next_for(party.key)
    receiver.verify(came.query, came.headers, came.body, party.account)
    (item,) = receiver.parse_push(came.body, came.query, party.account, NOW).items
    return item


def content_of(party: Party, medium: Media) -> bytes:
    assert isinstance(party.adapter, MediaSource)
    got = party.adapter.download(party.account, medium)
    return httpx.get(got.url).content if got.url else got.content


def test_every_kind_that_is_claimed_comes_in_and_can_be_had(party: Party) -> None:
    capabilities = party.adapter.capabilities(party.account)
    if not (capabilities.has(Feature.MEDIA_IN) and capabilities.has(Feature.PUSH)):
        pytest.skip(f"{party.key} has no pushed media")
    ways = SENT[party.account.platform]
    assert sorted(ways) == sorted(capabilities.media_in)
    for claimed, (kind, fields) in ways.items():
        (medium,) = pushed(party, kind, fields).media
        assert medium.kind == claimed
        if claimed == "location":
            assert (medium.latitude, medium.longitude) == (24.88, 102.83)
        elif claimed == "link":
            assert medium.url == "https://news.test/1"
        else:
            assert fits(claimed, sniff(content_of(party, medium)))
