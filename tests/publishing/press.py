"""A press office: somebody who may publish, an account, and the courier that carries publications away."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import OutboundAttempt, OutboundMessage
from app.outbound.courier import COURIER, deliver
from app.outbound.ledger import due
from app.publishing.cargo import PUBLICATIONS
from app.publishing.schemas import CreatePublication, PublicationView
from app.publishing.services import create_publication
from tests.factories.make import Make
from tests.fakes.platforms import Remote


class Press:
    def __init__(self, make: Make, clock: ManualClock, remote: Remote, platform: str = "weibo") -> None:
        self.make, self.clock, self.remote = make, clock, remote
        self.runtime: Runtime = make.runtime
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.editor = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR)
        self.account = make.account(self.agency, self.team, platform=platform)

    def publish(self, text: str = "新套餐今天上线。", **fields: Any) -> PublicationView:
        """The editor publishes a post (or as `fields` say)."""
        values = {
            "account_id": self.account.id,
            "text": text,
            "idempotency_key": uuid.uuid4().hex,
            **fields,
        }
        with open_context(self.runtime, self.make.actor(self.editor), locale="en") as ctx:
            return create_publication(ctx, CreatePublication.model_validate(values), address="10.1.2.3")

    def due(self) -> list[int]:
        with open_context(self.runtime, COURIER, write=False) as ctx:
            return due(ctx, PUBLICATIONS)

    def deliver(self, *, wait: float = 11) -> None:
        """Let time pass and carry away what is due, as the scheduler and the worker would."""
        self.clock.advance(wait)
        deliver(self.runtime, PUBLICATIONS, self.due())

    def outbound(self, publication_id: int) -> OutboundMessage:
        with open_context(self.runtime, COURIER, write=False) as ctx:
            return ctx.session.scalars(
                select(OutboundMessage).where(OutboundMessage.carries(PUBLICATIONS.name, publication_id))
            ).one()

    def state(self, publication_id: int) -> str:
        return self.outbound(publication_id).state.value

    def attempts(self, publication_id: int) -> list[str | None]:
        """The outcome of each attempt."""
        with open_context(self.runtime, COURIER, write=False) as ctx:
            return list(
                ctx.session.scalars(
                    select(OutboundAttempt.outcome)
                    .where(OutboundAttempt.outbound_message_id == self.outbound(publication_id).id)
                    .order_by(OutboundAttempt.number)
                )
            )
