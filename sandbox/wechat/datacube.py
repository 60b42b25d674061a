"""Datacube: fan and reading figures of past days, made up but always the same for the same day."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from sandbox import ids
from sandbox.clock import BEIJING, beijing_day
from sandbox.wechat.api import WeChatCall, posts
from sandbox.wechat.errors import WeChatError

Json = dict[str, Any]
_SOURCES = (0, 1, 17, 30, 57, 100, 149, 161)
_FIRST_DAY = date(2014, 12, 1)
_READY_HOUR = 8


def _days(call: WeChatCall, longest: int) -> list[date]:
    """The asked days. Raises 61500 or 61501: end at most yesterday, which is ready after 08:00 in Beijing."""
    try:
        begin = date.fromisoformat(str(call.needed("begin_date")))
        end = date.fromisoformat(str(call.needed("end_date")))
    except ValueError:
        raise WeChatError(61500) from None
    now = datetime.fromtimestamp(call.world.clock.now(), BEIJING)
    ready = now.date() - timedelta(days=1 if now.hour >= _READY_HOUR else 2)
    if begin > end or begin < _FIRST_DAY or end > ready or (end - begin).days >= longest:
        raise WeChatError(61501)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _figure(call: WeChatCall, label: str, day: date, most: int) -> int:
    seed = ids.digest("datacube", call.account.key, label, day.isoformat())
    weekend = 1.4 if day.weekday() >= 5 else 1.0
    return int(int.from_bytes(seed[:4], "big") % (most + 1) * weekend)


@posts("/datacube/getusersummary")
def user_summary(call: WeChatCall) -> Json:
    rows = [
        {
            "ref_date": day.isoformat(),
            "user_source": source,
            "new_user": _figure(call, f"new {source}", day, 90 if source in (0, 1, 30) else 20),
            "cancel_user": _figure(call, f"cancel {source}", day, 30) if source == 0 else 0,
        }
        for day in _days(call, 7)
        for source in _SOURCES
    ]
    return {"list": [row for row in rows if row["new_user"] or row["cancel_user"]]}


@posts("/datacube/getusercumulate")
def user_cumulate(call: WeChatCall) -> Json:
    return {
        "list": [{"ref_date": day.isoformat(), "cumulate_user": _total(call, day)} for day in _days(call, 7)]
    }


def _total(call: WeChatCall, day: date) -> int:
    """Grows by about 110 a day from the account's base, so that summary and total tell the same story."""
    base = int(call.account.settings.get("follower_base", 0))
    return base + (day - date(2026, 1, 1)).days * 110 + _figure(call, "total", day, 60)


@posts("/datacube/getarticlesummary")
def article_summary(call: WeChatCall) -> Json:
    day = _days(call, 1)[0]
    rows = call.world.store.all(
        "SELECT * FROM wechat_document WHERE account = ? AND kind = 'article' ORDER BY at", call.account.key
    )
    found: list[Json] = []
    for row in rows:
        if beijing_day(row["at"]) != day.isoformat():
            continue
        article = json.loads(row["body"])
        found.extend(
            _article_figures(call, day, f"{article['msg_data_id']}_{number}", str(item.get("title", "")))
            for number, item in enumerate(article["articles"], start=1)
        )
    return {"list": found}


def _article_figures(call: WeChatCall, day: date, msgid: str, title: str) -> Json:
    readers = 300 + _figure(call, f"readers {msgid}", day, 5_000)
    shares = _figure(call, f"shares {msgid}", day, 120)
    return {
        "ref_date": day.isoformat(),
        "msgid": msgid,
        "title": title,
        "int_page_read_user": readers,
        "int_page_read_count": readers + readers // 8,
        "ori_page_read_user": readers // 40,
        "ori_page_read_count": readers // 35,
        "share_user": shares,
        "share_count": shares + shares // 5,
        "add_to_fav_user": shares // 6,
        "add_to_fav_count": shares // 6,
    }


@posts("/datacube/getupstreammsg")
def upstream_messages(call: WeChatCall) -> Json:
    rows = []
    for day in _days(call, 7):
        for kind in (1, 2, 3):
            users = _figure(call, f"senders {kind}", day, 260 if kind == 1 else 30)
            if users:
                row = {
                    "ref_date": day.isoformat(),
                    "msg_type": kind,
                    "msg_user": users,
                    "msg_count": users * 2,
                }
                rows.append(row)
    return {"list": rows}
