"""What every brand has published before the day begins, so that there is something to comment on."""

from __future__ import annotations

from sandbox.mastodon import content as mastodon
from sandbox.wechat import comments
from sandbox.weibo import content as weibo
from sandbox.world import World


def publish(world: World) -> None:
    """Give each brand a first post or article where it has none."""
    for brand in world.directory.all():
        with world.store.transaction():
            if brand.platform == "weibo":
                weibo.newest_status(world, brand)
            elif brand.platform == "wechat":
                comments.newest_article(world, brand)
            else:
                mastodon.newest_status(world, brand)
