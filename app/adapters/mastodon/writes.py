"""Mastodon's writes (mastodon.md §3). A reply must carry the mention itself; the key works for an hour on
Mastodon and is ignored by GoToSocial, so a write of unknown fate is always read back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.adapters import lenient, readback
from app.adapters.mastodon import content
from app.adapters.mastodon.client import MastodonClient
from app.adapters.mastodon.reads import MastodonReads
from app.adapters.names import MASTODON
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
_UPLOAD_LASTS = timedelta(hours=20)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TO_NOBODY = (SendKind.POST, SendKind.REPOST)


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
            body["media_ids"] = self._shown_media(account, request)
        for name in ("language", "sensitive"):
            if request.options.get(name):
                body[name] = request.options[name]
        warning = content_warning(request)
        if warning:
            body["spoiler_text"] = warning
        answer = self._client.post(account, "/api/v1/statuses", body, request.operation_key)
        return _result(answer)

    def upload(self, account: AccountRef, request: SendRequest) -> Json:
        """The request's files as the server holds them, and which of them it still works on; unused ones are
        gone after a day."""
        until = self._services.clock.now() + _UPLOAD_LASTS
        held = [self._held_medium(account, medium) for medium in request.media]
        return {
            "media_ids": [media_id for media_id, _ in held],
            "in_process": [media_id for media_id, is_ready in held if not is_ready],
            "good_until": until.isoformat(),
        }

    def repost(self, account: AccountRef, request: SendRequest) -> SendResult:
        """A boost; boosting twice changes nothing."""
        path = f"/api/v1/statuses/{request.target['status_id']}/reblog"
        return _result(self._client.post(account, path, {}))

    def favourite(self, account: AccountRef, status_id: str) -> None:
        self._client.post(account, f"/api/v1/statuses/{status_id}/favourite", {})

    def answer_follow_request(self, account: AccountRef, person_id: str, accept: bool) -> None:
        """Raises ValueError for what is no id; a request that is answered already is no error."""
        if not _ID.fullmatch(person_id):
            raise ValueError("not_an_id")
        verb = "authorize" if accept else "reject"
        try:
            self._client.post(account, f"/api/v1/follow_requests/{person_id}/{verb}", {})
        except PlatformError as error:
            if error.kind is not PlatformErrorKind.NOT_FOUND:
                raise

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

    def _held_medium(self, account: AccountRef, medium: OutboundMedia) -> tuple[str, bool]:
        """Its id, and whether the server is done with it (200; else 202)."""
        if medium.source_ref:
            return medium.source_ref, True
        part = (medium.filename, medium.read(), medium.mime_type)
        body = lenient.obj(self._client.upload(account, part, medium.description or ""))
        return lenient.identifier(body.get("id")), bool(body.get("url"))

    def _shown_media(self, account: AccountRef, request: SendRequest) -> list[str]:
        """The ids of the request's files, all of which the server can show by now.

        Raises PlatformError(TEMPORARY) for what it still works on: nothing was sent, and the next try finds
        the same uploads further on.
        """
        prepared = request.prepared or self.upload(account, request)
        for media_id in prepared.get("in_process", ()):
            self._await_ready(account, lenient.identifier(media_id))
        return [lenient.identifier(media_id) for media_id in prepared["media_ids"]]

    def _await_ready(self, account: AccountRef, media_id: str) -> None:
        """206 while it is worked on, then 200 with an address."""
        for attempt in range(_MEDIA_CHECKS):
            if lenient.obj(self._client.get(account, f"/api/v1/media/{media_id}")).get("url"):
                return
            self._services.sleep(min(0.5 * (attempt + 1), 2.0))
        raise PlatformError(PlatformErrorKind.TEMPORARY, platform="mastodon", message="media_in_process")


def wording(request: SendRequest) -> str:
    """The text with the mention that makes it reach the person answered: theirs is always the first."""
    handle = request.target.get("acct")
    if request.kind in _TO_NOBODY or not handle:
        return request.text
    first = next(iter(MASTODON.find(request.text)), None)
    if first is not None and first.begin == 0 and same_person(first.handle, handle):
        return request.text
    return f"@{handle} {request.text}"


def same_person(left: str, right: str) -> bool:
    """Whether two handles name one account; case does not count. `amy` and `amy@there.example` are two."""
    return left.lstrip("@").lower() == right.lstrip("@").lower()


def others_named(account: AccountRef, request: SendRequest) -> list[str]:
    """Who else than the person answered would get a direct message, as the server will read its text."""
    home = (urlsplit(account.base_urls.get("api", "")).hostname or "").lower()
    handle = request.target.get("acct", "")
    found = dict.fromkeys(
        name.name if (name.server or "").lower() == home else name.handle
        for name in MASTODON.find(f"{wording(request)}\n{content_warning(request)}")
    )
    return [name for name in found if not same_person(name, handle)]


def content_warning(request: SendRequest) -> str:
    """An answer below a warning carries the same one, unless the request says otherwise."""
    if request.kind in _TO_NOBODY:
        return str(request.options.get("spoiler_text") or "")
    return str(request.options.get("spoiler_text") or request.target.get("content_warning") or "")


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
    if _held(request):
        # Ids of files are given out once: what shows them is this one, and nothing else is.
        shown = lenient.objects(post.raw.get("media_attachments"))
        return {lenient.identifier(medium.get("id")) for medium in shown} == set(_held(request))
    return _comparable(content.to_text(post.html or "")) == _comparable(wording(request))


def _held(request: SendRequest) -> list[str]:
    """The ids of the request's files, once the server holds them."""
    return [lenient.identifier(media_id) for media_id in request.prepared.get("media_ids", ())]


def _comparable(text: str) -> str:
    """Without mentions, whose domains servers cut, and without spaces."""
    return "".join(MASTODON.without(text).split())
