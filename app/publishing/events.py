"""Events and acts of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import Publication
from app.publishing.schemas import PublicationChanged

PUBLICATION = EVENTS.kind("publication", Publication)

PUBLICATION_STATE_CHANGED = EVENTS.declare(
    "publication.state_changed", PublicationChanged, PUBLICATION, newest_wins=True
)
"""A publication was written, left, arrived, failed or was taken back: it carries its state."""

PUBLICATION_CREATED = EVENTS.act("publication.created", PUBLICATION)
PUBLICATION_CANCELLED = EVENTS.act("publication.cancelled", PUBLICATION)
PUBLICATION_RELEASED = EVENTS.act("publication.released", PUBLICATION)
PUBLICATION_RETRIED = EVENTS.act("publication.retried", PUBLICATION)
PUBLICATION_OUTCOME_SETTLED = EVENTS.act("publication.outcome_settled", PUBLICATION)
