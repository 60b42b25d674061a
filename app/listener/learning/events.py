"""What learning tells browsers and other packages, and what the audit log keeps of it."""

from __future__ import annotations

from app.core.events import EVENTS
from app.listener.learning.schemas import InboundItemLabelled, ModelPromoted
from app.models import InboundItem

INBOUND_ITEM = EVENTS.kind("inbound_item", InboundItem)
MODEL = EVENTS.kind("model", is_named=True)

MODEL_PROMOTED = EVENTS.declare("model.promoted", ModelPromoted, MODEL, audited=True)

MODEL_TRAINED = EVENTS.act("model.trained", MODEL)
MODEL_REFUSED = EVENTS.act("model.refused", MODEL)
MODEL_ROLLED_BACK = EVENTS.act("model.rolled_back", MODEL)
ITEM_RESCUED = EVENTS.act("inbound_item.rescued", INBOUND_ITEM)
ITEM_LABELLED = EVENTS.declare("inbound_item.labelled", InboundItemLabelled, INBOUND_ITEM, audited=True)
