"""Private threads of Weibo and WeChat: what a customer and a brand wrote to each other."""

from __future__ import annotations

from typing import Any

from sandbox.accounts import BrandAccount
from sandbox.world import World

Json = dict[str, Any]


def note(
    world: World,
    brand: BrandAccount,
    *,
    person: str,
    name: str,
    direction: str,
    kind: str,
    text: str,
    id_: str,
) -> None:
    """Add a line; `direction` is in (from the customer) or out (from the brand), `person` a uid or openid."""
    world.store.insert(
        "message",
        at=world.clock.now(),
        platform=brand.platform,
        account=brand.key,
        person=person,
        name=name,
        direction=direction,
        kind=kind,
        text=text,
        id=id_,
    )


def lines(world: World, brand: BrandAccount, name: str, limit: int = 200) -> list[Json]:
    """The newest lines of one customer, oldest first."""
    sql = "SELECT * FROM message WHERE account = ? AND name = ? ORDER BY seq DESC LIMIT ?"
    rows = reversed(world.store.all(sql, brand.key, name, limit))
    return [
        {
            "id": row["id"],
            "from": "customer" if row["direction"] == "in" else "brand",
            "name": name if row["direction"] == "in" else brand.name,
            "text": row["text"],
            "at": row["at"],
        }
        for row in rows
    ]
