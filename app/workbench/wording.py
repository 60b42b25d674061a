"""Whether a reply may say its words in its lane: no personal data in public, no other reader in private."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.accounts.platforms import platforms
from app.adapters.types import OutboundMedia, Violation
from app.core.context import Context
from app.core.errors import Invalid
from app.core.i18n import translate
from app.core.text import storable
from app.identity import audit
from app.models import Account, Lane, Message
from app.outbound import refusal_words
from app.workbench.cargo import build_send_request
from app.workbench.events import MESSAGE, PERSONAL_DATA_CONFIRMED
from app.workbench.lanes import KIND_OF
from app.workbench.policies import Piece, masked, personal_data
from app.workbench.schemas import ConfirmedPersonalData, SendReply


def check_personal_data(
    ctx: Context, lane: Lane, text: str, confirmed: ConfirmedPersonalData | None
) -> list[Piece]:
    """Personal data that a public reply may say, because a person gave a reason; empty where none is said.

    Raises Invalid (`personal_data_in_public_reply`) with each piece found and the ways on.
    """
    found = personal_data(text) if lane is Lane.PUBLIC else []
    if not found or confirmed is not None:
        return found
    raise Invalid(
        "personal_data_in_public_reply",
        kinds=sorted({piece.kind for piece in found}),
        found=[
            {
                "kind": piece.kind,
                "text": piece.text,
                "begin": piece.begin,
                "end": piece.end,
                "masked": piece.masked,
            }
            for piece in found
        ],
        masked_text=masked(text),
        offers=["mask", "confirm"],
        fields={"text": translate("errors.personal_data_in_public_reply", ctx.locale)},
    )


def record_confirmed(
    ctx: Context, message: Message, found: list[Piece], confirmed: ConfirmedPersonalData | None
) -> None:
    """Who said personal data in public and why; the data itself stays out of the audit log."""
    if not found or confirmed is None:
        return
    audit.record(
        ctx,
        PERSONAL_DATA_CONFIRMED,
        MESSAGE.of(message),
        detail={"kinds": sorted({piece.kind for piece in found}), "reason": confirmed.reason},
    )


def check_words(
    ctx: Context,
    account: Account,
    lane: Lane,
    text: str,
    target: Mapping[str, str],
    address: str,
    files: Sequence[OutboundMedia] = (),
) -> None:
    """What the platform says of these words and files for this target, asked once.

    Raises Invalid: `reply_empty`, `private_reply_names_others`, `reply_too_long`, `reply_refused`.
    """
    if not text and not files:
        raise Invalid("reply_empty", fields={"text": translate("errors.reply_empty", ctx.locale)})
    parts = platforms(ctx.runtime)
    adapter, ref = parts.adapter(account.platform), parts.ref(account)
    problems = adapter.validate(ref, build_send_request(lane, text, "check", target, address, files))
    if lane is Lane.PRIVATE:
        _refuse_other_readers(ctx, text, problems)
    measure = adapter.measure_text(KIND_OF[lane], text, ref)
    if not measure.fits:
        raise Invalid(
            "reply_too_long",
            units=refusal_words.characters(measure.units, measure.unit),
            maximum=refusal_words.characters(measure.limit, measure.unit),
            fields={"text": translate("errors.reply_too_long", ctx.locale)},
        )
    if problems:
        raise Invalid("reply_refused", fields=refusal_words.by_field(problems, ctx.locale))


def _refuse_other_readers(ctx: Context, text: str, problems: Sequence[Violation]) -> None:
    """A private reply reaches the customer alone: where naming somebody lets them read it, it is refused.

    There is no way to confirm it: "only they can see it" stands above the box, and must be true.
    """
    for problem in problems:
        if problem.code == "names_others":
            names = [f"@{name}" for name in problem.details["names"]]
            raise Invalid(
                "private_reply_names_others",
                names=", ".join(names),
                named=names,
                plain_text=_without_at(text, names),
                fields={"text": translate("errors.private_reply_names_others", ctx.locale)},
            )


def with_choices(
    ctx: Context, account: Account, lane: Lane, target: Mapping[str, str] | None, command: SendReply
) -> dict[str, str]:
    """What is answered, with the warning and the visibility that the person chose for the reply."""
    chosen = dict(target or {})
    if command.content_warning and "visibility" not in chosen:
        raise Invalid(fields={"content_warning": "not_offered"})
    if command.content_warning is not None and "visibility" in chosen:
        chosen["content_warning"] = storable(command.content_warning).strip()
    if command.visibility is not None:
        offered = platforms(ctx.runtime).capabilities(account).visibilities
        if lane is not Lane.PUBLIC or "visibility" not in chosen or command.visibility not in offered:
            raise Invalid(fields={"visibility": "not_offered"})
        chosen["visibility"] = command.visibility
    return chosen


def _without_at(text: str, names: list[str]) -> str:
    """The same words, calling nobody: offered in place of what was refused."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(
            re.escape(name), lambda match: match.group().replace("@", " ").strip(), text, flags=re.IGNORECASE
        )
    return text
