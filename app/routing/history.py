"""Reads of what happened to a request: its changes, and why it went to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.i18n import translate
from app.core.pagination import read_page
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import (
    MANUAL,
    AssignmentDecision,
    AutomationRule,
    AutomationRun,
    ChangeKind,
    Operator,
    RequestChange,
    RoutingQueue,
    RoutingRule,
    ServicePolicy,
    Team,
)
from app.models.automation import SIGNED
from app.routing.lifecycle.arrivals import BROKEN_RULE
from app.routing.queries import get_request
from app.routing.schemas import (
    CandidateView,
    DecisionList,
    DecisionView,
    FieldChangeView,
    OthersView,
    RequestChangeList,
    RequestChangeQuery,
    RequestChangeView,
)
from app.routing.setup.queries import reason_said, strategy_said
from app.routing.special_lists import WITHHELD

OF_ANOTHER = (
    ChangeKind.MERGED,
    ChangeKind.ABSORBED,
    ChangeKind.UNMERGED,
    ChangeKind.SPLIT,
    ChangeKind.LINKED,
    ChangeKind.UNLINKED,
)
"""Changes that concern another request, whose number is their reason."""
_PEOPLE, _TEAMS, _QUEUES, _RULES = "assignee_id", "team_id", "queue_id", "routed_by_id"
_POLICIES = "policy_id"


def list_decisions(ctx: Context, request_id: int) -> DecisionList:
    """Why it went to whom, the newest first; whom the newest passed over by name."""
    get_request(ctx, request_id)
    rows = ctx.session.scalars(
        select(AssignmentDecision)
        .where(AssignmentDecision.service_request_id == request_id)
        .order_by(AssignmentDecision.id.desc())
    ).all()
    passed_over = {number for row in rows[:1] for ids in row.others.values() for number in ids}
    people = _names(ctx, _people_of(rows) | passed_over)
    queues = _setup_names(ctx, RoutingQueue, {row.queue_id for row in rows})
    items = [_decision_view(ctx, row, people, queues) for row in rows]
    if items:
        items[0].others = _others(rows[0], people)
    return DecisionList(items=items)


def list_changes(ctx: Context, request_id: int, query: RequestChangeQuery) -> RequestChangeList:
    """Who did what to a request and when, the newest first; ten statements at most."""
    get_request(ctx, request_id)
    statement = scope(select(RequestChange), ctx.actor, RequestChange).where(
        RequestChange.service_request_id == request_id
    )
    page = read_page(ctx.session, statement, query, [(RequestChange.version, True)])
    return RequestChangeList(items=_change_views(ctx, page.rows), next_cursor=page.next_cursor)


def _change_views(ctx: Context, rows: Sequence[RequestChange]) -> list[RequestChangeView]:
    decisions = {
        row.change_id: row
        for row in ctx.session.scalars(
            select(AssignmentDecision).where(AssignmentDecision.change_id.in_([row.id for row in rows]))
        )
    }
    involved = {row.operator_id for row in rows} | _people_of(decisions.values()) | _mentioned(rows, _PEOPLE)
    people, teams = _names(ctx, involved), _team_names(ctx, _mentioned(rows, _TEAMS))
    in_decisions = {row.queue_id for row in decisions.values()}
    queues = _setup_names(ctx, RoutingQueue, _mentioned(rows, _QUEUES) | in_decisions)
    names = {
        _TEAMS: teams,
        _QUEUES: queues,
        _RULES: _setup_names(ctx, RoutingRule, _mentioned(rows, _RULES)),
        _POLICIES: _setup_names(ctx, ServicePolicy, _mentioned(rows, _POLICIES)),
        _PEOPLE: {number: person.name for number, person in people.items()},
    }
    runs = _run_names(ctx, rows)
    views = []
    for row in rows:
        decision = decisions.get(row.id)
        run = _run_of(row)
        views.append(
            RequestChangeView(
                id=row.id,
                kind=row.kind,
                text=_text(row, ctx.locale),
                at=row.created_at,
                actor=people.get(row.operator_id or 0) if run is None else None,
                automatic=None if run is None else runs.get(run, ""),
                reason=row.reason,
                said=row.said,
                fields=_fields(row, names),
                message_id=row.message_id,
                decision=_decision_view(ctx, decision, people, queues) if decision else None,
                version=row.version,
            )
        )
    return views


def _run_of(row: RequestChange) -> int | None:
    """The run of a rule that made the change in its owner's name."""
    number = row.actor.removeprefix(SIGNED)
    return int(number) if number != row.actor and number.isdigit() else None


