"""The preview of a rule, worked out by a worker while somebody waits for it."""

from __future__ import annotations

from app.api.endpoint import OpenUnit
from app.core.permissions import Permission
from app.identity.asking import ask_worker
from app.listener.job_names import PREVIEW_RULE
from app.listener.monitors.schemas import PreviewCommand, RulePreviewView


def ask_for_preview(open_unit: OpenUnit, command: PreviewCommand) -> RulePreviewView:
    """What the rule would have caught. Raises what `ask_worker` raises."""
    with open_unit(write=False) as ctx:  # closed before the wait: its connection goes back
        ctx.require(Permission.MONITORS_READ)
    return RulePreviewView.model_validate(ask_worker(ctx, PREVIEW_RULE, command))
