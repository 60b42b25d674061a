"""How long runs are kept that are over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement

from app.core.context import Context
from app.core.retention import Rule
from app.models import AutomationRun

KEPT = timedelta(days=90)
"""Longer than any moment may be waited for again (app.automation.timing): nothing is done twice for it."""


def _is_over(ctx: Context) -> ColumnElement[bool]:
    return AutomationRun.done_at.is_not(None) & (AutomationRun.done_at < ctx.now() - KEPT)


RETENTION = (Rule(AutomationRun, _is_over),)
