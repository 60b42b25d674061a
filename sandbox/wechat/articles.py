"""Drafts and publishing: a draft is submitted, published some seconds later, and announced by an event."""

from __future__ import annotations

import json
import secrets
import threading
from typing import Any

from flask import request

from sandbox.accounts import BrandAccount
from sandbox.store import Row
from sandbox.wechat import push
from sandbox.wechat.api import OK, WeChatCall, gets, posts
from sandbox.wechat.errors import WeChatError
from sandbox.world import World

Json = dict[str, Any]
_MOST_ARTICLES = 8
_LONGEST_CONTENT = 20_000


def save(
    world: World, account: BrandAccount, kind: str, id_: str, body: Json, *, at: float | None = None
) -> None:
    """Store a draft, publishing job or article; `at` (unix seconds) is now unless given."""
    world.store.put(
        "wechat_document",
        account=account.key,
        kind=kind,
        id=id_,
        at=world.clock.now() if at is None else at,
        body=json.dumps(body, ensure_ascii=False),
    )


def load(world: World, account: BrandAccount, kind: str, id_: str) -> Json | None:
    sql = "SELECT body FROM wechat_document WHERE account = ? AND kind = ? AND id = ?"
    row = world.store.one(sql, account.key, kind, id_)
    return dict(json.loads(row["body"])) if row is not None else None


