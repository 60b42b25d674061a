"""Statuses as they stand now (mastodon.md §3): edits are told to their authors only, deletions to nobody."""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters import lenient
from app.adapters.mastodon import parse
from app.adapters.mastodon.client import MastodonClient
from app.adapters.rereading import Calls, Rereading, of_kind
from app.adapters.types import AccountRef, InboundPost, Reread
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

PREFIXES = frozenset({"status"})
_BATCH = 20


def reread(
    client: MastodonClient, clock: Clock, account: AccountRef, external_ids: Sequence[str], calls: int
) -> Reread:
    """Twenty a call where the server can (Mastodon since 4.3), else one; what a batch lacks is asked for."""

    def several(ids: Sequence[str]) -> list[InboundPost]:
        found = client.get(account, "/api/v1/statuses", {"id[]": [_bare(name) for name in ids]})
        return [parse.status(entry, clock.now()) for entry in lenient.objects(found)]

    def single(external_id: str) -> InboundPost:
        return parse.status(client.get(account, f"/api/v1/statuses/{_bare(external_id)}"), clock.now())

    one_by_one = account.settings.get("software") == "gotosocial"
    reading = Rereading(calls)
    ask = Calls(many=None if one_by_one else several, batch=_BATCH, one=single, is_gone=_is_gone)
    reading.read(of_kind(external_ids, "status"), ask)
    return reading.result


def _is_gone(error: PlatformError) -> bool:
    """The server's own word, which is JSON; a proxy before it knows nothing of posts."""
    return error.kind is PlatformErrorKind.NOT_FOUND and error.raw.lstrip().startswith("{")


def _bare(external_id: str) -> str:
    return external_id.partition(":")[2]
