"""Statuses and comments as they stand now (weibo.md §3): the only way to learn of edits and deletions."""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters import lenient
from app.adapters.rereading import Calls, Rereading, of_kind
from app.adapters.types import AccountRef, InboundPost, Reread
from app.adapters.weibo import parse
from app.adapters.weibo.client import WeiboClient
from app.adapters.weibo.reads import WeiboReads, bare_id
from app.core.clock import Clock
from app.core.errors import PlatformError

PREFIXES = frozenset({"status", "comment"})
_BATCH = 50
_GONE = frozenset({"20101", "20201"})


def reread(
    client: WeiboClient,
    reads: WeiboReads,
    clock: Clock,
    account: AccountRef,
    external_ids: Sequence[str],
    calls: int,
) -> Reread:
    """Comments 50 a call; statuses 50 a call for business accounts, else one (`show_batch` is theirs)."""

    def comments(ids: Sequence[str]) -> list[InboundPost]:
        body = client.get(account, "comments/show_batch", {"cids": ",".join(map(bare_id, ids))})
        entries = lenient.objects(body if isinstance(body, list) else lenient.obj(body).get("comments"))
        return [
            parse.comment(entry, account.external_id, clock.now(), names=account.names) for entry in entries
        ]

    def statuses(ids: Sequence[str]) -> list[InboundPost]:
        asked = {"ids": ",".join(map(bare_id, ids)), "isGetLongText": "1"}
        body = client.get(account, "statuses/show_batch", asked)
        entries = lenient.objects(body if isinstance(body, list) else lenient.obj(body).get("statuses"))
        return [
            parse.status(entry, account.external_id, clock.now(), names=account.names) for entry in entries
        ]

    def status(external_id: str) -> InboundPost:
        return reads.show(account, bare_id(external_id))

    business = account.settings.get("api_family") == "biz"
    reading = Rereading(calls)
    ask = Calls(many=statuses if business else None, batch=_BATCH, one=status, is_gone=_is_gone)
    # Comments first: a call brings fifty of them.
    reading.read(of_kind(external_ids, "comment"), Calls(many=comments, batch=_BATCH, is_gone=_is_gone))
    reading.read(of_kind(external_ids, "status"), ask)
    return reading.result


def _is_gone(error: PlatformError) -> bool:
    """Weibo's own word for it; a gateway's 404 is none."""
    return error.platform_code in _GONE
