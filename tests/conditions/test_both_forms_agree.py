"""A condition's two forms agree: SQL finds exactly the rows of which the predicate says yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import TypeAdapter
from sqlalchemy import select, text

from app.accounts.fields import ACCOUNTS
from app.conditions.binding import Bound, bind
from app.conditions.catalogue import SubjectOf
from app.conditions.operators import operators_of
from app.conditions.tree import Condition
from app.core.context import Context
from app.core.runtime import Runtime
from app.identity.person_fields import PEOPLE
from app.listener.ledger.fields import INBOUND_ITEMS
from app.listener.monitors.fields import MONITORS
from app.models import Role
from app.routing.fields import SERVICE_REQUESTS
from app.workbench.reply_fields import REPLIES
from tests.conditions.house_rows import insert_accounts, insert_monitors, insert_people
from tests.conditions.rows import (
    Random,
    insert_items,
    insert_replies,
    insert_requests,
    organisation,
    unsaved,
)
from tests.conditions.trees import Ids, leaves, trees
from tests.factories.make import Make

ROWS = 1000
TREES = 110
PER_LEAF = 4
SUBJECTS = [
    pytest.param(SERVICE_REQUESTS, insert_requests, id="service_request"),
    pytest.param(INBOUND_ITEMS, insert_items, id="inbound_item"),
    pytest.param(REPLIES, insert_replies, id="reply"),
    pytest.param(PEOPLE, insert_people, id="operator"),
    pytest.param(ACCOUNTS, insert_accounts, id="account"),
    pytest.param(MONITORS, insert_monitors, id="monitor"),
]
_READ = TypeAdapter[Any](Condition)
QUIET: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
}


@dataclass
class Comparison:
    """Asks both forms about the same rows, and keeps count."""

    ctx: Context
    subject: SubjectOf
    facts: dict[int, Any]
    pairs: int = 0
    held: int = 0

    def compare(self, tree: Any) -> None:
        bound = bind(self.ctx, self.subject, _READ.validate_python(tree))
        found = set(self.ctx.session.scalars(select(self.subject.entity.id).where(bound.sql())))
        bound.prepare(list(self.facts.values()))
        meant = {number for number, facts in self.facts.items() if bound.holds(facts)}
        assert found == meant, tree
        self._explained(bound)
        self.pairs += len(self.facts)
        self.held += len(meant)

    def _explained(self, bound: Bound) -> None:
        """Who explains a judgement names leaves, and does not judge otherwise."""
        for facts in list(self.facts.values())[:20]:
            told = bound.explain(facts)
            assert told.holds == bound.holds(facts)


@pytest.mark.parametrize(("subject", "insert"), SUBJECTS)
def test_sql_and_predicate_agree(subject: SubjectOf, insert: Any, runtime: Runtime, make: Make) -> None:
    org = organisation(make)
    ids: Ids = {
        "account": [row.id for row in org.accounts],
        "team": [row.id for row in org.teams],
        "operator": [row.id for row in org.people],
        "monitor": [row.id for row in org.monitors],
        "unit": org.units,
        "queue": [row.id for row in org.queues],
        "agency": [org.accounts[0].agency_id],
    }
    now = runtime.clock.now()
    with unsaved(runtime, make, org.people[0]) as ctx:
        ids["role"] = ctx.session.scalars(select(Role.id)).all()
        numbers = insert(ctx, org, Random(1, now), ROWS)
        facts = subject.load(ctx.session, numbers)
        assert len(facts) == ROWS
        if runtime.engine.dialect.name == "postgresql":
            # Nobody else sees these rows or gathers statistics of them; without any, a plan may take minutes.
            ctx.session.execute(text("ANALYZE"))
        single = Comparison(ctx, subject, facts)
        for about in subject.fields.values():
            for operator in operators_of(about).values():

                @settings(max_examples=PER_LEAF, **QUIET)
                @given(leaves(about, operator, ids, now))
                def each(leaf: Any) -> None:
                    single.compare(leaf)
                    single.compare({"not": leaf})

                each()
        assert 0.1 < single.held / single.pairs < 0.9

        whole = Comparison(ctx, subject, facts)

        @settings(max_examples=TREES, **QUIET)
        @given(trees(subject, ids, now))
        def agree(tree: Any) -> None:
            whole.compare(tree)

        agree()
        assert whole.pairs >= 100_000
        assert 0.1 < whole.held / whole.pairs < 0.9
