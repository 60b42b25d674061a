"""Whether a reply may say its words in its lane: personal data in public, names of others in private."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.accounts.platforms import platforms
from app.core.context import Context
from app.core.errors import Invalid
from app.core.i18n import translate
from app.core.text import storable
from app.identity import audit
from app.models import Account, Lane, Message
from app.workbench.cargo import build_send_request
from app.workbench.events import MESSAGE, PERSONAL_DATA_CONFIRMED
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


def check_recipients(
    ctx: Context, account: Account, lane: Lane, text: str, target: Mapping[str, str] | None
) -> None:
    """A private reply reaches the customer alone: where naming somebody lets them read it, it is refused.

    There is no way to confirm it: "only they can see it" stands above the box, and must be true.
    """
    if lane is not Lane.PRIVATE:
        return
    parts = platforms(ctx.runtime)
    problems = parts.adapter(account.platform).validate(
        parts.ref(account), build_send_request(lane, text, "check", target, None)
    )
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
        parts = platforms(ctx.runtime)
        offered = parts.adapter(account.platform).capabilities(parts.ref(account)).visibilities
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
