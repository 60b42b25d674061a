"""How far somebody's data reached when work was done with it, and whether somebody reaches as far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.grants import Allowed
from app.core.permissions import REQUEST_REACHES, Actor, RequestReach
from app.identity.past import begins_of


def reach_of(actor: Actor) -> dict[str, Any]:
    """The reach as it is kept with the work."""
    read = actor.account_ids_allowing(Allowed.LISTEN)
    return {
        "accounts": None if read is None else sorted(read),
        "since": {str(account): moment.isoformat() for account, moment in begins_of(actor).items()},
        "requests": actor.request_reach.value,
        "teams": sorted(actor.request_team_ids),
        "operator": actor.operator_id,
    }


def covers(actor: Actor, reach: dict[str, Any]) -> bool:
    """Whether the actor could see now all that somebody with that reach saw."""
    if not reach:
        return True
    accounts = reach["accounts"]
    read = actor.account_ids_allowing(Allowed.LISTEN)
    if read is not None and (accounts is None or not set(accounts) <= read):
        return False
    if not _as_far_back(actor, reach):
        return False
    if actor.request_reach is RequestReach.ALL:
        return True
    same_person = reach["operator"] == actor.operator_id
    as_wide = REQUEST_REACHES.index(actor.request_reach) >= REQUEST_REACHES.index(
        RequestReach(reach["requests"])
    )
    return same_person and as_wide and set(reach["teams"]) <= actor.request_team_ids


def _as_far_back(actor: Actor, reach: dict[str, Any]) -> bool:
    """Whether no account's past is closed to the actor that was open then."""
    then = reach.get("since", {})
    opened = None if reach["accounts"] is None else frozenset(reach["accounts"])
    for account, moment in begins_of(actor).items():
        if opened is None or account in opened:
            before = then.get(str(account))
            if before is None or datetime.fromisoformat(before) < moment:
                return False
    return True
