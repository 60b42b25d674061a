"""What rules can do: one registry, each kind with its parameters, its words and the service that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select

from app.automation.content import actions_of
from app.automation.schemas import (
    AssignAction,
    HookAction,
    ListAction,
    NoteAction,
    PriorityAction,
    ReplyAction,
    StatusAction,
    TypeAction,
)
from app.core.context import Context
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.reference_kinds import OPERATOR
from app.identity.scope import scope
from app.listener.lists import services as lists
from app.listener.lists.schemas import ListEntryCommand
from app.models import Operator, ServiceRequest
from app.routing import schemas as routing_schemas
from app.routing import services as routing
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


@dataclass(frozen=True)
class ActionKind:
    key: str
    parameters: type[BaseModel]
    right: Permission
    act: Callable[[Context, Any, Doing], Any] | None
    """None for what leaves the house and is not done in a transaction (app.automation.hooks)."""


def _assign(ctx: Context, action: AssignAction, doing: Doing) -> None:
    command = routing_schemas.SetAssignee(operator_id=action.operator_id, version=doing.request.version)
    routing.set_assignee(ctx, doing.request.id, command)


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
    ActionKind("call_hook", HookAction, _P.AUTOMATION_MANAGE, None),
)
ACTIONS: Mapping[str, ActionKind] = {kind.key: kind for kind in _KINDS}


def faults_of_actions(ctx: Context, kept: Sequence[Any]) -> dict[str, str]:
    """Codes by path of what the actor may not do, or whom there is not any more. One statement at most."""
    actions = actions_of(list(kept))
    faults = {
        f"actions.{at}.kind": "right_missing"
        for at, action in enumerate(actions)
        if not ctx.actor.may(ACTIONS[action.kind].right)
    }
    wanted = {action.operator_id for action in actions if isinstance(action, AssignAction)} - {None}
    if wanted:
        active = scope(select(Operator.id), ctx.actor, Operator).where(
            Operator.id.in_(sorted(wanted)), Operator.is_active
        )
        there = set(ctx.session.scalars(active))
        faults |= {
            f"actions.{at}.operator_id": "reference_gone"
            for at, action in enumerate(actions)
            if isinstance(action, AssignAction)
            and action.operator_id is not None
            and action.operator_id not in there
        }
    return faults


def people_in(ctx: Context, several: Sequence[Sequence[Any]]) -> dict[int, str]:
    """The names of those to whom any of these actions assign, as the actor sees them; one statement."""
    ids = {
        action["operator_id"]
        for actions in several
        for action in actions
        if action["kind"] == "assign" and action.get("operator_id") is not None
    }
    return OPERATOR.names(ctx, ids) if ids else {}


def said(action: dict[str, Any], people: Mapping[int, str], locale: str) -> str:
    """An action in words."""
    kind = action["kind"]
    if kind == "assign" and action.get("operator_id") is None:
        return translate("automation.does.return", locale)
    return translate(f"automation.does.{kind}", locale, value=_value_said(action, people, locale))


def _value_said(action: dict[str, Any], people: Mapping[int, str], locale: str) -> str:
    choice = {"set_priority": "priority", "set_type": "type", "set_status": "status"}.get(action["kind"])
    if choice is not None:
        return translate(f"condition.choice.{choice}.{action[choice]}", locale)
    if action["kind"] == "assign":
        return people.get(action["operator_id"]) or translate("condition.says.gone", locale)
    if action["kind"] == "add_to_list":
        return translate(f"automation.list.{action['list']}", locale)
    return _short(action["url"] if action["kind"] == "call_hook" else action["text"])


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
