"""What customers wrote before this journal began: a demo's history, to be read again and answered.

Nothing of it is pushed or listed again. Repeating it changes nothing.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.accounts import BrandAccount
from sandbox.mastodon import content as mastodon
from sandbox.scenario.writer import Writer
from sandbox.wechat import followers
from sandbox.windows import UNLIMITED
from sandbox.world import World

Json = dict[str, Any]
_WINDOW_SECONDS = 48 * 3600


def take_in(world: World, posts: list[Json]) -> int:
    """Each has account, kind (mention, comment, private_message), id, customer, text and at (unix seconds);
    a Weibo comment also `below`, the brand's status. How many there were."""
    with world.store.transaction():
        for post in posts:
            brand = world.directory.get(str(post["account"]))
            if post["kind"] == "private_message":
                _message(world, brand, post)
            elif brand.platform == "mastodon":
                _toot(world, post)
            elif post["kind"] == "comment":
                _comment(world, brand, post)
            else:
                _status(world, world.people.weibo(str(post["customer"])), post)
    return len(posts)


def _status(world: World, uid: str, post: Json) -> None:
    world.store.add_once(
        "weibo_status", id=int(post["id"]), uid=uid, text=post["text"], at=float(post["at"]), origin="history"
    )


def _comment(world: World, brand: BrandAccount, post: Json) -> None:
    below = int(post["below"])
    text = Writer(world.settings.seed).brand_post(below % 1_000)
    _status(world, brand.external_id, {"id": below, "text": text, "at": post["at"]})
    world.store.add_once(
        "weibo_comment",
        id=int(post["id"]),
        status=below,
        uid=world.people.weibo(str(post["customer"])),
        text=post["text"],
        at=float(post["at"]),
        origin="history",
    )


def _toot(world: World, post: Json) -> None:
    world.store.add_once(
        "mastodon_status",
        id=int(post["id"]),
        author=world.people.mastodon(str(post["customer"])),
        text=post["text"],
        at=float(post["at"]),
        visibility="public",
        mentions=json.dumps(mastodon.mentioned(world, str(post["text"]))),
        origin="history",
    )


def _message(world: World, brand: BrandAccount, post: Json) -> None:
    """Noted in the thread, and its window is open as long as it would be."""
    name, at = str(post["customer"]), float(post["at"])
    is_wechat = brand.platform == "wechat"
    person = followers.ensure(world, brand, name) if is_wechat else world.people.weibo(name)
    known = world.store.one("SELECT 1 FROM message WHERE account = ? AND id = ?", brand.key, str(post["id"]))
    if known is not None:
        return
    world.store.insert(
        "message",
        at=at,
        platform=brand.platform,
        account=brand.key,
        person=person,
        name=name,
        direction="in",
        kind="text",
        text=post["text"],
        id=str(post["id"]),
    )
    quota = int(world.limits["wechat_message_quota"]) if is_wechat else UNLIMITED
    world.store.put(
        "reply_window",
        account=brand.key,
        person=person,
        reason="message",
        opened_at=at,
        until=at + _WINDOW_SECONDS,
        quota=quota,
        used=0,
    )
