"""Events of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import OutboundState
from app.publishing.schemas import PublicationChanged

PUBLICATION_EVENTS = {
    state: EVENTS.declare(f"publication.{state.value}", PublicationChanged) for state in OutboundState
}
