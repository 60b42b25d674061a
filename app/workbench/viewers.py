"""Who has a conversation open and who is typing: shared by all web processes through Redis, never stored.

Without Redis nobody is shown; nothing else depends on it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from app.core.runtime import QUEUE_AWAY, Runtime
from app.workbench.schemas import ViewerView

log = structlog.get_logger(__name__)
EXPIRE_SECONDS = 60
LONGEST_PAUSE = 0.1
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


@dataclass(frozen=True)
class ViewersChange:
    """What is different from what was told last: people who came or began or ended to type, and who left."""

    changed: list[ViewerView]
    left: list[int]


class ToldViewers:
    """What this process's browsers have been told, so that they are told differences only.

    Who opens a conversation is answered with all its viewers; a difference may then repeat what is known.
    """

    def __init__(self) -> None:
        self._told: dict[int, dict[int, ViewerView]] = {}

    def difference(self, conversation_id: int, viewers: Sequence[ViewerView]) -> ViewersChange | None:
        """None when nothing is different."""
        before = self._told.get(conversation_id, {})
        now = self._told[conversation_id] = {viewer.id: viewer for viewer in viewers}
        changed = [viewer for viewer in viewers if before.get(viewer.id) != viewer]
        left = sorted(before.keys() - now.keys())
        return ViewersChange(changed, left) if changed or left else None

    def forget(self, conversation_id: int) -> None:
        """Nobody here looks at it any more."""
        self._told.pop(conversation_id, None)


def follow(runtime: Runtime, changed: Callable[[int], None], sleep: Callable[[float], None]) -> None:
    """Call `changed(conversation_id)` whenever some process reports a change; runs for ever.

    A change is told at once; those that come while one is being told are told together, after a pause as
    long as the telling took, a tenth of a second at most.
    """
    subscription: Any = None
    while True:
        try:
            if subscription is None:
                subscription = runtime.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                subscription.subscribe(runtime.redis_key(*CHANNEL))
            conversations = _reported(subscription)
            began = time.perf_counter()
            for conversation_id in conversations:
                changed(conversation_id)
            sleep(min(LONGEST_PAUSE, time.perf_counter() - began))
        except QUEUE_AWAY:
            subscription = None
            sleep(1.0)


def _reported(subscription: Any) -> set[int]:
    """The conversations of all changes that have been reported; waits some seconds for one."""
    message = subscription.get_message(timeout=5.0)
    conversations = set()
    while message is not None:
        conversations.add(int(message["data"]))
        message = subscription.get_message(timeout=0.0)
    return conversations
