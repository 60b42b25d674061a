"""A tree held against its subject and whoever asks: what is wrong with it, and its two forms.

Both forms are made of the same bound leaves (`matches`), with "not" carried down to them: so a leaf without a
value does not hold, its opposite does, and SQL's third truth value never decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.conditions.catalogue import FieldOf, SubjectOf
from app.conditions.matches import Match
from app.conditions.operators import Operator, operators_of
from app.conditions.related import Related
from app.conditions.tree import AllOf, Leaf, NotOf, leaves, parts
from app.conditions.values import fault_of
from app.core.context import Context
from app.core.errors import Invalid
from app.core.inputs import LARGEST_ID

Change = Mapping[str, tuple[Any, Any]]
"""What an event changed: each field's value before and after, by the name that the field is tracked under."""
Names = dict[str, dict[int, str]]
"""Of what leaves refer to: by kind and id."""


@dataclass(frozen=True)
class BoundLeaf:
    path: str
    leaf: Leaf
    field: FieldOf
    operator: Operator
    match: Match

    def sql(self, *, opposite: bool) -> ColumnElement[bool]:
        condition = self.match.sql(self.field.sql)
        return condition.is_not(True) if opposite != self.operator.negated else condition

    def holds(self, facts: Any, change: Change | None = None) -> bool:
        return self.match.holds(self._asked(facts, change)) is not self.operator.negated

    def had(self, facts: Any, change: Change | None = None) -> Any:
        """What the object has there, to be told: of a change what it became, of related rows how many."""
        if isinstance(self.match, Related):
            return self.match.count(facts)
        if self.operator.of_change:
            return None if change is None else change.get(self.field.tracked, (None, None))[1]
        return self.field.read(facts)

    def _asked(self, facts: Any, change: Change | None) -> Any:
        if self.operator.of_change:
            return None if change is None else change.get(self.field.tracked)
        if self.operator.of_object:
            return facts
        value = self.field.read(facts)
        if self.operator.for_working and self.field.working is not None:
            return value, self.field.working.read(facts)
        return value


@dataclass(frozen=True)
class Explanation:
    """Whether an object is one of those meant, and which leaves decided that."""

    holds: bool
    decided: list[BoundLeaf]


@dataclass(frozen=True)
class Bound:
    """A tree that is right, ready to be asked."""

    subject: SubjectOf
    tree: Any
    _leaves: dict[str, BoundLeaf] = field(default_factory=dict)

    @property
    def asked(self) -> frozenset[str]:
        """The fields that it asks about."""
        return frozenset(leaf.field.key for leaf in self._leaves.values())

    def sql(self) -> ColumnElement[bool]:
        return self._sql(self.tree, "", opposite=False)

    def _sql(self, node: Any, path: str, *, opposite: bool) -> ColumnElement[bool]:
        if isinstance(node, Leaf):
            return self._leaves[path].sql(opposite=opposite)
        if isinstance(node, NotOf):
            ((below, inner),) = parts(node, path)
            return self._sql(inner, below, opposite=not opposite)
        found = [self._sql(inner, below, opposite=opposite) for below, inner in parts(node, path)]
        return and_(true(), *found) if isinstance(node, AllOf) is not opposite else or_(false(), *found)

    def holds(self, facts: Any, change: Change | None = None) -> bool:
        """Whether an object as the subject's `load` gives it is one of those meant, after this change."""
        return self._holds(self.tree, "", lambda path: self._leaves[path].holds(facts, change))

    def prepare(self, facts: Sequence[Any]) -> None:
        """Before many objects are asked: what hangs together with them is read at once, not one by one."""
        for leaf in self._leaves.values():
            if isinstance(leaf.match, Related):
                leaf.match.prepare(facts)

    def leaves_sql(self) -> dict[str, ColumnElement[bool]]:
        """Each leaf by itself, by its path: what a row says to it. `holds_with` puts the answers together."""
        return {path: leaf.sql(opposite=False) for path, leaf in self._leaves.items()}

    def holds_with(self, answers: Mapping[str, bool]) -> bool:
        """Whether the tree holds of a row that answers its leaves so."""
        return self._holds(self.tree, "", answers.__getitem__)

    def _holds(self, node: Any, path: str, answer: Callable[[str], bool]) -> bool:
        if isinstance(node, Leaf):
            return answer(path)
        found = (self._holds(inner, below, answer) for below, inner in parts(node, path))
        if isinstance(node, NotOf):
            return not next(found)
        return all(found) if isinstance(node, AllOf) else any(found)

    def leaf(self, path: str) -> BoundLeaf:
        return self._leaves[path]

    def explain(self, facts: Any, change: Change | None = None) -> Explanation:
        """Of a group that fails the first part that failed it; of one that holds every part it needs."""
        return self._explain(self.tree, "", facts, change)

    def _explain(self, node: Any, path: str, facts: Any, change: Change | None) -> Explanation:
        if isinstance(node, Leaf):
            leaf = self._leaves[path]
            return Explanation(leaf.holds(facts, change), [leaf])
        below = [self._explain(inner, name, facts, change) for name, inner in parts(node, path)]
        if isinstance(node, NotOf):
            return Explanation(not below[0].holds, below[0].decided)
        needs_all = isinstance(node, AllOf)
        decisive = next((part for part in below if part.holds is not needs_all), None)
        if decisive is not None:
            return decisive
        return Explanation(needs_all, [leaf for part in below for leaf in part.decided])


