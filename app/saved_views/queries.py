"""Reads of saved views, and the conditions that narrow a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import joinedload

from app.conditions.binding import Bound, bind, faults_of, names_of
from app.conditions.catalogue import CATALOGUE, FieldOf, SubjectOf
from app.conditions.operators import operators_of
from app.conditions.sentences import choice_label, field_label, sentence
from app.conditions.tree import Condition
from app.core.context import Context
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.field_errors import field_problems, field_texts
from app.core.i18n import translate
from app.core.inputs import ids_in
from app.core.permissions import Permission
from app.identity.schemas import PersonRef, TeamRef
from app.identity.scope import scope
from app.models import SavedView, Sharing, Team
from app.saved_views.schemas import (
    ConditionCheck,
    ConditionChoiceView,
    ConditionFieldView,
    ConditionOperatorView,
    ConditionSubjectView,
    ReferenceList,
    ReferenceQuery,
    ReferenceView,
    SavedViewCount,
    SavedViewCounts,
    SavedViewList,
    SavedViewView,
)

MOST_SHOWN = 100
"""Views of one subject that a person is shown; one has at most that many of one's own."""
MOST_OFFERED = 60
"""Rows that an editor is offered at once; further ones are found by their names."""
_TREE = TypeAdapter[Any](Condition)


def subject_of(ctx: Context, key: str) -> SubjectOf:
    """Raises NotFound for one that there is not, Forbidden for one that the actor may not read."""
    try:
        subject = CATALOGUE.subject(key)
    except LookupError:
        raise NotFound from None
    if not ctx.actor.may(subject.right):
        raise Forbidden(permission=subject.right.value)
    return subject


def subject_view(ctx: Context, key: str, *, of_events: bool = False) -> ConditionSubjectView:
    subject = subject_of(ctx, key)
    return ConditionSubjectView(
        key=key,
        fields=[
            _field_view(ctx, subject, about, of_events=of_events)
            for about in subject.fields.values()
            if about.right is None or ctx.actor.may(about.right)
        ],
    )


def _field_view(ctx: Context, subject: SubjectOf, about: FieldOf, *, of_events: bool) -> ConditionFieldView:
    return ConditionFieldView(
        key=about.key,
        label=field_label(subject, about, ctx.locale),
        type=about.type,
        operators=[
            ConditionOperatorView(
                key=key, label=translate(f"condition.op.{key}", ctx.locale), takes=operator.takes
            )
            for key, operator in operators_of(about, of_events=of_events).items()
        ],
        choices=[
            ConditionChoiceView(value=choice, label=choice_label(about, choice, ctx.locale))
            for choice in about.choices
        ],
        refers_to=about.kind.key if about.kind is not None else None,
        related=_related_views(ctx, subject, about),
    )


def _related_views(ctx: Context, subject: SubjectOf, about: FieldOf) -> list[ConditionFieldView]:
    if about.relation is None:
        return []
    inner = replace(subject, key=about.relation.key, fields=about.relation.fields)
    return [_field_view(ctx, inner, each, of_events=False) for each in inner.fields.values()]


def find_references(ctx: Context, key: str, kind: str, query: ReferenceQuery) -> ReferenceList:
    """The rows that a leaf may name and that the actor sees, by their names.

    Raises NotFound for a kind of which the subject has no field.
    """
    subject = subject_of(ctx, key)
    kinds = {
        about.kind.key: about.kind
        for about in subject.fields.values()
        if about.kind is not None and (about.right is None or ctx.actor.may(about.right))
    }
    if kind not in kinds:
        raise NotFound
    if query.ids is not None:
        return ReferenceList(items=_named(kinds[kind].names(ctx, ids_in(query.ids))), is_all=True)
    items = _named(kinds[kind].find(ctx, query.q.strip(), MOST_OFFERED + 1))
    return ReferenceList(items=items[:MOST_OFFERED], is_all=len(items) <= MOST_OFFERED)


def _named(found: dict[int, str]) -> list[ReferenceView]:
    return [ReferenceView(id=number, name=name) for number, name in found.items()]


def check_condition(ctx: Context, key: str, tree: Any) -> ConditionCheck:
    """The condition read aloud, with what is wrong with it, or how many rows match now."""
    ctx.require(Permission.SESSION_USE)
    subject = subject_of(ctx, key)
    names = names_of(ctx, subject, tree)
    faults = faults_of(ctx, subject, tree, names=names)
    return ConditionCheck(
        sentence=sentence(subject, tree, names, ctx.locale),
        faults=field_texts(faults, ctx.locale),
        count=None if faults else _counts(ctx, subject, [_narrowed(ctx, subject, tree, names)])[0],
    )


def _narrowed(ctx: Context, subject: SubjectOf, tree: Any, names: Any = None) -> ColumnElement[bool]:
    standing = true() if subject.standing is None else subject.standing(tree)
    return standing & bind(ctx, subject, tree, names=names).sql()


