"""Weibo's writes, and finding out afterwards whether one took place (weibo.md §4, §7).

Weibo has no idempotency key. Every write needs `rip`, the address of the person who writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient, readback
from app.adapters.types import AccountRef, InboundPost, SendKind, SendRequest, SendResult, SendState
from app.adapters.weibo import errors, parse
from app.adapters.weibo import text as weibo_text
from app.adapters.weibo.client import WeiboClient
from app.adapters.weibo.reads import WeiboReads, bare_id
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_Write = Callable[[], Any]
_SETTLE = timedelta(seconds=5)
# A moderated post shows after one or two minutes (20032): absence proves nothing before that.
_SETTLE_MODERATED = timedelta(seconds=180)


class WeiboWrites:
    def __init__(self, client: WeiboClient, reads: WeiboReads, clock: Clock) -> None:
        self._client = client
        self._reads = reads
        self._clock = clock

    def comment(self, account: AccountRef, request: SendRequest) -> SendResult:
        """An answer to a comment when the target names one, else a comment below the status."""
        form = {"comment": request.text, "id": request.target["status_id"], "rip": request.actor_ip or ""}
        if request.target.get("comment_id"):
            name = "comments/reply"
            form |= {"cid": request.target["comment_id"], "without_mention": "0", "comment_ori": "0"}
        else:
            name = "comments/create"
        return self._created("comment", lambda: self._client.post(account, name, form))

    def private_message(self, account: AccountRef, request: SendRequest) -> SendResult:
        """The answer has no message id."""
        form = {
            "type": "text",
            "receiver_id": request.target["user_id"],
            "data": json.dumps({"text": request.text}, ensure_ascii=False),
            "save_sender_box": "1",
        }
        body = self._client.fan_service(account, "messages/reply", form)
        if lenient.boolean(body.get("result")) is False:
            raise PlatformError(PlatformErrorKind.REJECTED, platform="weibo", message="result_false")
        return SendResult(None, SendState.DONE, body)

    def post(self, account: AccountRef, request: SendRequest) -> SendResult:
        """`share` for ordinary apps, `update` or `upload` where a contract allows them."""
        form = {"status": request.text, "rip": request.actor_ip or ""}
        files = _picture(request)
        if account.settings.get("app_level", "partner") == "ordinary":
            name = "statuses/share"
        else:
            name = "statuses/upload" if files else "statuses/update"
        return self._created("status", lambda: self._client.post(account, name, form, files))

    def repost(self, account: AccountRef, request: SendRequest) -> SendResult:
        form = {"id": request.target["status_id"], "status": request.text, "rip": request.actor_ip or ""}
        form["is_comment"] = str(request.options.get("is_comment", 0))
        return self._created("status", lambda: self._client.post(account, "statuses/repost", form))

    def delete(self, account: AccountRef, external_id: str) -> None:
        """Raises ValueError for an id that is neither a status nor a comment."""
        kind, _, bare = external_id.partition(":")
        calls = {"status": ("statuses/destroy", "id"), "comment": ("comments/destroy", "cid")}
        if kind not in calls:
            raise ValueError(f"cannot delete a {kind}")
        name, parameter = calls[kind]
        try:
            self._client.post(account, name, {parameter: bare})
        except PlatformError as error:
            if error.kind is not PlatformErrorKind.NOT_FOUND:
                raise

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        """Reads our own comments or posts back. Private messages cannot be read back (weibo.md §7)."""
        if request.kind is SendKind.PRIVATE_MESSAGE:
            raise readback.cannot_tell("weibo", "private messages cannot be read back")
        stream = "own_comments" if request.kind is SendKind.COMMENT else "own_posts"
        found = readback.find_sent(
            "weibo",
            lambda page: self._reads.rows_of_page(stream, account, page),
            lambda post: post.external_id not in request.known_ids and _matches(post, request),
            since=since,
            now=self._clock.now(),
            settle=_SETTLE_MODERATED if account.settings.get("posts_are_moderated") else _SETTLE,
        )
        return None if found is None else SendResult(found.external_id, SendState.DONE, found.raw)

    def _created(self, prefix: str, write: _Write) -> SendResult:
        try:
            body = lenient.obj(write())
        except PlatformError as error:
            if error.platform_code == str(errors.ACCEPTED_LATER):
                return SendResult(None, SendState.ACCEPTED)
            raise
        found = parse.object_id(body)
        return SendResult(f"{prefix}:{found}" if found else None, SendState.DONE, body)


def _matches(post: InboundPost, request: SendRequest) -> bool:
    """Same words in the same place. Weibo puts `回复@name:` before an answer and shortens links."""
    if request.kind is SendKind.COMMENT and not _same_place(post, request):
        return False
    if request.kind is SendKind.REPOST and post.root != f"status:{request.target['status_id']}":
        return False
    return _comparable(post.text).endswith(_comparable(request.text))


def _same_place(post: InboundPost, request: SendRequest) -> bool:
    status_id = post.context.get("status_id")
    if status_id and status_id != request.target["status_id"]:
        return False
    answered = request.target.get("comment_id")
    if not answered:
        return post.reply_to is None or not post.reply_to.startswith("comment:")
    named = post.reply_to or ""
    return not named.startswith("comment:") or bare_id(named) == answered


def _comparable(text: str) -> str:
    for address in weibo_text.find_addresses(text):
        text = text.replace(address, "")
    return "".join(text.split())


def _picture(request: SendRequest) -> Mapping[str, tuple[str, bytes, str]] | None:
    if not request.media:
        return None
    medium = request.media[0]
    return {"pic": (medium.filename, medium.read(), medium.mime_type)}
