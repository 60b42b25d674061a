"""Files of replies as platforms are given them, and which of them a lane takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.platforms import platforms
from app.adapters.capabilities import Capabilities, Feature
from app.adapters.types import OutboundMedia, SendKind
from app.core.context import Context
from app.core.db import among
from app.core.errors import PlatformError, PlatformErrorKind, Unavailable
from app.core.i18n import translate
from app.core.rows import rows_by_id
from app.media.store import FileStore, file_store
from app.models import Account, Attachment, Lane, Message
from app.workbench.schemas import FileKindView, LaneFilesView

CARRIER = "message"
"""What a message is called where files hang on it."""
_SOUND = ("audio", "voice")


def outbound_files(ctx: Context, account: Account, files: Sequence[Attachment]) -> list[OutboundMedia]:
    """Files as the account's platform calls them; their content is read when it is sent."""
    if not files:
        return []
    taken = platforms(ctx.runtime).capabilities(account).media_out
    store = file_store(ctx.runtime)
    return [
        OutboundMedia(
            kind=_kind(file.kind, taken),
            filename=file.name,
            mime_type=file.mime_type,
            load=_reader(store, file.file.sha256, account.platform),
            size=file.file.size,
        )
        for file in files
    ]


def _kind(kind: str, taken: Iterable[str]) -> str:
    """Sound is `audio` on one platform and `voice` on another."""
    return next((word for word in _SOUND if kind in _SOUND and word in taken), kind)


def _reader(store: FileStore, name: str, platform: str) -> Callable[[], bytes]:
    def not_sent(kind: PlatformErrorKind, message: str) -> PlatformError:
        return PlatformError(kind, platform=platform, message=message, platform_code="not_sent")

    def read() -> bytes:
        try:
            return store.path(name).read_bytes()
        except FileNotFoundError:
            raise not_sent(PlatformErrorKind.REJECTED, "file_lost") from None
        except Unavailable:
            # Nothing has left yet: it goes when the files are back.
            raise not_sent(PlatformErrorKind.TEMPORARY, "files_away") from None

    return read


def files_of_messages(ctx: Context, messages: Iterable[Message]) -> dict[int, list[OutboundMedia]]:
    """By message; nothing is asked where none carries any."""
    carrying = {message.id: message for message in messages if message.media}
    if not carrying:
        return {}
    hung: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in ctx.session.scalars(
        select(Attachment)
        .where(Attachment.carrier == CARRIER, among(ctx.session, Attachment.carrier_id, carrying))
        .order_by(Attachment.carrier_id, Attachment.position)
        .options(joinedload(Attachment.file))
    ):
        hung[attachment.carrier_id or 0].append(attachment)
    accounts = rows_by_id(ctx.session, Account, [message.account_id for message in carrying.values()])
    return {
        number: outbound_files(ctx, accounts[carrying[number].account_id], files)
        for number, files in hung.items()
    }


def lane_files(ctx: Context, capabilities: Capabilities, kind: SendKind, lane: Lane) -> LaneFilesView:
    """What a reply of this kind may carry, and why nothing where that is so."""
    offered = capabilities.has(Feature.MEDIA_OUT) and kind in capabilities.media_with
    kinds = [
        FileKindView(
            kind="audio" if name in _SOUND else name,
            most=limit.per_message,
            max_bytes=limit.max_bytes,
            mime_types=list(limit.mime_types),
        )
        for name, limit in (capabilities.media_out.items() if offered else ())
    ]
    reason = None if kinds else translate(f"lane.no_files.{lane.value}", ctx.locale)
    return LaneFilesView(kinds=kinds, with_text=capabilities.text_with_media, reason=reason)
