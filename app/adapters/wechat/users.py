"""Followers, tags and template messages (wechat.md §9, §10). WeChat tells neither name nor picture of a
follower."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters import lenient
from app.adapters.types import AccountRef, Author, Cursor, FollowerPage, Json, SendResult, SendState
from app.adapters.wechat.client import WeChatClient

_INFO_BATCH = 100
_TAGGING_BATCH = 50


class WeChatUsers:
    def __init__(self, client: WeChatClient) -> None:
        self._client = client

    def followers(self, account: AccountRef, cursor: Cursor | None) -> FollowerPage:
        """10,000 openids a page; the list ends when a page is empty or names no next one."""
        after = lenient.text((cursor or {}).get("next_openid"))
        body = self._client.get(account, "/cgi-bin/user/get", {"next_openid": after} if after else {})
        openids = _openids(body)
        following = lenient.text(body.get("next_openid"))
        return FollowerPage(
            authors=tuple(Author(external_id=openid, is_follower=True) for openid in openids),
            next_cursor={"next_openid": following} if openids and following else None,
            total=lenient.integer(body.get("total")),
        )

    def author(self, account: AccountRef, openid: str) -> Author:
        body = self._client.get(account, "/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"})
        return _author(body, openid)

    def authors(self, account: AccountRef, openids: Sequence[str]) -> tuple[Author, ...]:
        """100 a call."""
        found: list[Author] = []
        for batch in _batches(openids, _INFO_BATCH):
            wanted = [{"openid": openid, "lang": "zh_CN"} for openid in batch]
            body = self._client.post(account, "/cgi-bin/user/info/batchget", {"user_list": wanted})
            found += [_author(entry, "") for entry in lenient.objects(body.get("user_info_list"))]
        return tuple(author for author in found if author.external_id)

    def set_remark(self, account: AccountRef, openid: str, remark: str) -> None:
        """Fewer than 30 characters."""
        self._client.post(account, "/cgi-bin/user/info/updateremark", {"openid": openid, "remark": remark})

    def tags(self, account: AccountRef) -> dict[str, str]:
        """Tag id → name."""
        body = self._client.get(account, "/cgi-bin/tags/get")
        tags = lenient.objects(body.get("tags"))
        return {lenient.identifier(tag.get("id")): lenient.text(tag.get("name")) for tag in tags}

    def create_tag(self, account: AccountRef, name: str) -> str:
        body = self._client.post(account, "/cgi-bin/tags/create", {"tag": {"name": name}}, writes=True)
        return lenient.identifier(lenient.obj(body.get("tag")).get("id"))

    def set_tag(self, account: AccountRef, tag_id: str, openids: Sequence[str], tagged: bool) -> None:
        """50 a call; setting what is set changes nothing."""
        verb = "batchtagging" if tagged else "batchuntagging"
        for batch in _batches(openids, _TAGGING_BATCH):
            body = {"openid_list": list(batch), "tagid": int(tag_id)}
            self._client.post(account, f"/cgi-bin/tags/members/{verb}", body)

    def send_template(
        self,
        account: AccountRef,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        operation_key: str,
        url: str = "",
    ) -> SendResult:
        """A service notice outside any reply window; its delivery is told by an event with the same msgid.

        `client_msg_id` keeps a repeat within ten minutes from arriving twice (wechat.md §9).
        """
        body: Json = {
            "touser": openid,
            "template_id": template_id,
            "client_msg_id": operation_key[:32],
            "data": {name: {"value": value} for name, value in data.items()},
        }
        if url:
            body["url"] = url
        answer = self._client.post(account, "/cgi-bin/message/template/send", body, writes=True)
        message_id = lenient.identifier(answer.get("msgid"))
        return SendResult(f"template:{message_id}" if message_id else None, SendState.ACCEPTED, answer)


def _author(body: Json, asked: str) -> Author:
    """`subscribe` 0 comes with the openid only."""
    return Author(
        external_id=lenient.identifier(body.get("openid")) or asked,
        name=lenient.text_or_none(body.get("remark")) or lenient.text_or_none(body.get("nickname")),
        is_follower=lenient.boolean(body.get("subscribe")),
        raw=body,
    )


def _openids(body: Json) -> list[str]:
    listed: Any = lenient.obj(body.get("data")).get("openid")
    return [openid for openid in listed if isinstance(openid, str)] if isinstance(listed, list) else []


def _batches(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))
