"""What the audit log keeps of samples."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import FilterSample

FILTER_SAMPLE = EVENTS.kind("filter_sample", FilterSample)

FILTER_SAMPLE_DRAWN = EVENTS.act("filter_sample.drawn", FILTER_SAMPLE)
