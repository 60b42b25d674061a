"""A condition shown at work: a row that it takes, one that it just misses, and the leaf that decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, true

from app.conditions.binding import Bound, bind, names_of
from app.conditions.catalogue import SubjectOf
from app.conditions.sentences import leaf_sentence, value_said
from app.core.context import Context
from app.core.permissions import Permission
from app.identity.scope import scope
from app.saved_views.queries import subject_of
from app.saved_views.schemas import ConditionExample, ConditionExamples, ConditionReason

MOST_ROWS = 400
LEAST_ROWS = 40
ANSWERS = 2_000
"""Leaves times rows that one look asks at most: a large condition looks at fewer rows."""
_LONGEST_TITLE = 120
_Row = tuple[int, dict[str, bool]]


def show_examples(ctx: Context, key: str, tree: Any) -> ConditionExamples:
    """Among the newest rows within reach: one that the condition takes, and one that a single leaf keeps out.

    Raises Invalid naming what is wrong with the condition. Either is None when the newest hold none.
    """
    ctx.require(Permission.SESSION_USE)
    subject = subject_of(ctx, key)
    bound = bind(ctx, subject, tree)
    rows = _newest(ctx, subject, bound)
    taken = next((row for row in rows if bound.holds_with(row[1])), None)
    missed = next(((row, path) for row in rows if (path := _kept_out_by(bound, row[1])) is not None), None)
    wanted = [row[0] for row in (taken, missed and missed[0]) if row]
    objects = subject.load(ctx.session, wanted) if wanted else {}
    return ConditionExamples(
        matching=_example(ctx, bound, objects[taken[0]], taken[0]) if taken else None,
        missing=_example(ctx, bound, objects[missed[0][0]], missed[0][0], missed[1]) if missed else None,
    )


def _newest(ctx: Context, subject: SubjectOf, bound: Bound) -> list[_Row]:
    """What the newest rows answer to each leaf. One statement, whose cost does not grow with the table."""
    leaves = bound.leaves_sql()
    most = max(LEAST_ROWS, min(MOST_ROWS, ANSWERS // max(1, len(leaves))))
    standing = true() if subject.standing is None else subject.standing(bound.tree)
    columns = [condition.label(f"leaf{number}") for number, condition in enumerate(leaves.values())]
    statement = scope(select(subject.entity.id, *columns), ctx.actor, subject.entity)
    newest = statement.where(standing).order_by(subject.entity.id.desc()).limit(most)
    return [
        (row[0], dict(zip(leaves, map(bool, row[1:]), strict=True))) for row in ctx.session.execute(newest)
    ]


def _kept_out_by(bound: Bound, answers: Mapping[str, bool]) -> str | None:
    """The path of the one leaf whose other answer would have let the row in."""
    if bound.holds_with(answers):
        return None
    return next((path for path in answers if bound.holds_with({**answers, path: not answers[path]})), None)


def _example(
    ctx: Context, bound: Bound, facts: Any, row_id: int, decided_by: str | None = None
) -> ConditionExample:
    leaves = [bound.leaf(decided_by)] if decided_by is not None else bound.explain(facts).decided
    names = names_of(ctx, bound.subject, *(leaf.leaf for leaf in leaves))
    for leaf in leaves:
        kind, value = leaf.field.kind, leaf.had(facts)
        if kind is not None and value is not None:
            ids = value if isinstance(value, frozenset) else {value}
            names[kind.key] = {**kind.names(ctx, ids), **names.get(kind.key, {})}
    return ConditionExample(
        id=row_id,
        title=bound.subject.title(facts)[:_LONGEST_TITLE],
        decided=[
            ConditionReason(
                path=leaf.path,
                sentence=leaf_sentence(bound.subject, leaf.leaf, names, ctx.locale),
                value=value_said(leaf.field, leaf.had(facts), names, ctx.now(), ctx.locale),
            )
            for leaf in leaves
        ],
    )