def bind(
    ctx: Context,
    subject: SubjectOf,
    tree: Any,
    where: str = "condition",
    *,
    names: Names | None = None,
    of_events: bool = False,
) -> Bound:
    """The tree as it may be asked now, by this actor; `of_events`: also about what an event changed, and then
    not of SQL.

    Raises Invalid with the path of every faulty leaf, below `where`.

    One statement for each kind of row that it refers to, none with their `names` at hand.
    """
    faults = faults_of(ctx, subject, tree, names=names, of_events=of_events)
    if faults:
        raise Invalid(fields={f"{where}.{path}" if path else where: code for path, code in faults.items()})
    bound = Bound(subject, tree)
    for path, leaf in leaves(tree):
        about = subject.fields[leaf.field]
        operator = operators_of(about, of_events=of_events)[leaf.op]
        bound._leaves[path] = BoundLeaf(path, leaf, about, operator, operator.make(about, leaf.value, ctx))
    return bound


def faults_of(
    ctx: Context, subject: SubjectOf, tree: Any, *, names: Names | None = None, of_events: bool = False
) -> dict[str, str]:
    """Path and code of what is wrong: with the tree, for this actor, or since something it names is gone.

    A kept condition that has any is broken, and shown so: it is never asked as if the leaf were not there.
    """
    faults: dict[str, str] = {}
    for path, leaf in leaves(tree):
        fault = _fault(ctx, subject, leaf, of_events=of_events)
        if fault is not None:
            part, code = fault
            faults[f"{path}.{part}" if path else part] = code
    known = names_of(ctx, subject, tree) if names is None else names
    for path, leaf in leaves(tree):
        about = subject.fields.get(leaf.field)
        if about is None or about.kind is None:
            continue
        if any(number not in known.get(about.kind.key, {}) for number in _ids(leaf)):
            faults.setdefault(f"{path}.value" if path else "value", "reference_gone")
    return faults


def _fault(ctx: Context, subject: SubjectOf, leaf: Leaf, *, of_events: bool) -> tuple[str, str] | None:
    about = subject.fields.get(leaf.field)
    if about is None:
        return "field", "condition_field_unknown"
    if about.right is not None and not ctx.actor.may(about.right):
        return "field", "condition_field_hidden"
    operator = operators_of(about, of_events=of_events).get(leaf.op)
    if operator is None:
        return "op", "condition_op_unknown"
    code = fault_of(about, operator.takes, leaf.value)
    return None if code is None else ("value", code)


def names_of(ctx: Context, subject: SubjectOf, *trees: Any) -> Names:
    """What the leaves of all these refer to, by name, as far as it exists for the actor."""
    wanted: dict[str, set[int]] = {}
    kinds = {}
    for _, leaf in (found for tree in trees for found in leaves(tree)):
        about = subject.fields.get(leaf.field)
        if about is not None and about.kind is not None:
            kinds[about.kind.key] = about.kind
            wanted.setdefault(about.kind.key, set()).update(_ids(leaf))
    return {key: kind.names(ctx, wanted[key]) if wanted[key] else {} for key, kind in kinds.items()}


def _ids(leaf: Leaf) -> Iterator[int]:
    """The ids that a leaf about references names; what is no id is another fault."""
    values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    yield from (value for value in values if type(value) is int and 1 <= value <= LARGEST_ID)
