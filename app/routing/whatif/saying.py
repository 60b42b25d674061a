"""What a what-if tries, in words, and whether all that it names is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.context import Context
from app.core.db import among
from app.core.i18n import translate
from app.identity.scope import scope
from app.models import Operator, RoutingQueue, RoutingRule, Team
from app.routing.setup.queries import strategy_said
from app.routing.strategies import all_strategies
from app.routing.whatif.schemas import Tried

_SHOWN = 6
"""So many names are said; the others are counted."""


@dataclass(frozen=True)
class Names:
    queues: Mapping[int, str]
    rules: Mapping[int, str]
    people: Mapping[int, str]
    teams: Mapping[int, str]


def names_in(ctx: Context, every: Sequence[Tried]) -> Names:
    """Of what the actor sees. At most four statements."""

    def read(model: Any, ids: Collection[int]) -> dict[int, str]:
        if not ids:
            return {}
        seen = scope(select(model.id, model.name), ctx.actor, model)
        rows = ctx.session.execute(seen.where(among(ctx.session, model.id, sorted(ids))))
        return {row[0]: row[1] for row in rows}

    return Names(
        queues=read(RoutingQueue, {s.queue_id for one in every for s in one.strategies if s.queue_id}),
        rules=read(RoutingRule, {number for one in every for number in one.rules or ()}),
        people=read(Operator, {number for one in every for number in one.left_out}),
        teams=read(Team, {stand_in.team_id for one in every for stand_in in one.stand_ins}),
    )


def faults_of(ctx: Context, tried: Tried) -> dict[str, str]:
    """By field, what is named and is not there."""
    names = names_in(ctx, [tried])
    faults = {}
    for at, one in enumerate(tried.strategies):
        if one.queue_id is not None and one.queue_id not in names.queues:
            faults[f"strategies.{at}.queue_id"] = "reference_gone"
        if one.strategy not in all_strategies():
            faults[f"strategies.{at}.strategy"] = "no_such_strategy"
    for name, ids, known in (
        ("rules", tried.rules or [], names.rules),
        ("left_out", tried.left_out, names.people),
    ):
        faults |= {f"{name}.{at}": "reference_gone" for at, number in enumerate(ids) if number not in known}
    for at, stand_in in enumerate(tried.stand_ins):
        if stand_in.team_id not in names.teams:
            faults[f"stand_ins.{at}.team_id"] = "reference_gone"
    return faults


def said(tried: Tried, names: Names, locale: str) -> list[str]:
    lines = []

    def say(key: str, **values: Any) -> None:
        lines.append(translate(f"what_if.{key}", locale, **values))

    if tried.rules is not None:
        listed = _listed([names.rules.get(number, "?") for number in tried.rules], locale)
        say("rules" if tried.rules else "no_rules", names=listed)
    for one in tried.strategies:
        strategy = strategy_said(one.strategy, locale)
        if one.queue_id is None:
            say("strategy_elsewhere", strategy=strategy)
        else:
            say("strategy", queue=names.queues.get(one.queue_id, "?"), strategy=strategy)
    if tried.left_out:
        say("left_out", names=_listed([names.people.get(number, "?") for number in tried.left_out], locale))
    for stand_in in tried.stand_ins:
        say("stand_ins", team=names.teams.get(stand_in.team_id, "?"), count=stand_in.count)
    if tried.capacity is not None:
        say("capacity", capacity=tried.capacity)
    return lines or [translate("what_if.nothing", locale)]


def _listed(names: Sequence[str], locale: str) -> str:
    shown = ("、" if locale == "zh-CN" else ", ").join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return shown if more <= 0 else shown + translate("what_if.more", locale, count=more)
