"""What agencies say of dealing work out: read and changed by those who look after people's capacity."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.identity import audit
from app.identity.dealing import ONE, STANDARD, shown
from app.identity.dealing_schemas import (
    DealingChanged,
    DealingList,
    DealingView,
    Limited,
    SetDealing,
)
from app.identity.events import AGENCY, DEALING_CHANGED
from app.identity.schemas import AgencyRef
from app.identity.scope import agency_audience, scope
from app.models import Agency, RoutingSettings

_SPANS = (
    "intake_most",
    "intake_minutes",
    "accept_minutes",
    "away_minutes",
    "vanish_minutes",
    "alone_minutes",
    "return_days",
)
_WEIGHTS = ("private_weight", "public_weight", "waiting_weight")


def list_dealing(ctx: Context) -> DealingList:
    """Of each agency within reach; two statements."""
    agencies = ctx.session.scalars(
        scope(select(Agency), ctx.actor, Agency)
        .where(Agency.is_active)
        .options(selectinload(Agency.routing))
        .order_by(Agency.id)
    )
    return DealingList(items=[_view(agency, agency.routing) for agency in agencies])


def set_dealing(ctx: Context, agency_id: int, command: SetDealing) -> DealingView:
    """From now on; what people hold already stays theirs.

    Raises NotFound, Conflict(`stale_version`), Invalid.
    """
    ctx.require(Permission.PEOPLE_SET_CAPACITY)
    agency = ctx.session.scalars(
        scope(select(Agency), ctx.actor, Agency).where(Agency.id == agency_id).with_for_update()
    ).one_or_none()
    if agency is None:
        raise NotFound
    if (command.intake_most is None) != (command.intake_minutes is None):
        empty = "intake_most" if command.intake_most is None else "intake_minutes"
        raise Invalid(fields={empty: "missing"})
    row = ctx.session.scalar(select(RoutingSettings).where(RoutingSettings.agency_id == agency_id))
    stands = 0 if row is None else row.version
    if command.version != stands:
        raise Conflict("stale_version", version=stands)
    content = _columns(command)
    before = {} if row is None else {name: getattr(row, name) for name in content}
    if before == content:
        return _view(agency, row)
    if row is None:
        row = RoutingSettings(created_at=ctx.now(), agency_id=agency_id, **content)
        ctx.session.add(row)
    else:
        for name, value in content.items():
            setattr(row, name, value)
    ctx.session.flush()
    _tell(ctx, agency, row, {name: value for name, value in content.items() if before.get(name) != value})
    return _view(agency, row)


def _tell(ctx: Context, agency: Agency, row: RoutingSettings, changed: dict[str, object]) -> None:
    # Everybody there: their browsers begin or cease to tell that they are touched.
    ctx.emit(
        DEALING_CHANGED,
        DealingChanged(agency_id=agency.id, version=row.version),
        agency_audience(agency.id),
        about=AGENCY.of(agency),
    )
    audit.record(ctx, DEALING_CHANGED, AGENCY.of(agency), detail=changed)


def _days(span: timedelta | None) -> int | None:
    return None if span is None else span.days


def _columns(command: SetDealing) -> dict[str, object]:
    return {
        **{name: round(getattr(command, name) * ONE) for name in _WEIGHTS},
        **{name: getattr(command, name) for name in _SPANS},
        "only_on_shift": command.only_on_shift,
        "limits": dict(command.limits),
    }


def _view(agency: Agency, row: RoutingSettings | None) -> DealingView:
    ref = AgencyRef(id=agency.id, name=agency.name, kind=agency.kind)
    if row is None:
        weights = STANDARD.weights
        return DealingView(
            agency=ref,
            version=0,
            private_weight=shown(weights.private),
            public_weight=shown(weights.public),
            waiting_weight=shown(weights.waiting),
            only_on_shift=STANDARD.only_on_shift,
            **{**dict.fromkeys(_SPANS), "return_days": _days(STANDARD.return_within)},
            limits={},
        )
    return DealingView(
        agency=ref,
        version=row.version,
        private_weight=shown(row.private_weight),
        public_weight=shown(row.public_weight),
        waiting_weight=shown(row.waiting_weight),
        **{name: getattr(row, name) for name in _SPANS},
        only_on_shift=row.only_on_shift,
        limits=cast(dict[Limited, int], row.limits),
    )
