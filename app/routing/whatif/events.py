"""Acts upon what-ifs that the audit log keeps."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import WhatIf

WHAT_IF_KIND = EVENTS.kind("what_if", WhatIf)
WHAT_IF_REMOVED = EVENTS.act("what_if.removed", WHAT_IF_KIND)
