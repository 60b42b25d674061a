"""Weibo's JSON objects, drawn from the journal."""

from __future__ import annotations

from typing import Any

from sandbox import ids, pictures
from sandbox.clock import weibo_date
from sandbox.store import Row
from sandbox.weibo import content
from sandbox.weibo import text as weibo_text
from sandbox.world import World

Json = dict[str, Any]
_PLACES = (
    ("53", "1", "云南 昆明"),
    ("53", "3", "云南 曲靖"),
    ("53", "29", "云南 大理"),
    ("51", "1", "四川 成都"),
    ("44", "1", "广东 广州"),
    ("31", "15", "上海 浦东新区"),
    ("11", "5", "北京 朝阳区"),
    ("100", "1000", "其他"),
)
_SOURCES = ("微博网页版", "iPhone客户端", "Android客户端", "HUAWEI Mate 70")
_GONE_TEXT = "抱歉，此微博已被作者删除。"

_SAME_IN_ALL_USERS: Json = {
    "class": 1,
    "url": "",
    "domain": "",
    "weihao": "",
    "geo_enabled": True,
    "remark": "",
    "allow_all_comment": True,
    "online_status": 0,
    "lang": "zh-cn",
    "mbtype": 0,
    "credit_score": 80,
}
_SAME_IN_ALL_STATUSES: Json = {
    "can_edit": False,
    "source_allowclick": 0,
    "source_type": 1,
    "favorited": False,
    "truncated": False,
    "in_reply_to_status_id": "",
    "in_reply_to_user_id": "",
    "in_reply_to_screen_name": "",
    "geo": None,
    "pending_approval_count": 0,
    "mlevel": 0,
    "hide_flag": 0,
    "biz_feature": 0,
    "page_type": 32,
}


