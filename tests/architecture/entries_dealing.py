"""Entries of dealing work out and of what people do."""

from __future__ import annotations

from typing import Any

from tests.architecture.asking import Ask, Entry, Reach, plain

_R = Reach
DEALING_CONTENT: dict[str, Any] = {
    "private_weight": 1,
    "public_weight": 0.5,
    "waiting_weight": 0.2,
    "intake_most": None,
    "intake_minutes": None,
    "accept_minutes": None,
    "away_minutes": None,
    "vanish_minutes": None,
    "alone_minutes": None,
    "only_on_shift": False,
    "return_days": 14,
    "limits": {},
    "version": 0,
}
"""As it is for an agency that has said nothing."""

DEALING: dict[str, Entry] = {
    "dealing.list_dealing": Entry(_R.OWN, 200, plain),
    "dealing.set_dealing": Entry(
        _R.AGENCY, 200, lambda stage: Ask({"agency_id": stage.agency.id}, DEALING_CONTENT)
    ),
    "identity.touch": Entry(_R.OWN, 204, plain),
}
