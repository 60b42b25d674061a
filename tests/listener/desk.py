"""An agency with a team, an account and a supervisor: where the listener's tests begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items
from app.models import Account, Agency, InboundItem, Operator, Team, Verdict
from tests.factories.browser import Browser
from tests.factories.make import Make


@dataclass
class Desk:
    agency: Agency
    account: Account
    team: Team
    supervisor: Operator
    browser: Browser


def verdicts(runtime: Runtime) -> list[Verdict]:
    """All verdicts, by the age of their items."""
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(Verdict).order_by(Verdict.inbound_item_id)))


def judged(runtime: Runtime, make: Make, account: Account, *texts: str, **fields: Any) -> list[Verdict]:
    """Take texts in and judge them, each by an author of its own; all verdicts there are then."""
    first = len(verdicts(runtime))
    posts = (make.post(text, author=f"a{first + n}", **fields) for n, text in enumerate(texts))
    make.store(account, *posts)
    judge_items(runtime)
    return verdicts(runtime)


def items(runtime: Runtime) -> list[InboundItem]:
    """All items, oldest first."""
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(InboundItem).order_by(InboundItem.id)))