def _checked_articles(call: WeChatCall) -> list[Json]:
    articles = call.needed("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= _MOST_ARTICLES:
        raise WeChatError(45008)
    for article in articles:
        if not isinstance(article, dict) or not str(article.get("title", "")).strip():
            raise WeChatError(40035)
        if len(str(article.get("content", ""))) >= _LONGEST_CONTENT:
            raise WeChatError(45002)
    return articles


def _draft(call: WeChatCall) -> tuple[str, Json]:
    media_id = str(call.needed("media_id"))
    draft = load(call.world, call.account, "draft", media_id)
    if draft is None:
        raise WeChatError(40007)
    return media_id, draft


@posts("/cgi-bin/draft/add")
def add_draft(call: WeChatCall) -> Json:
    media_id = secrets.token_urlsafe(32)
    save(call.world, call.account, "draft", media_id, {"articles": _checked_articles(call)})
    return {"media_id": media_id}


@posts("/cgi-bin/draft/get")
def get_draft(call: WeChatCall) -> Json:
    return {"news_item": _draft(call)[1]["articles"]}


@posts("/cgi-bin/draft/update")
def update_draft(call: WeChatCall) -> Json:
    media_id, draft = _draft(call)
    index, article = call.number("index", 0), call.needed("articles")
    if not isinstance(article, dict) or not 0 <= index < len(draft["articles"]):
        raise WeChatError(40035)
    draft["articles"][index] = {**draft["articles"][index], **article}
    save(call.world, call.account, "draft", media_id, draft)
    return OK


@posts("/cgi-bin/draft/delete")
def delete_draft(call: WeChatCall) -> Json:
    media_id, _draft_body = _draft(call)
    _remove(call, "draft", media_id)
    return OK


def _remove(call: WeChatCall, kind: str, id_: str) -> None:
    sql = "DELETE FROM wechat_document WHERE account = ? AND kind = ? AND id = ?"
    call.world.store.run(sql, call.account.key, kind, id_)


@gets("/cgi-bin/draft/count")
def count_drafts(call: WeChatCall) -> Json:
    sql = "SELECT count(*) FROM wechat_document WHERE account = ? AND kind = 'draft'"
    return {"total_count": call.world.store.number(sql, call.account.key)}


def _batch(call: WeChatCall, kind: str) -> tuple[list[Row], int]:
    offset, count = call.number("offset", 0), call.number("count", 20)
    if not 1 <= count <= 20 or offset < 0:
        raise WeChatError(40035)
    store, key = call.world.store, call.account.key
    total = store.number("SELECT count(*) FROM wechat_document WHERE account = ? AND kind = ?", key, kind)
    sql = "SELECT * FROM wechat_document WHERE account = ? AND kind = ? ORDER BY at DESC, id LIMIT ? OFFSET ?"
    return store.all(sql, key, kind, count, offset), total


def _listed(call: WeChatCall, row: Row, id_name: str) -> Json:
    items = json.loads(row["body"])["articles"]
    if call.number("no_content", 0) == 1:
        items = [{name: value for name, value in item.items() if name != "content"} for item in items]
    return {id_name: row["id"], "content": {"news_item": items}, "update_time": int(row["at"])}


@posts("/cgi-bin/draft/batchget")
def list_drafts(call: WeChatCall) -> Json:
    rows, total = _batch(call, "draft")
    items = [_listed(call, row, "media_id") for row in rows]
    return {"total_count": total, "item_count": len(items), "item": items}


@posts("/cgi-bin/freepublish/submit")
def submit(call: WeChatCall) -> Json:
    """Asynchronous: the answer only says that the job was taken."""
    media_id, draft = _draft(call)
    publish_id = str(call.world.ids.message() % 10**10 + 10**10)
    msg_data_id = int(publish_id)
    job = {
        "publish_id": publish_id,
        "publish_status": 1,
        "msg_data_id": msg_data_id,
        "articles": draft["articles"],
        "base": request.host_url,
    }
    with call.world.store.transaction():
        save(call.world, call.account, "publish", publish_id, job)
        _remove(call, "draft", media_id)
    _finish_later(call.world, call.account, publish_id)
    return {**OK, "publish_id": publish_id, "msg_data_id": msg_data_id}


def _finish_later(world: World, account: BrandAccount, publish_id: str) -> None:
    timer = threading.Timer(
        world.limits["wechat_publish_seconds"], finish_publish, (world, account, publish_id)
    )
    timer.daemon = True
    timer.start()


def resume_publishing(world: World) -> None:
    """Take up the jobs that a stopped process left running."""
    for row in world.store.all("SELECT account, id, body FROM wechat_document WHERE kind = 'publish'"):
        if json.loads(row["body"])["publish_status"] == 1:
            _finish_later(world, world.directory.get(row["account"]), row["id"])


def finish_publish(world: World, account: BrandAccount, publish_id: str) -> None:
    """End a publishing job: the article exists and PUBLISHJOBFINISH is pushed. Done once per job."""
    with world.store.transaction():
        job = load(world, account, "publish", publish_id)
        if job is None or job["publish_status"] != 1:
            return
        article_id = secrets.token_urlsafe(32)
        items = [
            {**item, "url": f"{job['base']}wechat/s/{article_id}/{number}", "is_deleted": False}
            for number, item in enumerate(job["articles"], start=1)
        ]
        article = {"articles": items, "msg_data_id": job["msg_data_id"]}
        save(world, account, "article", article_id, article)
        save(world, account, "publish", publish_id, {**job, "publish_status": 0, "article_id": article_id})
        title = str(items[0].get("title", ""))
        target = {"msg_data_id": str(job["msg_data_id"])}
        world.records.sent(
            "wechat",
            account.key,
            "freepublish",
            person="",
            target=target,
            text=title,
            id_=article_id,
            raw=article,
        )
    links = [{"idx": number, "article_url": item["url"]} for number, item in enumerate(items, start=1)]
    info = {
        "publish_id": int(publish_id),
        "publish_status": 0,
        "article_id": article_id,
        "article_detail": {"count": len(links), "item": links},
    }
    operator = "o" + "P" * 27
    push.send(world, account, operator, "event", {"Event": "PUBLISHJOBFINISH", "PublishEventInfo": info})


@posts("/cgi-bin/freepublish/get")
def publish_state(call: WeChatCall) -> Json:
    job = load(call.world, call.account, "publish", str(call.needed("publish_id")))
    if job is None:
        raise WeChatError(40035)
    state: Json = {"publish_id": job["publish_id"], "publish_status": job["publish_status"], "fail_idx": []}
    if job["publish_status"] == 0:
        article = load(call.world, call.account, "article", job["article_id"]) or {"articles": []}
        links = [
            {"idx": n, "article_url": item["url"]} for n, item in enumerate(article["articles"], start=1)
        ]
        state["article_id"] = job["article_id"]
        state["article_detail"] = {"count": len(links), "item": links}
    return state


def _article(call: WeChatCall) -> tuple[str, Json]:
    article_id = str(call.needed("article_id"))
    article = load(call.world, call.account, "article", article_id)
    if article is None:
        raise WeChatError(53600)
    return article_id, article


@posts("/cgi-bin/freepublish/getarticle")
def get_article(call: WeChatCall) -> Json:
    return {"news_item": _article(call)[1]["articles"]}


@posts("/cgi-bin/freepublish/batchget")
def list_articles(call: WeChatCall) -> Json:
    rows, total = _batch(call, "article")
    items = [_listed(call, row, "article_id") for row in rows]
    return {"total_count": total, "item_count": len(items), "item": items}


@posts("/cgi-bin/freepublish/delete")
def delete_article(call: WeChatCall) -> Json:
    """`index` from 1; without it (or 0) the whole publication."""
    article_id, article = _article(call)
    index = call.number("index", 0)
    for number, item in enumerate(article["articles"], start=1):
        item["is_deleted"] = item["is_deleted"] or index in (0, number)
    save(call.world, call.account, "article", article_id, article)
    return OK
