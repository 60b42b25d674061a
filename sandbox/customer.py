"""A customer's acts on any platform: the one door for the page, the control API and the scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox import pictures, samples, threads
from sandbox.accounts import BrandAccount
from sandbox.mastodon import content as mastodon
from sandbox.wechat import comments as wechat_comments
from sandbox.wechat import followers, media
from sandbox.weibo import content as weibo
from sandbox.world import World

Json = dict[str, Any]


_FILES = frozenset({"image", "gif", "voice", "video", "shortvideo"})


class NotPossible(ValueError):
    """The platform has no such thing, or its target is gone."""


@dataclass(frozen=True)
class Written:
    """`id` is the platform's id of what was written, `thread` of what it hangs below."""

    id: str
    person: str
    thread: str = ""


def post(
    world: World,
    account: BrandAccount,
    name: str,
    text: str,
    *,
    origin: str = "customer",
    repost_of: str = "",
    picture: int = 0,
    fields: Json | None = None,
) -> Written:
    """A public post that names the brand. Raises NotPossible on WeChat, which has no public posts.

    `repost_of` and `picture` (how many that this server makes up) are Weibo's; `fields` (visibility,
    spoiler_text, quote, poll, media) are Mastodon's.
    """
    if account.platform == "weibo":
        uid = world.people.weibo(name)
        named = text if f"@{account.name}" in text else f"@{account.name} {text}"
        original = int(repost_of) if repost_of else None
        addresses = (f"{world.base_url}/pictures/large/{world.ids.message()}.png" for _ in range(picture))
        with world.store.transaction():
            id_ = weibo.write_status(
                world,
                uid,
                named,
                origin=origin,
                repost_of=original,
                picture=" ".join(addresses),
                mention=account,
            )
        return Written(str(id_), uid, str(id_))
    if account.platform == "mastodon":
        given = _with_files(world, account, fields)
        return Written(*mastodon.customer_post(world, account, name, text, origin=origin, fields=given))
    raise NotPossible("WeChat has no public posts; write a message or a comment")


def comment(
    world: World,
    account: BrandAccount,
    name: str,
    text: str,
    *,
    below: str = "",
    reply_to: str = "",
    origin: str = "customer",
) -> Written:
    """A comment below a brand's post: `below` names it (default: its newest), `reply_to` a comment there."""
    if account.platform == "weibo":
        return _weibo_comment(world, account, name, text, below=below, reply_to=reply_to, origin=origin)
    if account.platform == "wechat":
        id_, openid, thread = wechat_comments.customer_comment(world, account, name, text)
        return Written(id_, openid, thread)
    return Written(
        *mastodon.customer_reply(world, account, name, text, below=reply_to or below, origin=origin)
    )


def _weibo_comment(
    world: World, account: BrandAccount, name: str, text: str, *, below: str, reply_to: str, origin: str
) -> Written:
    uid = world.people.weibo(name)
    parent = weibo.live_comment(world, int(reply_to)) if reply_to else None
    if reply_to and parent is None:
        raise NotPossible(f"no comment {reply_to}")
    wanted = int(parent["status"]) if parent is not None else int(below or 0)
    status = weibo.live_status(world, wanted) if wanted else weibo.newest_status(world, account)
    if status is None:
        raise NotPossible(f"no status {wanted}")
    with world.store.transaction():
        id_ = weibo.write_comment(world, uid, status, text, origin=origin, reply_to=parent)
    return Written(str(id_), uid, str(status["id"]))


def message(
    world: World,
    account: BrandAccount,
    name: str,
    text: str,
    *,
    kind: str = "text",
    fields: Json | None = None,
    origin: str = "customer",
) -> Written:
    """A private message. `kind` and `fields` choose other types than text (image, voice, location…)."""
    if account.platform == "weibo":
        uid = world.people.weibo(name)
        data = dict(fields or {})
        if kind in _FILES and "tovfid" not in data:
            number = world.ids.message()
            mark = pictures.VOICE if kind == "voice" else ""
            data.update(vfid=f"{mark}{number}", tovfid=f"{mark}{number + 1}")
        private = weibo.PrivateMessage("image" if kind == "gif" else kind, text, data)
        return Written(weibo.receive_private(world, account, uid, private), uid)
    if account.platform == "wechat":
        openid = followers.ensure(world, account, name)
        given = dict(fields or {})
        if kind in _FILES and "MediaId" not in given:
            given = {**_wechat_file(world, account, kind), **given}
        type_ = "image" if kind == "gif" else kind  # WeChat tells a GIF from a picture by its file only
        id_ = followers.write_message(world, account, name, kind=type_, text=text, fields=given)
        return Written(id_, openid)
    direct = {**_with_files(world, account, fields), "visibility": "direct"}
    return Written(*mastodon.customer_post(world, account, name, text, origin=origin, fields=direct))


