"""Quotas, WeChat's own addresses, customer-service staff."""

from __future__ import annotations

from typing import Any

from sandbox.wechat.api import OK, WeChatCall, gets, posts
from sandbox.wechat.errors import WeChatError

Json = dict[str, Any]
_CLEARS_PER_MONTH = 10


@posts("/cgi-bin/openapi/quota/get")
def quota(call: WeChatCall) -> Json:
    path = str(call.needed("cgi_path"))
    limit = call.world.limits.wechat_day(path)
    used = call.world.counters.used(path, call.account.key, call.world.counters.day())
    return {**OK, "quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}}


@posts("/cgi-bin/clear_quota")
def clear_quota(call: WeChatCall) -> Json:
    """Ten times a month."""
    if call.needed("appid") != call.account.credentials["appid"]:
        raise WeChatError(40013)
    counters, key = call.world.counters, call.account.key
    month = counters.day()[:7]
    used = counters.used("clear_quota", f"{key}#", month)
    if used >= _CLEARS_PER_MONTH:
        raise WeChatError(45009)
    counters.add("clear_quota", f"{key}#", month)
    counters.clear(key)
    return OK


@gets("/cgi-bin/getcallbackip")
def callback_addresses(_call: WeChatCall) -> Json:
    return {"ip_list": ["127.0.0.1"]}


@gets("/cgi-bin/get_api_domain_ip")
def api_addresses(_call: WeChatCall) -> Json:
    return {"ip_list": ["127.0.0.1"]}


@gets("/cgi-bin/customservice/getkflist")
def staff(_call: WeChatCall) -> Json:
    names = ("客服一号", "客服二号")
    return {
        "kf_list": [
            {"kf_account": f"kf{n}@yunling", "kf_nick": name, "kf_id": str(1000 + n), "kf_headimgurl": ""}
            for n, name in enumerate(names, start=1)
        ]
    }


@posts("/customservice/msgrecord/getmsglist")
def desk_log(call: WeChatCall) -> Json:
    """The log of WeChat's own agent desk: nobody sits there, and what the API sends is not in it."""
    call.needed("starttime")
    call.needed("endtime")
    return {**OK, "recordlist": [], "number": 0, "msgid": call.needed("msgid")}
