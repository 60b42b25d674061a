"""Private threads of Weibo and WeChat: what a customer and a brand wrote to each other."""

from __future__ import annotations

from typing import Any

from sandbox.accounts import BrandAccount
from sandbox.store import Row
from sandbox.world import World

Json = dict[str, Any]
_FILES = frozenset({"image", "voice", "video"})
"""What is said with a file in place of words."""


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
            "text": "" if _is_file(row) else row["text"],
            "files": [shown_file(world, row["text"])] if _is_file(row) else [],
            "at": row["at"],
        }
        for row in rows
    ]


def _is_file(row: Row) -> bool:
    """A brand's; what a customer sends is told in words."""
    return row["direction"] == "out" and row["kind"] in _FILES


def shown_file(world: World, named: str) -> Json:
    """Where the page finds a file, and what it is; `named` is its id, or `[media ID]` as in a message."""
    id_ = named.removeprefix("[media ").removesuffix("]")
    row = world.store.one("SELECT kind FROM media WHERE id = ?", id_)
    return {"url": f"{world.base_url}/files/{id_}", "kind": row["kind"] if row is not None else "gone"}
