"""What reviews of samples tell browsers, and what the audit log keeps of them."""

from __future__ import annotations

from app.core.events import EVENTS
from app.listener.sampling.schemas import SampleReviewed
from app.models import FilterSample

FILTER_SAMPLE = EVENTS.kind("filter_sample", FilterSample)

SAMPLE_REVIEWED = EVENTS.declare("filter_sample.reviewed", SampleReviewed, FILTER_SAMPLE)
FILTER_SAMPLE_DRAWN = EVENTS.act("filter_sample.drawn", FILTER_SAMPLE)
