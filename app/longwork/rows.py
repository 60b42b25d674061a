"""Rows that are dealt with one by one: what one refuses leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm.exc import StaleDataError

from app.core.context import Context
from app.core.errors import AppError
from app.longwork.kinds import Refusal


def attempt(ctx: Context, act: Callable[[], Any], *, row: int, row_id: int, name: str = "") -> Refusal | None:
    """Do one row's act within the step's transaction; how it was refused, or None.

    A refusal takes back what the act had written, told and asked for until then.
    """
    told, asked = len(ctx.events), list(ctx.deferred)
    try:
        with ctx.session.begin_nested():
            act()
            ctx.session.flush()
    except (AppError, StaleDataError) as error:
        del ctx.events[told:]
        ctx.deferred[:] = asked
        if isinstance(error, StaleDataError):
            return Refusal(row, "stale_version", row_id, name)
        fields = error.details.get("fields")
        column = next(iter(fields), "") if isinstance(fields, dict) else ""
        detail = {key: value for key, value in error.details.items() if isinstance(value, str | int)}
        if column and isinstance(fields, dict):
            detail["fault"] = str(fields[column])[:200]
        return Refusal(row, error.code, row_id, name, column, detail)
    return None
