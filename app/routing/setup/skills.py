"""What people can do: the only code that writes skills and who has them."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.identity import audit
from app.identity.events import OPERATOR
from app.identity.scope import agency_readers, scope
from app.models import Operator, OperatorSkill, RoutingRule, Skill
from app.routing.job_names import ASSIGN_WAITING
from app.routing.setup.configuration import setup_changed
from app.routing.setup.events import OPERATOR_SKILLED, SKILL_ADDED, SKILL_EDITED, SKILL_REMOVED
from app.routing.setup.schemas import MOST_SKILLS, CreateSkill, EditSkill, OperatorSkilled, SetSkills
from app.routing.setup.telling import own_agency, require_version, tell_of_skill


def create_skill(ctx: Context, command: CreateSkill) -> Skill:
    """Raises Conflict(`too_many_skills`), Invalid(`name_taken`)."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    agency_id = own_agency(ctx)
    if (ctx.session.scalar(select(func.count()).where(Skill.agency_id == agency_id)) or 0) >= MOST_SKILLS:
        raise Conflict("too_many_skills", most=MOST_SKILLS)
    _require_free(ctx, agency_id, command.name)
    row = Skill(created_at=ctx.now(), agency_id=agency_id, name=command.name)
    ctx.session.add(row)
    ctx.session.flush()
    tell_of_skill(ctx, row, SKILL_ADDED)
    return row


def edit_skill(ctx: Context, skill_id: int, command: EditSkill) -> Skill:
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, skill_id)
    require_version(row, command.version)
    if row.name != command.name:
        _require_free(ctx, row.agency_id, command.name)
        row.name = command.name
        tell_of_skill(ctx, row, SKILL_EDITED)
    return row


def remove_skill(ctx: Context, skill_id: int) -> None:
    """From everybody who has it. Raises Conflict(`skill_in_use`) while a rule wants it."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = _locked(ctx, skill_id)
    wanting = ctx.session.scalars(
        select(RoutingRule).where(RoutingRule.agency_id == row.agency_id, RoutingRule.removed_at.is_(None))
    ).all()
    rules = [rule.name for rule in wanting if any(one["skill_id"] == row.id for one in rule.skills)]
    if rules:
        raise Conflict("skill_in_use", rules="、".join(rules))
    tell_of_skill(ctx, row, SKILL_REMOVED)
    ctx.session.execute(delete(OperatorSkill).where(OperatorSkill.skill_id == row.id))
    ctx.session.delete(row)
    ctx.session.flush()
    ctx.defer(ASSIGN_WAITING)


def set_skills(ctx: Context, operator_id: int, command: SetSkills) -> None:
    """What a person of one's agency can do, in place of what stood.

    Raises Invalid naming each fault, Conflict(`stale_version`) where a colleague was first.
    """
    ctx.require(Permission.ROUTING_CONFIGURE)
    seen = scope(select(Operator), ctx.actor, Operator).where(Operator.id == operator_id)
    person = ctx.session.scalars(seen.with_for_update(of=Operator, key_share=True)).one_or_none()
    if person is None:
        raise NotFound
    known = set(ctx.session.scalars(select(Skill.id).where(Skill.agency_id == person.agency_id)))
    faults: dict[str, str] = {}
    levels: dict[int, int] = {}
    for at, one in enumerate(command.skills):
        if one.skill_id not in known:
            faults[f"skills.{at}.skill_id"] = "skill_gone"
        elif one.skill_id in levels:
            faults[f"skills.{at}.skill_id"] = "named_twice"
        levels[one.skill_id] = one.level
    if faults:
        raise Invalid(fields=faults)
    rows = ctx.session.scalars(select(OperatorSkill).where(OperatorSkill.operator_id == person.id)).all()
    standing = {row.skill_id: row.level for row in rows}
    if standing == levels:
        return
    if command.seen is not None and {one.skill_id: one.level for one in command.seen} != standing:
        raise Conflict("stale_version")
    for row in rows:
        if row.skill_id in levels:
            row.level = levels.pop(row.skill_id)
        else:
            ctx.session.delete(row)
    ctx.session.add_all(
        OperatorSkill(created_at=ctx.now(), operator_id=person.id, skill_id=skill_id, level=level)
        for skill_id, level in levels.items()
    )
    ctx.session.flush()
    setup_changed(ctx)
    about = OPERATOR.of(person)
    detail = {"name": person.name, "skills": [one.model_dump() for one in command.skills]}
    audit.record(ctx, OPERATOR_SKILLED, about, detail=detail)
    audience = agency_readers(person.agency_id, Permission.ROUTING_READ)
    ctx.emit(OPERATOR_SKILLED, OperatorSkilled(operator_id=person.id), audience, about=about)
    ctx.defer(ASSIGN_WAITING)


def _locked(ctx: Context, skill_id: int) -> Skill:
    found = scope(select(Skill), ctx.actor, Skill).where(Skill.id == skill_id).with_for_update()
    row = ctx.session.scalars(found).one_or_none()
    if row is None:
        raise NotFound
    return row


def _require_free(ctx: Context, agency_id: int, name: str) -> None:
    taken = select(Skill.id).where(Skill.agency_id == agency_id, Skill.name == name)
    if ctx.session.scalar(taken) is not None:
        raise Invalid(fields={"name": "name_taken"})
