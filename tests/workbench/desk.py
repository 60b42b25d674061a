"""A desk: one operator at work, a public and a private request, and the courier that carries replies away."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import OutboundMessage, Presence, ServiceRequest
from app.outbound.courier import deliver
from app.outbound.ledger import due
from app.workbench.cargo import REPLIES
from app.workbench.replies import send_reply
from app.workbench.schemas import MessageView, SendReply
from tests.factories.make import Make
from tests.fakes.platforms import Remote


class Desk:
    def __init__(self, make: Make, clock: ManualClock, remote: Remote, platform: str = "weibo") -> None:
        self.make, self.clock, self.remote = make, clock, remote
        self.runtime: Runtime = make.runtime
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.operator = make.operator(self.agency, self.team, presence=Presence.ONLINE)
        self.account = make.account(self.agency, self.team, platform=platform)
        self.request = make.request(self.account, "宽带又断了，怎么办？", author="c1")
        self.private = make.request(self.account, "我的号码停机了", author="c1", lane=Lane.PRIVATE)

    def write(self, text: str = "您好，马上为您核实。", **fields: Any) -> MessageView:
        """The operator sends a reply to the public request (or as `fields` say)."""
        request: ServiceRequest = fields.pop("request", self.request)
        values = {
            "service_request_id": request.id,
            "lane": request.lane.value,
            "text": text,
            "idempotency_key": uuid.uuid4().hex,
            "confirm": ["claimed_by_other", "second_reply"],
            **fields,
        }
        with open_context(self.runtime, self.make.actor(self.operator), locale="en") as ctx:
            command = SendReply.model_validate(values)
            return send_reply(ctx, request.conversation_id, command, address="10.1.2.3")

    def due(self) -> list[int]:
        with open_context(self.runtime, self.make.actor(self.operator), write=False) as ctx:
            return due(ctx, REPLIES)

    def deliver(self, *, wait: float = 11) -> None:
        """Let the undo time pass and carry away what is due, as the scheduler and the worker would."""
        self.clock.advance(wait)
        deliver(self.runtime, REPLIES, self.due())

    def outbound(self, message_id: int) -> OutboundMessage:
        with open_context(self.runtime, self.make.actor(self.operator), write=False) as ctx:
            return ctx.session.scalars(
                select(OutboundMessage).where(OutboundMessage.carries(REPLIES.name, message_id))
            ).one()

    def state(self, message_id: int) -> str:
        return self.outbound(message_id).state.value
