"""Events of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.media.schemas import MediaCopied

MEDIA_COPIED = EVENTS.declare("media.copied", MediaCopied)
"""Inside only: copies of these items' media have come to an end, well or not, or their first try failed."""
