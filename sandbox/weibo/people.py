"""Weibo's read calls about users, relations and the caller's own quota."""

from __future__ import annotations

from typing import Any

from flask import request

from sandbox.weibo.api import WeiboCall, reads
from sandbox.weibo.errors import WeiboError
from sandbox.weibo.parameters import asked_uid, id_list

Json = dict[str, Any]


@reads("users/show")
def show_user(call: WeiboCall) -> Json:
    if not call.values.get("uid") and not call.values.get("screen_name"):
        raise WeiboError(10016, "uid")
    uid = asked_uid(call)
    known = call.world.directory.by_external_id("weibo", uid) or call.world.people.name_of("weibo", uid)
    if not known:
        raise WeiboError(20003)
    return call.objects.user(uid, with_status=True)


@reads("users/counts")
def user_counts(call: WeiboCall) -> list[Json]:
    users = [call.objects.user(str(uid)) for uid in id_list(call, "uids", 100)]
    names = ("id", "followers_count", "friends_count", "statuses_count")
    return [{name: user[name] for name in names} for user in users]


@reads("friendships/followers")
def followers(call: WeiboCall) -> Json:
    return _people(
        call, "SELECT follower AS id FROM weibo_follow WHERE followee = ? ORDER BY at DESC, follower"
    )


@reads("friendships/friends")
def friends(call: WeiboCall) -> Json:
    return _people(
        call, "SELECT followee AS id FROM weibo_follow WHERE follower = ? ORDER BY at DESC, followee"
    )


def _people(call: WeiboCall, sql: str) -> Json:
    """Open level: the own account only and at most 5 a call. `next_cursor` is an offset, 0 at the end."""
    uid = asked_uid(call)
    if uid != call.account.external_id and not call.business:
        raise WeiboError(10014)
    count = max(1, min(call.number("count", 50), 200 if call.business else 5))
    cursor = max(0, call.number("cursor", 0))
    rows = call.world.store.all(sql, uid)
    objects = call.objects
    users = [objects.user(str(row["id"])) for row in rows[cursor : cursor + count]]
    following = cursor + count if cursor + count < len(rows) else 0
    return {
        "users": users,
        "next_cursor": following,
        "previous_cursor": max(0, cursor - count),
        "total_number": len(rows),
        "display_total_number": len(rows),
    }


@reads("friendships/show")
def friendship(call: WeiboCall) -> Json:
    source = str(call.number("source_id", int(call.account.external_id)))
    target = str(call.needed_number("target_id"))
    number = call.world.store.number
    sql = "SELECT count(*) FROM weibo_follow WHERE follower = ? AND followee = ?"
    forth, back = number(sql, source, target) > 0, number(sql, target, source) > 0
    objects = call.objects

    def side(uid: str, following: bool, followed_by: bool) -> Json:
        name = objects.user(uid)["screen_name"]
        return {
            "id": int(uid),
            "screen_name": name,
            "followed_by": followed_by,
            "following": following,
            "notifications_enabled": False,
        }

    return {"target": side(target, back, forth), "source": side(source, forth, back)}


@reads("account/get_uid")
def get_uid(call: WeiboCall) -> Json:
    return {"uid": int(call.account.external_id)}


@reads("account/rate_limit_status")
def rate_limit_status(call: WeiboCall) -> Json:
    counters, limits = call.world.counters, call.world.limits
    used = counters.used("weibo_user_hour", call.account.key, counters.hour())
    used_by_address = counters.used("weibo_ip_hour", request.remote_addr or "-", counters.hour())
    seconds = 3600 - int(call.world.clock.now()) % 3600
    user_limit, ip_limit = int(limits["weibo_user_hour"]), int(limits["weibo_ip_hour"])
    return {
        "api_rate_limits": [],
        "ip_limit": ip_limit,
        "limit_time_unit": "HOURS",
        "remaining_ip_hits": max(0, ip_limit - used_by_address),
        "remaining_user_hits": max(0, user_limit - used),
        "reset_time": "",
        "reset_time_in_seconds": seconds,
        "user_limit": user_limit,
    }