class Objects:
    """Draws for one viewer (`viewer` is the uid of the token's owner)."""

    def __init__(self, world: World, viewer: str) -> None:
        self._world = world
        self._viewer = viewer
        self._users: dict[str, Json] = {}

    def user(self, uid: str, *, with_status: bool = False) -> Json:
        drawn = self._users.get(uid)
        if drawn is None:
            drawn = self._draw_user(uid)
            self._users[uid] = drawn
        if not with_status:
            return drawn
        newest = self._world.store.one(
            "SELECT * FROM weibo_status WHERE uid = ? AND deleted = 0 ORDER BY id DESC LIMIT 1", uid
        )
        return {**drawn, "status": self.status(newest, with_user=False)} if newest is not None else drawn

    def _draw_user(self, uid: str) -> Json:
        brand = self._world.directory.by_external_id("weibo", uid)
        name = brand.name if brand else self._world.people.name_of("weibo", uid) or f"用户{uid}"
        seed = ids.digest("weibo user", uid)
        province, city, location = _PLACES[seed[0] % len(_PLACES)]
        followers = (
            186_000 + seed[1] * 100 if brand else int.from_bytes(seed[1:3], "big") % (20 + seed[3] * 12)
        )
        follows = self._follows(uid)
        avatar = pictures.face_address(self._world.base_url, uid)
        return {
            **_SAME_IN_ALL_USERS,
            "id": int(uid),
            "idstr": uid,
            "screen_name": name,
            "name": name,
            "province": province,
            "city": city,
            "location": location,
            "description": f"{name}官方微博" if brand else "",
            "profile_image_url": avatar or "",
            "profile_url": f"u/{uid}",
            "gender": "f" if seed[5] % 2 else "m",
            "followers_count": followers,
            "friends_count": seed[6] * 3,
            "statuses_count": int.from_bytes(seed[7:9], "big") % 9_000,
            "favourites_count": seed[9],
            "created_at": weibo_date(1_262_304_000 + int.from_bytes(seed[10:13], "big") * 24),
            "following": follows["following"],
            "allow_all_act_msg": bool(brand),
            "verified": bool(brand),
            "verified_type": 2 if brand else -1,
            "avatar_large": avatar or "",
            "avatar_hd": avatar or "",
            "verified_reason": f"{name}官方账号" if brand else "",
            "follow_me": follows["follow_me"],
            "bi_followers_count": seed[13],
            "mbrank": seed[14] % 7,
            "urank": seed[15] % 48,
        }

    def _follows(self, uid: str) -> dict[str, bool]:
        sql = "SELECT count(*) FROM weibo_follow WHERE follower = ? AND followee = ?"
        number = self._world.store.number
        return {
            "following": number(sql, self._viewer, uid) > 0,
            "follow_me": number(sql, uid, self._viewer) > 0,
        }

    def status(
        self, row: Row, *, with_user: bool = True, full: bool = False, trim_user: bool = False
    ) -> Json:
        """A status as lists show it; `full` adds the whole of a long text as `longText`."""
        id_, uid = int(row["id"]), str(row["uid"])
        if row["deleted"]:
            return self._deleted(row)
        limit = int(self._world.limits["weibo_text_units"])
        shown, is_long = weibo_text.shortened(row["text"], uid, id_, limit)
        counts = self.counts(id_)
        drawn: Json = {
            **_SAME_IN_ALL_STATUSES,
            "created_at": weibo_date(row["at"]),
            "id": id_,
            "idstr": str(id_),
            "mid": str(id_),
            "text": shown,
            "textLength": sum(1 if ord(char) < 0x80 else 2 for char in row["text"]),
            "source": _source(id_),
            "pic_urls": [],
            "annotations": [],
            "reposts_count": counts["reposts"],
            "comments_count": counts["comments"],
            "attitudes_count": counts["attitudes"],
            "isLongText": is_long,
            "visible": {"type": 0, "list_id": 0},
        }
        edit = content.edit_of(self._world, id_)
        if edit is not None:
            drawn["edit_count"] = int(edit["count"])
            drawn |= {"edit_at": weibo_date(edit["at"])} if edit["at"] else {}
        if row["picture"]:
            drawn.update(_pictures(row["picture"].split()))
        if with_user:
            drawn["user"] = int(uid) if trim_user else self.user(uid)
        if full and is_long:
            drawn["longText"] = {"longTextContent": row["text"], "linkObjects": [], "mblogtype": "long_text"}
        if row["repost_of"]:
            drawn["retweeted_status"] = self._original(int(row["repost_of"]))
        return drawn

    def _original(self, id_: int) -> Json:
        row = self._world.store.one("SELECT * FROM weibo_status WHERE id = ?", id_)
        if row is None or row["deleted"]:
            at = row["at"] if row is not None else 0.0
            return _gone(id_, at)
        return self.status(row)

    def _deleted(self, row: Row) -> Json:
        return _gone(int(row["id"]), row["at"])

    def counts(self, id_: int) -> dict[str, int]:
        number = self._world.store.number
        return {
            "id": id_,
            "comments": number("SELECT count(*) FROM weibo_comment WHERE status = ? AND deleted = 0", id_),
            "reposts": number("SELECT count(*) FROM weibo_status WHERE repost_of = ? AND deleted = 0", id_),
            "attitudes": ids.digest("likes", str(id_))[0] % 12,
        }

    def comment(self, row: Row, *, nested: bool = True, trim_user: bool = False) -> Json:
        id_, uid = int(row["id"]), str(row["uid"])
        drawn: Json = {
            "created_at": weibo_date(row["at"]),
            "id": id_,
            "rootid": int(row["reply_to"] or id_),
            "idstr": str(id_),
            "mid": str(id_),
            "text": row["text"],
            "source": _source(id_),
            "user": int(uid) if trim_user else self.user(uid),
            "floor_num": 0,
        }
        if nested:
            status = self._world.store.one("SELECT * FROM weibo_status WHERE id = ?", row["status"])
            if status is not None:
                drawn["status"] = self.status(status)
            parent = self._parent(row)
            if parent is not None:
                drawn["reply_comment"] = self.comment(parent, nested=False)
        return drawn

    def _parent(self, row: Row) -> Row | None:
        if not row["reply_to"]:
            return None
        return self._world.store.one(
            "SELECT * FROM weibo_comment WHERE id = ? AND deleted = 0", row["reply_to"]
        )


def _source(id_: int) -> str:
    """What it was written with, as a link."""
    return f'<a href="http://app.weibo.com/t/feed/" rel="nofollow">{_SOURCES[id_ % len(_SOURCES)]}</a>'


def _gone(id_: int, at: float) -> Json:
    """What remains of a deleted status inside a repost: no user, `deleted` as text."""
    return {
        "created_at": weibo_date(at),
        "id": id_,
        "mid": str(id_),
        "idstr": str(id_),
        "text": _GONE_TEXT,
        "source": "",
        "geo": None,
        "deleted": "1",
    }


def _pictures(urls: list[str]) -> Json:
    """The picture fields; size is a segment of the address. The single ones are of the first."""
    thumbnails = [url.replace("/large/", "/thumbnail/") for url in urls]
    return {
        "pic_urls": [{"thumbnail_pic": thumbnail} for thumbnail in thumbnails],
        "thumbnail_pic": thumbnails[0],
        "bmiddle_pic": urls[0].replace("/large/", "/bmiddle/"),
        "original_pic": urls[0],
        "pic_num": len(urls),
    }
