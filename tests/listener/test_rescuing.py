"""Case G9. What a platform tells is not rescued: nobody waits for an answer to it."""

from __future__ import annotations

import pytest

from app.adapters.types import ItemKind, Lane
from app.core.runtime import Runtime
from tests.factories.make import Make
from tests.listener.desk import Desk, judged


@pytest.mark.parametrize("kind", [ItemKind.EVENT, ItemKind.OWN_POST])
def test_an_event_is_neither_offered_nor_rescued(
    desk: Desk, runtime: Runtime, make: Make, kind: ItemKind
) -> None:
    (verdict,) = judged(runtime, make, desk.account, "", kind=kind, lane=Lane.PRIVATE)
    path = f"/inbound-items/{verdict.inbound_item_id}"
    (item,) = desk.browser.get("/inbound-items").get_json()["items"]
    assert item["can_rescue"] is False
    refused = desk.browser.post(f"{path}/rescue")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "item_asks_nothing")
    corrected = desk.browser.post(f"{path}/corrections", {"needs_service": True})
    assert (corrected.status_code, corrected.get_json()["code"]) == (409, "item_asks_nothing")
    assert desk.browser.get("/service-requests").get_json()["items"] == []


def test_a_dropped_post_of_a_customer_is_offered(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, "随便聊聊天气")
    (item,) = desk.browser.get("/inbound-items").get_json()["items"]
    assert item["can_rescue"] is True
