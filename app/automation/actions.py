"""What rules can do: one registry, each kind with its parameters, its words and the service that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select

from app.automation.content import actions_of
from app.automation.notices import TOLD_BY_RULE
from app.automation.schemas import (
    AssignAction,
    HookAction,
    ListAction,
    NoteAction,
    NotifyAction,
    PriorityAction,
    ReplyAction,
    StatusAction,
    TeamAction,
    TypeAction,
)
from app.core.context import Context
from app.core.errors import Conflict
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.reference_kinds import OPERATOR, TEAM
from app.identity.scope import request_audience, scope
from app.listener.lists import services as lists
from app.listener.lists.schemas import ListEntryCommand
from app.models import Operator, ServiceRequest, Team
from app.notifications.kinds import Cause
from app.notifications.writing import write
from app.routing import moving
from app.routing import schemas as routing_schemas
from app.routing import services as routing
from app.routing.leads import all_leads, leads_of
from app.workbench import replies
from app.workbench import schemas as workbench_schemas
from app.workbench import services as workbench

_CONFIRMED: list[Any] = ["claimed_by_other"]
"""Whoever made the rule knows that it acts upon colleagues' requests. That a customer was answered a minute
ago nobody has said yes to: such a reply is refused."""


@dataclass(frozen=True)
class Doing:
    """One act of one run, about to be done."""

    request: ServiceRequest
    """Held, with its related rows."""
    key: str
    """Names the act for good: done again under it, it is the same act."""
    address: str
    """From where the owner made the rule."""
    rule_name: str


@dataclass(frozen=True)
class ActionKind:
    key: str
    parameters: type[BaseModel]
    right: Permission
    act: Callable[[Context, Any, Doing], Any] | None
    """None for what leaves the house and is not done in a transaction (app.automation.hooks)."""


def _assign(ctx: Context, action: AssignAction, doing: Doing) -> None:
    command = routing_schemas.SetAssignee(
        operator_id=action.operator_id, version=doing.request.version, reason=doing.rule_name
    )
    routing.set_assignee(ctx, doing.request.id, command)


def _move_to_team(ctx: Context, action: TeamAction, doing: Doing) -> None:
    command = routing_schemas.SetTeam(
        team_id=action.team_id, version=doing.request.version, confirm=_CONFIRMED
    )
    moving.set_team(ctx, doing.request.id, command)


def _notify(ctx: Context, action: NotifyAction, doing: Doing) -> None:
    """Raises Conflict(`nobody_to_tell`) where nobody has it, or whom it names does not see it (any more)."""
    request, rooms = doing.request, request_audience(doing.request).rooms
    if action.leads:
        people = frozenset(lead.id for lead in leads_of(all_leads(ctx), request.team_id, rooms))
    else:
        to = request.assignee_id if action.operator_id is None else action.operator_id
        people = frozenset() if to is None else frozenset({to})
    cause = Cause(TOLD_BY_RULE, doing.key, request.id, rooms, people, detail={"rule": doing.rule_name})
    if not people or not write(ctx, [cause]):
        raise Conflict("nobody_to_tell")


def _classify(ctx: Context, doing: Doing, **said: Any) -> None:
    command = routing_schemas.ClassifyRequest(version=doing.request.version, confirm=_CONFIRMED, **said)
    routing.classify_request(ctx, doing.request.id, command)


def _set_status(ctx: Context, action: StatusAction, doing: Doing) -> None:
    command = routing_schemas.SetStatus(
        status=action.status, version=doing.request.version, confirm=_CONFIRMED
    )
    routing.set_status(ctx, doing.request.id, command)


def _add_note(ctx: Context, action: NoteAction, doing: Doing) -> None:
    command = workbench_schemas.WriteNote(text=filled(action.text, doing.request), idempotency_key=doing.key)
    workbench.write_note(ctx, doing.request.conversation_id, command)


def _send_reply(ctx: Context, action: ReplyAction, doing: Doing) -> None:
    command = workbench_schemas.SendReply.model_validate(
        {
            "service_request_id": doing.request.id,
            "lane": doing.request.lane.value,
            "text": filled(action.text, doing.request),
            "idempotency_key": doing.key,
            "confirm": _CONFIRMED,
        }
    )
    replies.send_reply(ctx, doing.request.conversation_id, command, address=doing.address)


def _add_to_list(ctx: Context, action: ListAction, doing: Doing) -> None:
    identity = doing.request.conversation.contact_identity
    account = doing.request.account
    command = ListEntryCommand(
        list=action.list,
        platform=account.platform,
        server=account.server,
        author_external_id=identity.external_id,
        author_name=identity.name[:120],
        note=action.note,
    )
    lists.add_entry(ctx, command)


def filled(text: str, request: ServiceRequest) -> str:
    """The text with what its places stand for."""
    name = request.conversation.contact_identity.name
    return text.replace("{customer}", name).replace("{number}", request.number)


_P = Permission
_KINDS = (
    ActionKind("assign", AssignAction, _P.SERVICE_REQUESTS_ASSIGN, _assign),
    ActionKind("move_to_team", TeamAction, _P.SERVICE_REQUESTS_ASSIGN, _move_to_team),
    ActionKind(
        "set_priority",
        PriorityAction,
        _P.SERVICE_REQUESTS_UPDATE,
        lambda ctx, action, doing: _classify(ctx, doing, priority=action.priority),
    ),
    ActionKind(
        "set_type",
        TypeAction,
        _P.SERVICE_REQUESTS_UPDATE,
        lambda ctx, action, doing: _classify(ctx, doing, type=action.type),
    ),
    ActionKind("set_status", StatusAction, _P.SERVICE_REQUESTS_UPDATE, _set_status),
    ActionKind("add_note", NoteAction, _P.NOTES_WRITE, _add_note),
    ActionKind("send_reply", ReplyAction, _P.REPLIES_SEND, _send_reply),
    ActionKind("add_to_list", ListAction, _P.MONITORS_MANAGE, _add_to_list),
    # Whom a note may name may be told: it needs the same right.
    ActionKind("notify", NotifyAction, _P.NOTES_WRITE, _notify),
    ActionKind("call_hook", HookAction, _P.AUTOMATION_MANAGE, None),
)
ACTIONS: Mapping[str, ActionKind] = {kind.key: kind for kind in _KINDS}


_NAMED = {"operator_id": (Operator.id, Operator, (Operator.is_active,)), "team_id": (Team.id, Team, ())}
"""What actions may name by an id: the table, and what its row must meet to be named."""


def faults_of_actions(ctx: Context, kept: Sequence[Any]) -> dict[str, str]:
    """Codes by path of what the actor may not do, or whom there is not any more. Two statements at most."""
    actions = actions_of(list(kept))
    faults = {
        f"actions.{at}.kind": "right_missing"
        for at, action in enumerate(actions)
        if not ctx.actor.may(ACTIONS[action.kind].right)
    }
    for name, (number, table, conditions) in _NAMED.items():
        wanted = {f"actions.{at}.{name}": getattr(action, name, None) for at, action in enumerate(actions)}
        ids = set(wanted.values()) - {None}
        if not ids:
            continue
        seen = scope(select(number), ctx.actor, table).where(number.in_(sorted(ids)), *conditions)
        there = {None, *ctx.session.scalars(seen)}
        faults |= {path: "reference_gone" for path, id_ in wanted.items() if id_ not in there}
    return faults


@dataclass(frozen=True)
class Named:
    """The names of those whom actions name, as the reader sees them, by id."""

    people: Mapping[int, str]
    teams: Mapping[int, str]


def names_in(ctx: Context, several: Sequence[Sequence[Any]]) -> Named:
    """Of any of these actions; two statements at most."""

    def ids(name: str) -> set[int]:
        found = {action.get(name) for actions in several for action in actions}
        return {number for number in found if number is not None}

    people, teams = ids("operator_id"), ids("team_id")
    return Named(OPERATOR.names(ctx, people) if people else {}, TEAM.names(ctx, teams) if teams else {})


_HOLDER = {"assign": "automation.does.return", "notify": "automation.does.notify_holder"}
"""What is said of an action that names nobody."""


def said(action: dict[str, Any], named: Named, locale: str) -> str:
    """An action in words."""
    kind = action["kind"]
    if kind == "notify" and action.get("leads"):
        return translate("automation.does.notify_leads", locale)
    if kind in _HOLDER and action.get("operator_id") is None:
        return translate(_HOLDER[kind], locale)
    return translate(f"automation.does.{kind}", locale, value=_value_said(action, named, locale))


def _value_said(action: dict[str, Any], named: Named, locale: str) -> str:
    kind = action["kind"]
    choice = {"set_priority": "priority", "set_type": "type", "set_status": "status"}.get(kind)
    if choice is not None:
        return translate(f"condition.choice.{choice}.{action[choice]}", locale)
    if kind in _HOLDER:
        return named.people.get(action["operator_id"]) or translate("condition.says.gone", locale)
    if kind == "move_to_team":
        return named.teams.get(action["team_id"]) or translate("condition.says.gone", locale)
    if kind == "add_to_list":
        return translate(f"automation.list.{action['list']}", locale)
    return _short(action["url"] if kind == "call_hook" else action["text"])


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
