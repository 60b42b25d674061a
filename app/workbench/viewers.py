"""Who has a conversation open and who is typing: shared by all web processes through Redis, never stored.

Without Redis nobody is shown; nothing else depends on it.
"""

from __future__ import annotations

import json
from typing import Any

import structlog

from app.core.runtime import QUEUE_AWAY, Runtime
from app.workbench.schemas import ViewerView

log = structlog.get_logger(__name__)
EXPIRE_SECONDS = 60
CHANNEL = ("conversations", "viewers")


def _key(runtime: Runtime, conversation_id: int) -> str:
    return runtime.redis_key("viewers", str(conversation_id))


def viewers_of(runtime: Runtime, conversation_id: int) -> list[ViewerView]:
    try:
        entries: dict[bytes, bytes] = runtime.redis.hgetall(_key(runtime, conversation_id))  # type: ignore[assignment]
    except QUEUE_AWAY:
        return []  # a courtesy, not a promise
    people: dict[int, ViewerView] = {}
    for value in entries.values():
        viewer = ViewerView(**json.loads(value))
        known = people.get(viewer.id)
        if known is None or viewer.typing:
            people[viewer.id] = viewer
    return sorted(people.values(), key=lambda viewer: viewer.id)


def set_viewer(runtime: Runtime, conversation_id: int, sid: str, viewer: ViewerView | None) -> None:
    """Note that a browser looks at (or, with None, has left) a conversation, and tell all processes."""
    key = _key(runtime, conversation_id)
    try:
        pipeline = runtime.redis.pipeline()
        if viewer is None:
            pipeline.hdel(key, sid)
        else:
            pipeline.hset(key, sid, viewer.model_dump_json())
            pipeline.expire(key, EXPIRE_SECONDS)
        pipeline.publish(runtime.redis_key(*CHANNEL), str(conversation_id))
        pipeline.execute()
    except QUEUE_AWAY as error:
        log.info("viewers_not_shared", error=repr(error))


def follow(runtime: Runtime, changed: Any, sleep: Any) -> None:
    """Call `changed(conversation_id)` whenever some process reports a change; runs for ever."""
    subscription: Any = None
    while True:
        try:
            if subscription is None:
                subscription = runtime.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                subscription.subscribe(runtime.redis_key(*CHANNEL))
            message = subscription.get_message(timeout=5.0)
            if message is not None:
                changed(int(message["data"]))
        except QUEUE_AWAY:
            subscription = None
            sleep(1.0)
