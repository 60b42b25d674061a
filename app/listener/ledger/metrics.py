"""Figures about what the filter kept and dropped: counted over verdicts, one for each judged item."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import case, select

from app.conditions.catalogue import FieldOf
from app.conditions.tree import AnyOf
from app.core.permissions import RoleName
from app.figures.catalogue import METRICS, Good, Metric, Share, Source, leaf
from app.figures.sums import KEPT, sum_of
from app.identity import summed_reach
from app.listener.ledger.fields import INBOUND_ITEMS
from app.models import Account, InboundItem, MonitorHit, Verdict, VerdictOutcome

_V = Verdict
_OF_VERDICT = {
    "account": _V.account_id,
    "outcome": _V.outcome,
    "reason": _V.reason,
    "step": _V.step,
    "intent": _V.intent,
    "sentiment": _V.sentiment,
    "urgency": _V.priority,
    "service_score": _V.service_score,
    "spam_score": _V.spam_score,
    "needs_review": _V.needs_review,
    "judged_at": _V.created_at,
    "corrected_at": _V.corrected_at,
    "rescued_at": _V.rescued_at,
}


class _Monitors:
    def has_any(self, values: tuple[Any, ...]) -> Any:
        return self._hits(MonitorHit.monitor_id.in_(values))

    def has_some(self) -> Any:
        return self._hits()

    def _hits(self, *meant: Any) -> Any:
        hits = (
            select(1).select_from(MonitorHit).where(MonitorHit.inbound_item_id == _V.inbound_item_id, *meant)
        )
        return hits.correlate(_V).exists()


def _over_verdicts(about: FieldOf) -> FieldOf:
    """The field of an item as its verdict's row can be asked for it."""
    sql: Any
    if about.key in _OF_VERDICT:
        sql = _OF_VERDICT[about.key]
    elif about.key == "platform":
        sql = select(Account.platform).where(Account.id == _V.account_id).correlate(_V).scalar_subquery()
    elif about.key == "monitors":
        sql = _Monitors()
    else:
        own = select(about.sql).where(InboundItem.id == _V.inbound_item_id)
        sql = own.correlate(_V).scalar_subquery()
    return replace(about, sql=sql)


JUDGED = Source.of(
    INBOUND_ITEMS,
    entity=Verdict,
    fields={
        key: _over_verdicts(about) for key, about in INBOUND_ITEMS.fields.items() if about.relation is None
    },
)
_JUDGED_BY_DAY = KEPT.declare(
    sum_of(
        "judged",
        "judged",
        JUDGED.asked,
        time="judged_at",
        word="outcome",
        flag=("rescued_at", case((_V.rescued_at.is_not(None), 1), else_=0)),
        reach=summed_reach.accounts,
    )
)
_SPLITS = ("account", "platform", "lane", "kind", "intent", "sentiment", "outcome", "reason")
_OWNER = RoleName.SUPERVISOR
_KEPT, _DROPPED = VerdictOutcome.KEPT.value, VerdictOutcome.DROPPED.value
_RESCUED = leaf("rescued_at", "is_not_empty")

METRICS.declare(
    Metric(
        "kept_share",
        JUDGED,
        Share((leaf("outcome", "is", _KEPT),)),
        Good.NEITHER,
        _OWNER,
        time="judged_at",
        splits=_SPLITS,
        sums=(_JUDGED_BY_DAY,),
    )
)
METRICS.declare(
    Metric(
        "rescue_rate",
        JUDGED,
        Share((_RESCUED,)),
        Good.DOWN,
        _OWNER,
        time="judged_at",
        rows=(AnyOf(any=[leaf("outcome", "is", _DROPPED), _RESCUED]),),
        splits=_SPLITS,
        sums=(_JUDGED_BY_DAY,),
    )
)
