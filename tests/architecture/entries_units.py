"""Entries of the access matrix: the tree of units."""

from __future__ import annotations

import uuid
from typing import Any

from app.models import UnitKind
from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage
from tests.factories.tree import Tree


def _fresh(stage: Stage) -> tuple[Tree, int]:
    """A centre of the first agency."""
    tree = Tree.standing(stage.make, stage.agency)
    return tree, tree.add(UnitKind.CENTRE, uuid.uuid4().hex, tree.root)


def _new(stage: Stage) -> Ask:
    _, parent = _fresh(stage)
    return Ask(body={"parent_id": parent, "kind": "department", "name": uuid.uuid4().hex})


def _unit(stage: Stage, **body: Any) -> Ask:
    _, unit = _fresh(stage)
    return Ask({"unit_id": unit}, {**body, "version": 2})


def _moved(stage: Stage) -> Ask:
    tree, unit = _fresh(stage)
    other = tree.add(UnitKind.CENTRE, uuid.uuid4().hex, tree.root)
    return Ask({"unit_id": unit}, {"parent_id": other, "version": tree.version(unit)})


def _placed(stage: Stage) -> Ask:
    _, unit = _fresh(stage)
    return Ask({"operator_id": stage.colleague().id}, {"unit_id": unit, "leads": True})


UNITS: dict[str, Entry] = {
    "units.list_units": Entry(Reach.OWN, 200, plain),
    "units.create_unit": Entry(Reach.AGENCY, 201, _new),
    "units.rename_unit": Entry(Reach.AGENCY, 200, lambda stage: _unit(stage, name=uuid.uuid4().hex)),
    "units.move_unit": Entry(Reach.AGENCY, 200, _moved),
    "units.close_unit": Entry(Reach.AGENCY, 204, _unit),
    "units.place_person": Entry(Reach.AGENCY, 200, _placed),
}