def _run_names(ctx: Context, rows: Sequence[RequestChange]) -> dict[int, str]:
    """By run, the rule's name, of those that the reader sees; at most one statement."""
    ids = {run for row in rows if (run := _run_of(row)) is not None}
    if not ids:
        return {}
    named = select(AutomationRun.id, AutomationRule.name).join(AutomationRule)
    found = ctx.session.execute(scope(named, ctx.actor, AutomationRun).where(AutomationRun.id.in_(ids)))
    return {row[0]: row[1] for row in found}


def _text(row: RequestChange, locale: str) -> str:
    """What happened; and that a rule could not be asked, for whoever looks why it came where it is."""
    text = translate(f"request_change.{row.kind.value}", locale)
    if row.reason == BROKEN_RULE:
        return translate("request_change.with_broken_rule", locale, change=text)
    if row.kind in OF_ANOTHER:
        return translate(f"request_change.{row.kind.value}", locale, other=row.reason or "")
    if row.kind is ChangeKind.NOT_TOLD:
        return translate("request_change.not_told", locale, why=_refusal(row.reason or "", locale))
    if row.reason in WITHHELD.values():
        why = translate(f"routing.reason.{row.reason}", locale)
        return translate("request_change.withheld", locale, change=text, why=why)
    return text


def _refusal(code: str, locale: str) -> str:
    """Why something was not sent: the words of the lane, else of the error."""
    keys = (f"lane.refused.{code}", f"errors.{code}")
    return next((text for key in keys if (text := translate(key, locale)) != key), code).rstrip("。.")


def _fields(row: RequestChange, names: Mapping[str, Mapping[int, str]]) -> list[FieldChangeView]:
    """`names` are those of what a column refers to, by the column."""

    def shown(name: str, value: str | int | None) -> str | int | None:
        return names[name].get(value) if name in names and isinstance(value, int) else value

    return [
        FieldChangeView(field=name, before=shown(name, row.before.get(name)), after=shown(name, value))
        for name, value in sorted(row.after.items())
        if row.before or value is not None
    ]


def _mentioned(rows: Sequence[RequestChange], name: str) -> set[int | None]:
    return {state.get(name) for row in rows for state in (row.before, row.after)}


def _decision_view(
    ctx: Context, row: AssignmentDecision, people: dict[int, PersonRef], queues: Mapping[int, str]
) -> DecisionView:
    return DecisionView(
        id=row.id,
        strategy=row.strategy,
        strategy_name=None if row.strategy == MANUAL else strategy_said(row.strategy, ctx.locale),
        queue=queues.get(row.queue_id or 0),
        ring=row.ring,
        chosen=people.get(row.chosen_operator_id or 0),
        decided_by=people.get(row.decided_by_id or 0),
        reason=reason_said(row.strategy, row.reason, ctx.locale),
        candidates=[CandidateView(**candidate) for candidate in row.candidates],
        others=_others(row, {}),
        decided_at=row.created_at,
    )


def _others(row: AssignmentDecision, people: Mapping[int, PersonRef]) -> list[OthersView]:
    return [
        OthersView(
            code=code, count=len(ids), names=[people[number].name for number in ids if number in people]
        )
        for code, ids in row.others.items()
    ]


def _people_of(rows: Iterable[AssignmentDecision]) -> set[int | None]:
    return {person for row in rows for person in (row.chosen_operator_id, row.decided_by_id)}


def _names(ctx: Context, ids: set[int | None]) -> dict[int, PersonRef]:
    found = ctx.session.execute(select(Operator.id, Operator.name).where(Operator.id.in_(ids - {None})))
    return {operator_id: PersonRef(id=operator_id, name=name) for operator_id, name in found}


def _team_names(ctx: Context, ids: set[int | None]) -> dict[int, str]:
    return dict(iter(ctx.session.execute(select(Team.id, Team.name).where(Team.id.in_(ids - {None})))))


def _setup_names(
    ctx: Context, model: type[RoutingQueue | RoutingRule | ServicePolicy], ids: set[int | None]
) -> dict[int, str]:
    """Of queues, rules or policies, those that are gone too; no statement for none."""
    wanted = ids - {None}
    if not wanted:
        return {}
    return dict(iter(ctx.session.execute(select(model.id, model.name).where(model.id.in_(wanted)))))
