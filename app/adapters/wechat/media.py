"""Temporary media up and down (wechat.md §11): held three days by the platform, so fetched at once by us."""

from __future__ import annotations

import re

from app.adapters import lenient
from app.adapters.transport import Answer
from app.adapters.types import AccountRef, DownloadedMedia, Media, OutboundMedia
from app.adapters.wechat.client import WeChatClient
from app.core.errors import PlatformError, PlatformErrorKind

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "video/mp4": "mp4",
}
_FILENAME = re.compile(r'filename="?([^";]{1,200})')


class WeChatMedia:
    def __init__(self, client: WeChatClient) -> None:
        self._client = client

    def upload(self, account: AccountRef, medium: OutboundMedia) -> str:
        """The media id (`thumb` answers `thumb_media_id`). Raises PlatformError."""
        part = (_upload_name(medium), medium.read(), medium.mime_type)
        body = self._client.upload(account, "/cgi-bin/media/upload", {"type": medium.kind}, part)
        media_id = lenient.text(body.get("media_id")) or lenient.text(body.get("thumb_media_id"))
        if not media_id:
            raise PlatformError(PlatformErrorKind.TEMPORARY, platform="wechat", message="no_media_id")
        return media_id

    def download(self, account: AccountRef, media: Media) -> DownloadedMedia:
        """The bytes; a video's answer only names the address where they are.

        Raises PlatformError(NOT_FOUND) when the three days are over.
        """
        answer = self._client.download(account, "/cgi-bin/media/get", {"media_id": media.source_ref or ""})
        address = _video_address(answer)
        if address:
            return DownloadedMedia(b"", "video/mp4", url=address)
        named = _FILENAME.search(answer.headers.get("content-disposition", ""))
        return DownloadedMedia(
            content=answer.content,
            mime_type=answer.headers.get("content-type", "application/octet-stream").partition(";")[0],
            filename=named.group(1) if named else None,
        )


def _upload_name(medium: OutboundMedia) -> str:
    """WeChat goes by the ending, and takes no name but a plain one."""
    return f"{medium.kind}.{_ENDINGS.get(medium.mime_type, medium.filename.rpartition('.')[2])}"


def _video_address(answer: Answer) -> str | None:
    if not answer.content.lstrip().startswith(b"{"):
        return None
    try:
        return lenient.text_or_none(lenient.obj(answer.json()).get("video_url"))
    except lenient.Unreadable:
        return None
