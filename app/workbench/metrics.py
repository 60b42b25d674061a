"""Figures about what is answered."""

from __future__ import annotations

from app.core.permissions import RoleName
from app.figures.catalogue import METRICS, Count, Good, Metric, Source, leaf
from app.figures.sums import KEPT, sum_of
from app.identity import summed_reach
from app.models import REPLY, OutboundMessage, OutboundState
from app.workbench.reply_fields import REPLIES

_SOURCE = Source.of(REPLIES)
_SPLITS = ("account", "platform", "lane", "author", "team")
_ENDED = KEPT.declare(
    sum_of(
        "ended",
        "ended",
        REPLIES,
        time="finished_at",
        where=OutboundMessage.cargo == REPLY,
        word="state",
        reach=summed_reach.conversations,
    )
)

for _key, _state, _good in (
    ("replies_sent", OutboundState.SENT, Good.NEITHER),
    ("replies_failed", OutboundState.FAILED, Good.DOWN),
):
    METRICS.declare(
        Metric(
            _key,
            _SOURCE,
            Count(),
            _good,
            RoleName.SUPERVISOR,
            time="finished_at",
            rows=(leaf("state", "is", _state.value),),
            splits=_SPLITS,
            sums=(_ENDED,),
        )
    )
