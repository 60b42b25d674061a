"""A trial of filter settings, worked out by a worker while somebody waits for it."""

from __future__ import annotations

from app.api.endpoint import OpenUnit
from app.core.permissions import Permission
from app.identity.asking import ask_worker
from app.listener.job_names import TRY_FILTERS
from app.listener.sampling.schemas import TrialCommand, TrialView


def ask_for_trial(open_unit: OpenUnit, command: TrialCommand) -> TrialView:
    """What the settings would keep and drop. Raises what `ask_worker` raises."""
    with open_unit(write=False) as ctx:  # closed before the wait: its connection goes back
        ctx.require(Permission.MONITORS_READ)
    return TrialView.model_validate(ask_worker(ctx, TRY_FILTERS, command))
