"""A platform that lends files by their id."""

from __future__ import annotations

from typing import Any

from app.adapters.types import AccountRef, DownloadedMedia, Media
from tests.fakes.platforms import FakePlatforms, FakeWeChat
from tests.workbench.desk import Desk


class Lending(FakeWeChat):
    """WeChat with files by media id; an exception in place of a file is raised."""

    files: dict[str, Any]
    asked: list[str]

    def download(self, account: AccountRef, media: Media) -> DownloadedMedia:
        del account
        self.asked.append(media.source_ref or "")
        found = self.files[media.source_ref or ""]
        if isinstance(found, Exception):
            raise found
        return DownloadedMedia(found, "text/html")  # whatever it is called, its bytes count


def lend(desk: Desk) -> Lending:
    """Put it in place of WeChat."""
    parts: FakePlatforms = desk.runtime.parts["platforms"]
    adapter = Lending(parts._services)
    adapter.remote, adapter.files, adapter.asked = parts.remote, {}, []
    parts._adapters["wechat"] = adapter
    return adapter
