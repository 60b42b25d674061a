"""Socket events of the workbench: watching a conversation and typing in it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from app.core.errors import NotFound
from app.core.permissions import Permission
from app.core.unit_of_work import open_context
from app.models import Operator
from app.realtime.connections import Connection
from app.realtime.sockets import Hub, on
from app.workbench.queries import get_conversation
from app.workbench.schemas import ViewerView
from app.workbench.viewers import follow, set_viewer, viewers_of


class Watch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    conversation_id: int


class Typing(Watch):
    typing: bool


def _room(conversation_id: int) -> str:
    return f"conversation:{conversation_id}"


@on("conversation.watch", permission=Permission.CONVERSATIONS_READ, payload=Watch)
def watch(hub: Hub, connection: Connection, payload: Watch) -> dict[str, Any]:
    with open_context(hub.runtime, connection.actor, write=False) as ctx:
        get_conversation(ctx, payload.conversation_id)
        name = ctx.session.scalar(select(Operator.name).where(Operator.id == connection.actor.operator_id))
    leave_all(hub, connection)
    hub.socketio.server.enter_room(connection.sid, _room(payload.conversation_id))
    connection.watching[payload.conversation_id] = name or ""
    _share(hub, connection, payload.conversation_id, typing=False)
    return {"ok": True, "viewers": _dump(hub, payload.conversation_id)}


@on("conversation.unwatch", permission=Permission.CONVERSATIONS_READ, payload=Watch)
def unwatch(hub: Hub, connection: Connection, payload: Watch) -> dict[str, Any]:
    _leave(hub, connection, payload.conversation_id)
    return {"ok": True}


@on("conversation.typing", permission=Permission.REPLIES_SEND, payload=Typing)
def typing(hub: Hub, connection: Connection, payload: Typing) -> dict[str, Any]:
    if payload.conversation_id not in connection.watching:
        raise NotFound
    _share(hub, connection, payload.conversation_id, typing=payload.typing)
    return {"ok": True}


def _share(hub: Hub, connection: Connection, conversation_id: int, *, typing: bool) -> None:
    viewer = ViewerView(
        id=connection.actor.operator_id or 0, name=connection.watching[conversation_id], typing=typing
    )
    set_viewer(hub.runtime, conversation_id, connection.sid, viewer)


def leave_all(hub: Hub, connection: Connection) -> None:
    for conversation_id in list(connection.watching):
        _leave(hub, connection, conversation_id)


def _leave(hub: Hub, connection: Connection, conversation_id: int) -> None:
    if connection.watching.pop(conversation_id, None) is not None:
        hub.socketio.server.leave_room(connection.sid, _room(conversation_id))
        set_viewer(hub.runtime, conversation_id, connection.sid, None)


def _dump(hub: Hub, conversation_id: int) -> list[dict[str, Any]]:
    return [viewer.model_dump() for viewer in viewers_of(hub.runtime, conversation_id)]


def start_viewers(hub: Hub) -> None:
    """Pass changes of viewers, from whichever process, on to our browsers that watch the conversation."""

    def changed(conversation_id: int) -> None:
        message = {"conversation_id": conversation_id, "viewers": _dump(hub, conversation_id)}
        hub.socketio.emit("conversation.viewers", message, to=_room(conversation_id))

    hub.socketio.start_background_task(follow, hub.runtime, changed, hub.socketio.sleep)
