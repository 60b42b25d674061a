"""Socket events of the workbench: watching a conversation and typing in it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from app.core.errors import NotFound
from app.core.inputs import RowId
from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.identity.scope import conversation_rooms, scope
from app.models import Conversation, Operator
from app.realtime.connections import Connection
from app.realtime.sockets import Hub, on
from app.workbench.queries import get_conversation
from app.workbench.schemas import ViewerView
from app.workbench.viewers import ToldViewers, follow, set_viewer, viewers_of

_ACTOR = system_actor("web")


class Watch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    conversation_id: RowId


class Typing(Watch):
    typing: bool


@on("conversation.watch", permission=Permission.CONVERSATIONS_READ, payload=Watch)
def watch(hub: Hub, connection: Connection, payload: Watch) -> dict[str, Any]:
    with open_context(hub.runtime, connection.actor, write=False) as ctx:
        get_conversation(ctx, payload.conversation_id)
        name = ctx.session.scalar(select(Operator.name).where(Operator.id == connection.actor.operator_id))
    leave_all(hub, connection)
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
    if not _sees(hub, connection, payload.conversation_id):
        _leave(hub, connection, payload.conversation_id)
        raise NotFound
    _share(hub, connection, payload.conversation_id, typing=payload.typing)
    return {"ok": True}


def _sees(hub: Hub, connection: Connection, conversation_id: int) -> bool:
    """Whether the conversation is still within reach: a request may have been lost since it was opened."""
    with open_context(hub.runtime, connection.actor, write=False) as ctx:
        mine = scope(select(Conversation.id), ctx.actor, Conversation)
        return ctx.session.scalar(mine.where(Conversation.id == conversation_id)) is not None


def _share(hub: Hub, connection: Connection, conversation_id: int, *, typing: bool) -> None:
    viewer = ViewerView(
        id=connection.actor.operator_id or 0, name=connection.watching[conversation_id], typing=typing
    )
    set_viewer(hub.runtime, conversation_id, connection.sid, viewer)


def leave_all(hub: Hub, connection: Connection) -> None:
    for conversation_id in list(connection.watching):
        _leave(hub, connection, conversation_id)


def leave_what_is_lost(hub: Hub, connection: Connection) -> None:
    """Something was taken from this browser's person: it watches no more what they cannot see."""
    for conversation_id in list(connection.watching):
        if not _sees(hub, connection, conversation_id):
            _leave(hub, connection, conversation_id)


def _leave(hub: Hub, connection: Connection, conversation_id: int) -> None:
    if connection.watching.pop(conversation_id, None) is not None:
        set_viewer(hub.runtime, conversation_id, connection.sid, None)


def _dump(hub: Hub, conversation_id: int) -> list[dict[str, Any]]:
    return [viewer.model_dump() for viewer in viewers_of(hub.runtime, conversation_id)]


def tell_viewers(hub: Hub, conversation_id: int) -> None:
    """Tell our browsers that watch the conversation who has come and who has left; whether they may know is
    asked each time, with one statement for all of them."""
    told = hub.runtime.part("told_viewers", lambda _runtime: ToldViewers())
    watching = [c for c in hub.connections.all() if conversation_id in c.watching]
    if not watching:
        told.forget(conversation_id)
        return
    with open_context(hub.runtime, _ACTOR, write=False) as ctx:
        rooms = conversation_rooms(ctx.session, conversation_id)
    seeing = [connection for connection in watching if not rooms.isdisjoint(connection.rooms)]
    for connection in watching:
        if connection not in seeing:
            _leave(hub, connection, conversation_id)
    change = told.difference(conversation_id, viewers_of(hub.runtime, conversation_id))
    if change is None:
        return
    message = {
        "conversation_id": conversation_id,
        "changed": [viewer.model_dump() for viewer in change.changed],
        "left": change.left,
    }
    hub.tail.tell([connection.sid for connection in seeing], "conversation.viewers", message)


def start_viewers(hub: Hub) -> None:
    """Pass changes of viewers, from whichever process, on to our browsers."""

    def changed(conversation_id: int) -> None:
        tell_viewers(hub, conversation_id)

    hub.socketio.start_background_task(follow, hub.runtime, changed, hub.socketio.sleep)
