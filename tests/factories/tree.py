"""A small organisation as a tree: root, two centres, a department with one inside it, a team in that."""

from __future__ import annotations

from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.identity.planting import new_team, plant, unit_of_agency
from app.models import Agency, Team, Unit, UnitKind
from tests.factories.make import Make

_PLANTER = system_actor("test", Permission.OPERATORS_MANAGE)


class Tree:
    """Ids of units; `team` is the team itself."""

    def __init__(self, make: Make, agency: Agency | None = None) -> None:
        self.make = make
        self.agency = agency or make.agency()
        self.root = self.of_agency(self.agency)
        self.centre = self.add(UnitKind.CENTRE, "中心", self.root)
        self.other_centre = self.add(UnitKind.CENTRE, "另一中心", self.root)
        self.department = self.add(UnitKind.DEPARTMENT, "部室", self.centre)
        self.inner = self.add(UnitKind.DEPARTMENT, "内设室", self.department)
        self.team_unit = self.add(UnitKind.TEAM, "班组", self.inner)
        self.team = self.team_of(self.team_unit)

    @classmethod
    def standing(cls, make: Make, agency: Agency) -> Tree:
        """Of an agency that has its place, with nothing below it but what there is."""
        tree = cls.__new__(cls)
        tree.make, tree.agency = make, agency
        tree.root = tree.of_agency(agency)
        return tree

    def of_agency(self, agency: Agency) -> int:
        """An agency's unit; the first one asked for is the root."""
        with open_context(self.make.runtime, _PLANTER) as ctx:
            return unit_of_agency(ctx.session, agency.id, ctx.now()).id

    def add(self, kind: UnitKind, name: str, parent: int) -> int:
        with open_context(self.make.runtime, _PLANTER) as ctx:
            above = ctx.session.get_one(Unit, parent)
            if kind is UnitKind.TEAM:
                team = new_team(ctx.session, above.agency_id, name, ctx.now(), under=above)
                return ctx.session.query(Unit).filter(Unit.team_id == team.id).one().id
            unit = Unit(created_at=ctx.now(), agency_id=above.agency_id, kind=kind, own_name=name)
            plant(ctx.session, unit, above)
            return unit.id

    def put(self, team: Team, under: int) -> int:
        """A team that was made without a place; its unit."""
        with open_context(self.make.runtime, _PLANTER) as ctx:
            above = ctx.session.get_one(Unit, under)
            unit = Unit(created_at=ctx.now(), agency_id=team.agency_id, kind=UnitKind.TEAM, team_id=team.id)
            plant(ctx.session, unit, above)
            return unit.id

    def team_of(self, unit: int) -> Team:
        with open_context(self.make.runtime, _PLANTER, write=False) as ctx:
            return ctx.session.get_one(Team, ctx.session.get_one(Unit, unit).team_id)

    def version(self, unit: int) -> int:
        return self._read(unit).version

    def path(self, unit: int) -> str:
        return self._read(unit).path

    def _read(self, unit: int) -> Unit:
        with open_context(self.make.runtime, _PLANTER, write=False) as ctx:
            return ctx.session.get_one(Unit, unit)
