"""Mastodon's writes (mastodon.md §3). A reply must carry the mention itself; the key works for an hour on
Mastodon and is ignored by GoToSocial, so a write of unknown fate is always read back."""

from __future__ import annotations

import re
from datetime import datetime

from app.adapters import lenient, readback
from app.adapters.mastodon import content
from app.adapters.mastodon.client import MastodonClient
from app.adapters.mastodon.reads import MastodonReads
from app.adapters.transport import AdapterServices
from app.adapters.types import (
    AccountRef,
    InboundPost,
    Json,
    OutboundMedia,
    SendKind,
    SendRequest,
    SendResult,
    SendState,
)
from app.core.errors import PlatformError, PlatformErrorKind

_MEDIA_CHECKS = 8
_MENTION = re.compile(r"@[A-Za-z0-9_]+(?:@[A-Za-z0-9.\-]+)?")


class MastodonWrites:
    def __init__(self, client: MastodonClient, reads: MastodonReads, services: AdapterServices) -> None:
        self._client = client
        self._reads = reads
        self._services = services

    def post(self, account: AccountRef, request: SendRequest) -> SendResult:
        """A status, an answer or a direct message: all are statuses here."""
        body: Json = {"status": wording(request), "visibility": visibility(request)}
        parent = request.target.get("status_id")
        if parent and request.kind is not SendKind.POST:
            body["in_reply_to_id"] = parent
        if request.media:
            body["media_ids"] = [self._media_id(account, medium) for medium in request.media]
        for name in ("language", "spoiler_text", "sensitive"):
            if request.options.get(name):
                body[name] = request.options[name]
        answer = self._client.post(account, "/api/v1/statuses", body, request.operation_key)
        return _result(answer)

    def repost(self, account: AccountRef, request: SendRequest) -> SendResult:
        """A boost; boosting twice changes nothing."""
        path = f"/api/v1/statuses/{request.target['status_id']}/reblog"
        return _result(self._client.post(account, path, {}))

    def favourite(self, account: AccountRef, status_id: str) -> None:
        self._client.post(account, f"/api/v1/statuses/{status_id}/favourite", {})

    def delete(self, account: AccountRef, external_id: str) -> None:
        """Raises ValueError for an id that is no status."""
        kind, _, bare = external_id.partition(":")
        if kind != "status":
            raise ValueError(f"cannot delete a {kind}")
        try:
            self._client.delete(account, f"/api/v1/statuses/{bare}")
        except PlatformError as error:
            if error.kind is not PlatformErrorKind.NOT_FOUND:
                raise

    def reconcile(self, account: AccountRef, request: SendRequest, since: datetime) -> SendResult | None:
        found = readback.find_sent(
            "mastodon",
            self._reads.own_page(account),
            lambda post: post.external_id not in request.known_ids and _matches(post, request),
            since=since,
            now=self._services.clock.now(),
        )
        return None if found is None else SendResult(found.external_id, SendState.DONE, found.raw)

    def _media_id(self, account: AccountRef, medium: OutboundMedia) -> str:
        """Uploads and waits until the server has processed the file (202, then 206 until 200)."""
        if medium.source_ref:
            return medium.source_ref
        part = (medium.filename, medium.content, medium.mime_type)
        body = lenient.obj(self._client.upload(account, part, medium.description or ""))
        media_id = lenient.identifier(body.get("id"))
        for attempt in range(_MEDIA_CHECKS):
            if body.get("url"):
                return media_id
            self._services.sleep(min(0.5 * (attempt + 1), 2.0))
            body = lenient.obj(self._client.get(account, f"/api/v1/media/{media_id}"))
        raise PlatformError(PlatformErrorKind.TEMPORARY, platform="mastodon", message="media_in_process")


def wording(request: SendRequest) -> str:
    """The text with the mention that makes it reach the person answered."""
    handle = request.target.get("acct")
    if request.kind is SendKind.POST or not handle or f"@{handle}" in request.text:
        return request.text
    return f"@{handle} {request.text}"


def visibility(request: SendRequest) -> str:
    """A direct message stays direct; an answer is never more public than what it answers."""
    if request.kind is SendKind.PRIVATE_MESSAGE:
        return "direct"
    return str(request.options.get("visibility") or request.target.get("visibility") or "public")


def _result(answer: object) -> SendResult:
    body = lenient.obj(answer)
    found = lenient.identifier(body.get("id"))
    return SendResult(f"status:{found}" if found else None, SendState.DONE, body)


def _matches(post: InboundPost, request: SendRequest) -> bool:
    if request.kind is SendKind.REPOST:
        boosted = lenient.obj(post.raw.get("reblog"))
        return lenient.identifier(boosted.get("id")) == request.target.get("status_id")
    if request.kind is not SendKind.POST and post.reply_to != f"status:{request.target.get('status_id')}":
        return False
    return _comparable(content.to_text(post.html or "")) == _comparable(wording(request))


def _comparable(text: str) -> str:
    """Without mentions, whose domains servers cut, and without spaces."""
    return "".join(_MENTION.sub("", text).split())
