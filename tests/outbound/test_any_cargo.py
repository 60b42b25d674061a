"""The ledger carries whatever is registered: a new kind of cargo needs no column and no migration (F6)."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.adapters.types import SendKind, SendRequest
from app.core.clock import ManualClock
from app.core.context import Context
from app.core.errors import PlatformErrorKind
from app.core.jobs import Job, Queue
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import Account, Lane, OutboundMessage
from app.outbound import cargo as registry
from app.outbound.cargo import cargo_named, cargoes, register
from app.outbound.courier import COURIER, deliver
from app.outbound.intents import write_intent
from app.outbound.ledger import due
from tests.factories.make import Make
from tests.fakes.platforms import Remote


class SmsCargo:
    """Something that neither the ledger nor its table has heard of."""

    name = "sms"
    job = Job("sms.deliver", Queue.OUTBOUND)
    right = Permission.REPLIES_SEND
    together = 20

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []

    def requests(self, ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, SendRequest]:
        del ctx
        return {
            row.id: SendRequest(
                lane=Lane.PRIVATE,
                kind=SendKind.PRIVATE_MESSAGE,
                text=f"短信 {row.cargo_id}",
                operation_key=row.operation_key,
                target={"user_id": "c1"},
            )
            for row in rows
        }

    def not_allowed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, PlatformErrorKind]:
        del ctx, rows
        return {}

    def authors(self, ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, int | None]:
        del ctx
        return {row.id: None for row in rows}

    def changed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> None:
        del ctx
        self.told += [(row.cargo_id, row.state.value) for row in rows]


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> SmsCargo:
    """Registered for one test only."""
    monkeypatch.setattr(registry, "_CARGOES", dict(cargoes()))
    return register(SmsCargo())


def intend(runtime: Runtime, cargo: SmsCargo, account: Account, number: int) -> int:
    with open_context(runtime, COURIER) as ctx:
        return write_intent(
            ctx,
            cargo,
            account=account,
            lane=Lane.PRIVATE,
            order_key=f"sms-{number}",
            leaves_at=ctx.now(),
            target={"user_id": "c1"},
            address="10.0.0.1",
            cargo_id=number,
        ).id


def test_a_new_kind_of_cargo_is_written_sent_and_told_of(
    sms: SmsCargo, make: Make, runtime: Runtime, remote: Remote, clock: ManualClock
) -> None:
    account = make.account(make.agency())
    outbound_id = intend(runtime, sms, account, 41)
    with open_context(runtime, COURIER, write=False) as ctx:
        assert due(ctx, sms) == [outbound_id]
        assert [due(ctx, cargo_named(name)) for name in ("publication", "reply")] == [[], []]
    deliver(runtime, sms, [outbound_id])
    assert remote.texts() == ["短信 41"]
    assert sms.told == [(41, "sending"), (41, "sent")]


def test_one_thing_is_carried_once(sms: SmsCargo, make: Make, runtime: Runtime) -> None:
    account = make.account(make.agency())
    intend(runtime, sms, account, 41)
    with pytest.raises(IntegrityError):
        intend(runtime, sms, account, 41)
    intend(runtime, sms, account, 42)
    with open_context(runtime, COURIER, write=False) as ctx:
        rows = ctx.session.execute(select(OutboundMessage.cargo, OutboundMessage.cargo_id)).all()
    assert [tuple(row) for row in rows] == [("sms", 41), ("sms", 42)]


def test_the_registry_knows_every_kind_and_no_name_twice(sms: SmsCargo) -> None:
    assert set(cargoes()) == {"publication", "reply", "sms"}
    assert cargo_named("sms") is sms
    other: Any = SimpleNamespace(name="sms")
    with pytest.raises(ValueError, match="twice"):
        register(other)
    with pytest.raises(LookupError):
        cargo_named("pigeon")