def _wechat_file(world: World, account: BrandAccount, kind: str) -> Json:
    """Store a file of the follower's, so that `media/get` finds it; the fields that name it."""
    media_id = f"follower-{world.ids.message()}"
    if kind in ("image", "gif"):
        ending = "gif" if kind == "gif" else "png"
        body = pictures.gif(media_id) if kind == "gif" else pictures.png(media_id)
        _keep(world, account, media_id, "image", samples.Sample(body, f"image/{ending}", ending))
        return {"PicUrl": f"{world.base_url}/pictures/large/{media_id}.{ending}", "MediaId": media_id}
    _keep(world, account, media_id, "video" if "video" in kind else kind, samples.of(kind))
    if kind == "voice":
        return {"MediaId": media_id, "Format": "amr"}
    preview = f"{media_id}-still"
    _keep(world, account, preview, "image", samples.Sample(pictures.png(preview), "image/png", "png"))
    return {"MediaId": media_id, "ThumbMediaId": preview}


def _keep(world: World, account: BrandAccount, media_id: str, kind: str, file: samples.Sample) -> None:
    name = f"{media_id}.{file.ending}"
    media.keep(world, account, media_id, kind, file.body, name=name, content_type=file.content_type)


def _with_files(world: World, account: BrandAccount, fields: Json | None) -> Json:
    """A Mastodon status's fields with what `media` wishes for ({kind, description}) kept and named by id."""
    given = dict(fields or {})
    wishes = given.pop("media", [])
    return {**given, "media": [_attached(world, account, wish) for wish in wishes]} if wishes else given


def _attached(world: World, account: BrandAccount, wish: Json) -> str:
    """`gone` is a picture whose file its server has lost; `gifv` a film without sound that goes round."""
    kind, id_ = str(wish.get("kind", "image")), str(world.ids.mastodon())
    if kind in ("image", "gone"):
        file = samples.Sample(pictures.png(id_) if kind == "image" else b"", "image/png", "png")
    else:
        file = samples.of("video" if kind == "gifv" else kind)
    name = str(wish.get("description", ""))
    type_ = "image" if kind == "gone" else kind
    media.keep(world, account, id_, type_, file.body, name=name, content_type=file.content_type)
    return id_


def event(world: World, account: BrandAccount, name: str, kind: str, fields: Json | None = None) -> Written:
    """Follow, unfollow, menu click, scan… in the platform's own word; Mastodon: follow, follow_request."""
    if account.platform == "weibo":
        uid = world.people.weibo(name)
        private = weibo.PrivateMessage("event", "事件消息", {"subtype": kind, **(fields or {})})
        return Written(weibo.receive_private(world, account, uid, private), uid)
    if account.platform == "wechat":
        openid = followers.do_event(world, account, name, kind, fields)
        return Written("", openid)
    acts = {"follow": mastodon.follow, "follow_request": mastodon.ask_to_follow}
    if account.platform == "mastodon" and kind in acts:
        return Written("", acts[kind](world, account, name))
    raise NotPossible("no such event on this platform")


def thread(world: World, account: BrandAccount, name: str, kind: str) -> list[Json]:
    """What a customer and a brand wrote to each other in one kind of place, oldest first."""
    if account.platform == "mastodon":
        return mastodon.thread(world, account, name, private=kind == "dm")
    if kind == "dm":
        return threads.lines(world, account, name)
    if account.platform == "weibo":
        return _weibo_thread(world, account, name, kind)
    return wechat_comments.thread(world, account, name)


_WEIBO_POSTS = (
    "SELECT s.id, s.uid, s.text, s.at FROM weibo_status s "
    "JOIN weibo_inbox i ON i.id = s.id AND i.box = 'mentions' "
    "WHERE i.uid = :brand AND s.uid = :person AND s.deleted = 0 "
    "UNION SELECT c.id, c.uid, c.text, c.at FROM weibo_comment c JOIN weibo_status s ON s.id = c.status "
    "WHERE s.uid = :person AND c.uid IN (:brand, :person) AND c.deleted = 0 "
    "UNION SELECT r.id, r.uid, r.text, r.at FROM weibo_status r JOIN weibo_status s ON s.id = r.repost_of "
    "WHERE s.uid = :person AND r.uid = :brand AND r.deleted = 0 ORDER BY 1 DESC LIMIT 200"
)
_WEIBO_COMMENTS = (
    "SELECT c.id, c.uid, c.text, c.at FROM weibo_comment c JOIN weibo_status s ON s.id = c.status "
    "WHERE s.uid = :brand AND c.uid = :person AND c.deleted = 0 "
    "UNION SELECT a.id, a.uid, a.text, a.at FROM weibo_comment a JOIN weibo_comment q ON q.id = a.reply_to "
    "WHERE q.uid = :person AND a.uid = :brand AND a.deleted = 0 ORDER BY 1 DESC LIMIT 200"
)


def _weibo_thread(world: World, account: BrandAccount, name: str, kind: str) -> list[Json]:
    person = world.people.id_of("weibo", name)
    if person is None:
        return []
    sql = _WEIBO_POSTS if kind == "post" else _WEIBO_COMMENTS
    rows = world.store.named(sql, {"brand": account.external_id, "person": person})
    return [
        {
            "id": str(row["id"]),
            "from": "brand" if row["uid"] == account.external_id else "customer",
            "name": account.name if row["uid"] == account.external_id else name,
            "text": row["text"],
            "at": row["at"],
        }
        for row in reversed(rows)
    ]
