"""Events of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.listener.label_schemas import ModelPromoted
from app.listener.monitor_schemas import MonitorChanged
from app.listener.schemas import InboundItemsJudged

ITEMS_JUDGED = EVENTS.declare("inbound_item.judged", InboundItemsJudged)
MONITOR_UPDATED = EVENTS.declare("monitor.updated", MonitorChanged)
MODEL_PROMOTED = EVENTS.declare("model.promoted", ModelPromoted)