def _counts(ctx: Context, subject: SubjectOf, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """How many rows within reach meet each; one statement."""
    if not conditions:
        return []
    columns = [func.count().filter(condition) for condition in conditions]
    if len(conditions) == 1:
        counted = select(func.count()).select_from(subject.entity).where(conditions[0])
        return [ctx.session.scalar(scope(counted, ctx.actor, subject.entity)) or 0]
    statement = scope(select(*columns).select_from(subject.entity), ctx.actor, subject.entity)
    return list(ctx.session.execute(statement).one())


def list_views(ctx: Context, key: str) -> SavedViewList:
    """One's own and those that others share, by name. A fixed number of statements."""
    subject = subject_of(ctx, key)
    rows = _visible(ctx, key)
    trees = [_TREE.validate_python(row.condition) for row in rows]
    names = names_of(ctx, subject, *trees)
    teams = _teams(ctx, rows)
    return SavedViewList(
        items=[_view(ctx, subject, row, tree, names, teams) for row, tree in zip(rows, trees, strict=True)]
    )


def view_of(ctx: Context, row: SavedView) -> SavedViewView:
    subject = subject_of(ctx, row.subject)
    tree = _TREE.validate_python(row.condition)
    return _view(ctx, subject, row, tree, names_of(ctx, subject, tree), _teams(ctx, [row]))


def _visible(ctx: Context, key: str) -> list[SavedView]:
    own_first = (SavedView.owner_id != ctx.actor.operator_id, SavedView.name, SavedView.id)
    statement = scope(select(SavedView), ctx.actor, SavedView).where(SavedView.subject == key)
    shown = statement.options(joinedload(SavedView.owner)).order_by(*own_first).limit(MOST_SHOWN)
    return list(ctx.session.scalars(shown))


def _teams(ctx: Context, rows: Sequence[SavedView]) -> dict[int, TeamRef]:
    ids = {row.team_id for row in rows if row.team_id is not None}
    if not ids:
        return {}
    found = ctx.session.execute(select(Team.id, Team.name).where(Team.id.in_(ids)))
    return {team.id: TeamRef(id=team.id, name=team.name) for team in found}


def _view(
    ctx: Context, subject: SubjectOf, row: SavedView, tree: Any, names: Any, teams: dict[int, TeamRef]
) -> SavedViewView:
    return SavedViewView(
        id=row.id,
        subject=row.subject,
        name=row.name,
        condition=tree,
        sort=row.sort,
        sharing=row.sharing,
        team=teams.get(row.team_id) if row.team_id is not None else None,
        owner=PersonRef(id=row.owner.id, name=row.owner.name),
        may_edit=may_edit(ctx, row),
        sentence=sentence(subject, tree, names, ctx.locale),
        faults=field_texts(faults_of(ctx, subject, tree, names=names), ctx.locale),
        version=row.version,
    )


def may_edit(ctx: Context, row: SavedView) -> bool:
    """Its owner; and what is shared, whoever may share."""
    shared = row.sharing is not Sharing.PRIVATE
    return row.owner_id == ctx.actor.operator_id or (shared and ctx.actor.may(Permission.SAVED_VIEWS_SHARE))


def count_views(ctx: Context, key: str) -> SavedViewCounts:
    """How many rows each view has now; all in one statement beside those for names."""
    subject = subject_of(ctx, key)
    rows = _visible(ctx, key)
    trees = {row.id: _TREE.validate_python(row.condition) for row in rows}
    names = names_of(ctx, subject, *trees.values())
    whole = [number for number, tree in trees.items() if not faults_of(ctx, subject, tree, names=names)]
    counts = _counts(ctx, subject, [_narrowed(ctx, subject, trees[number], names) for number in whole])
    known = dict(zip(whole, counts, strict=True))
    return SavedViewCounts(items=[SavedViewCount(id=row.id, count=known.get(row.id)) for row in rows])


def get_view(ctx: Context, view_id: int) -> SavedView:
    """Raises NotFound for one that the actor does not see."""
    statement = scope(select(SavedView), ctx.actor, SavedView).where(SavedView.id == view_id)
    row = ctx.session.scalars(statement.options(joinedload(SavedView.owner))).one_or_none()
    if row is None:
        raise NotFound
    return row


def narrowing(ctx: Context, subject: SubjectOf, typed: str | None, view_id: int | None) -> list[Bound]:
    """What a list is narrowed by: the condition of its query, that of a saved view, or both.

    Raises Invalid naming what is wrong with the query's own, Conflict for a view that is broken.
    """
    found = []
    if typed:
        found.append(bind(ctx, subject, _read(ctx, typed)))
    if view_id is not None:
        row = get_view(ctx, view_id)
        if row.subject != subject.key:
            raise NotFound
        try:
            found.append(bind(ctx, subject, _TREE.validate_python(row.condition)))
        except Invalid:
            raise Conflict("saved_view_broken", name=row.name) from None
    return found


def _read(ctx: Context, typed: str) -> Any:
    try:
        return _TREE.validate_json(typed)
    except ValidationError as error:
        raise Invalid(fields=field_problems(error, ctx.locale, "condition")) from None
