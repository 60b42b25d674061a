"""What became of items that were read before: edited, deleted, or as they were (cases B5, B6)."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from app.adapters.base import Rereader
from app.adapters.capabilities import Feature
from app.adapters.transport import CallRecord
from app.adapters.types import InboundPost, Reread
from tests.adapters.contract.conftest import Party
from tests.adapters.contract.test_contract import offers, public_item, unique


def _number(item: InboundPost) -> str:
    return item.external_id.rpartition(":")[2]


def _reread(party: Party, *items: InboundPost, calls: int = 20) -> Reread:
    return cast(Rereader, party.adapter).reread(party.account, [item.external_id for item in items], calls)


def test_an_edited_item_reads_as_it_stands_now(party: Party) -> None:
    offers(party, Feature.REREAD)
    item = public_item(party, unique("宽带又断了"))
    party.customer("edit", unique("宽带又断了，地址在南屏路8号"), id=_number(item))
    (now,) = _reread(party, item).posts
    assert now.external_id == item.external_id
    assert "南屏路8号" in now.text
    assert now.edited_at is not None
    assert now.edited_at >= item.created_at


def test_a_deleted_item_is_gone_and_its_neighbours_stand(party: Party) -> None:
    offers(party, Feature.REREAD)
    items = [public_item(party, unique("账单不对")) for _ in range(3)]
    party.customer("delete", "", id=_number(items[1]))
    found = _reread(party, *items)
    assert found.gone == (items[1].external_id,)
    assert [post.external_id for post in found.posts] == [items[0].external_id, items[2].external_id]
    assert [post.text for post in found.posts] == [items[0].text, items[2].text]


def test_a_deleted_comment_is_gone(party: Party) -> None:
    offers(party, Feature.REREAD, Feature.COMMENTS)
    texts = [unique("评论区问一下套餐") for _ in range(2)]
    for text in texts:
        party.customer("comment", text)
    first, second = (item for item in party.polled("comments") if any(text in item.text for text in texts))
    party.customer("delete", "", id=_number(first))
    found = _reread(party, first, second)
    assert found.gone == (first.external_id,)
    assert [post.text for post in found.posts] == [second.text]


def test_rereading_keeps_to_its_calls(party: Party) -> None:
    offers(party, Feature.REREAD)
    items = [public_item(party, unique("信号不好")) for _ in range(3)]
    party.customer("delete", "", id=_number(items[0]))
    made: list[CallRecord] = []
    party.adapter = type(party.adapter)(replace(party.adapter.services, observe=made.append))
    found = _reread(party, *items, calls=1)
    assert len(made) == 1
    assert found.gone in ((), (items[0].external_id,))


def test_an_address_that_knows_no_posts_tells_of_no_deletion(party: Party) -> None:
    """A proxy's page "not found" is no word of the platform's."""
    offers(party, Feature.REREAD)
    item = public_item(party, unique("装机太慢"))
    elsewhere = {name: f"{url}/elsewhere" for name, url in party.account.base_urls.items()}
    party.account = replace(party.account, base_urls=elsewhere)
    assert _reread(party, item) == Reread()
