"""Replaying a period, as long work of whoever asks."""

from __future__ import annotations

from app.core.permissions import Permission
from app.longwork.kinds import KINDS, Kind
from app.routing.whatif.schemas import WhatIfArguments

WHAT_IF = KINDS.declare(Kind("routing.what_if", WhatIfArguments, Permission.ROUTING_CONFIGURE))
