"""Who cannot get a request, and why: small rules with codes, asked in order; the first that speaks is told.

A rule sees the request, the person, and everybody else who serves the account.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.models import Presence
from app.routing.facts import RETURN_REST, Declined, OperatorFacts, RequestFacts

Exclusion = Callable[[RequestFacts, OperatorFacts, Sequence[OperatorFacts]], str | None]


def customer_listed(
    request: RequestFacts, _person: OperatorFacts, _all: Sequence[OperatorFacts]
) -> str | None:
    """Before all others: nobody is given what a customer on such a list writes."""
    return request.withheld


def other_team(request: RequestFacts, person: OperatorFacts, _all: Sequence[OperatorFacts]) -> str | None:
    outside = request.team_id is not None and request.team_id not in person.team_ids
    return "other_team" if outside else None


def lacks_skill(request: RequestFacts, person: OperatorFacts, _all: Sequence[OperatorFacts]) -> str | None:
    lacking = any(person.level_of(skill) < level for skill, level in request.wanted)
    return "lacks_skill" if lacking else None


def off_shift(_request: RequestFacts, person: OperatorFacts, _all: Sequence[OperatorFacts]) -> str | None:
    return "off_shift" if person.off_shift else None


def absent(_request: RequestFacts, person: OperatorFacts, _all: Sequence[OperatorFacts]) -> str | None:
    return None if person.presence is Presence.ONLINE else f"presence_{person.presence.value}"


def gave_it_back(
    request: RequestFacts, person: OperatorFacts, everybody: Sequence[OperatorFacts]
) -> str | None:
    """Whoever gave it back is left out while somebody else who serves the account is at work, and for half an
    hour in any case: to get the same request again within seconds helps nobody."""
    ago = next((ago for operator_id, ago in request.returned if operator_id == person.id), None)
    if ago is None:
        return None
    others = (other for other in everybody if other.id != person.id)
    somebody_else = any(_may_serve(request, other) for other in others)
    return "gave_it_back" if somebody_else or ago < RETURN_REST else None


def let_it_run_out(
    request: RequestFacts, person: OperatorFacts, everybody: Sequence[OperatorFacts]
) -> str | None:
    """Whoever did not open it in time is left out until everybody who is online has let it run out as often,
    and for half an hour in any case. Whoever gave it back is not waited for: they wait for the others."""
    own = next((one for one in request.declined if one.operator_id == person.id), None)
    if own is None:
        return None
    gave_back = {operator_id for operator_id, _ in request.returned}
    asked = (one for one in everybody if one.id not in gave_back and _is_asked(request, one))
    fewer = any(_times(request, other) < own.times for other in asked)
    return "let_it_run_out" if fewer or own.ago < RETURN_REST else None


def declined_by_all(request: RequestFacts, everybody: Sequence[OperatorFacts]) -> bool:
    """Whether nobody is left who is online and has not let it run out, or given it back."""
    gave_back = {operator_id for operator_id, _ in request.returned}
    asked = [other for other in everybody if _is_asked(request, other)]
    return bool(request.declined) and all(_times(request, one) or one.id in gave_back for one in asked)


def _times(request: RequestFacts, person: OperatorFacts) -> int:
    none = Declined(person.id, RETURN_REST, 0)
    return next((one for one in request.declined if one.operator_id == person.id), none).times


def _is_asked(request: RequestFacts, other: OperatorFacts) -> bool:
    """Whether it may be offered to them, now or when they have a hand free."""
    takes = other.presence is Presence.ONLINE and other.capacity > 0 and not other.off_shift
    belongs = other_team(request, other, ()) is None and lacks_skill(request, other, ()) is None
    return takes and belongs


def _may_serve(request: RequestFacts, other: OperatorFacts) -> bool:
    """Whether they are at work and may have it, now or when they have a hand free."""
    gave_back = any(operator_id == other.id for operator_id, _ in request.returned)
    at_work = other.presence is not Presence.OFFLINE and other.capacity > 0 and not other.off_shift
    belongs = other_team(request, other, ()) is None and lacks_skill(request, other, ()) is None
    return at_work and not gave_back and belongs


def at_capacity(request: RequestFacts, person: OperatorFacts, _all: Sequence[OperatorFacts]) -> str | None:
    if person.capacity <= 0:
        return "takes_none"
    return None if person.has_room(request.lane) else "at_capacity"


def lane_full(request: RequestFacts, person: OperatorFacts, _all: Sequence[OperatorFacts]) -> str | None:
    most = person.most_of(request.lane)
    return "lane_full" if most is not None and person.in_hand.in_lane(request.lane) >= most else None


def intake(_request: RequestFacts, person: OperatorFacts, _all: Sequence[OperatorFacts]) -> str | None:
    """Whoever comes first is not flooded: so many in so many minutes."""
    full = person.intake_most is not None and person.given_lately >= person.intake_most
    return "intake" if full else None


EXCLUSIONS: tuple[Exclusion, ...] = (
    customer_listed,
    other_team,
    lacks_skill,
    off_shift,
    absent,
    let_it_run_out,
    gave_it_back,
    at_capacity,
    lane_full,
    intake,
)


def excluded(request: RequestFacts, person: OperatorFacts, everybody: Sequence[OperatorFacts]) -> str | None:
    """The code of the first rule that speaks against it; None when nothing does."""
    return next((code for rule in EXCLUSIONS if (code := rule(request, person, everybody))), None)
