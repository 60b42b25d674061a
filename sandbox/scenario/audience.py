"""The followers a brand has before the day begins."""

from __future__ import annotations

import random

from sandbox.mastodon import content as mastodon
from sandbox.scenario import slots
from sandbox.wechat import followers
from sandbox.world import World

_EACH = 120


def gather(world: World) -> None:
    """Give every brand some followers, once per journal."""
    if world.store.meta("audience"):
        return
    dice = random.Random(f"{world.settings.seed}:audience")
    with world.store.transaction():
        for brand in world.directory.all():
            for _ in range(_EACH):
                _follow(world, brand.platform, brand.key, slots.customer_name(dice))
        world.store.set_meta("audience", "gathered")


def _follow(world: World, platform: str, key: str, name: str) -> None:
    brand = world.directory.get(key)
    if platform == "weibo":
        uid = world.people.weibo(name)
        world.store.add_once("weibo_follow", follower=uid, followee=brand.external_id, at=world.clock.now())
    elif platform == "wechat":
        followers.ensure(world, brand, name)
    else:
        mastodon.mark(world, "follow", world.people.mastodon(name), brand.external_id)
