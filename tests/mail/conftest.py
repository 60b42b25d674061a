"""A mail server, and somebody who wants e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.mail.courier import POSTMAN, send_due
from app.models import Account, Agency, Mail, MailAddress, Operator, ServiceRequest, Team
from tests.factories.make import Make
from tests.notifications.box import Box, herald
from tests.support.mail_server import MailServer, running_mail_server

ADDRESS = "anna@example.org"


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    with running_mail_server(tmp_path) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, mail_server: MailServer) -> Settings:
    return mail_server.settings(settings)


@dataclass
class Reader:
    """Somebody with an address, and requests that can be given to them."""

    runtime: Runtime
    make: Make
    clock: ManualClock
    server: MailServer
    agency: Agency
    team: Team
    account: Account
    box: Box

    @property
    def operator(self) -> Operator:
        return self.box.operator

    def post(self, seconds: float = 31) -> None:
        """What has happened is told; then so long passes, and what is due is sent."""
        herald(self.runtime)
        self.clock.advance(seconds)
        send_due(self.runtime)

    def confirm(self, address: str = ADDRESS) -> None:
        answer = self.box.browser.put("/mailbox/address", {"address": address})
        assert answer.status_code == 200, answer.get_json()
        send_due(self.runtime)
        done = self.box.browser.post("/mailbox/confirmation", {"code": self.code()})
        assert done.status_code == 200, done.get_json()
        assert done.get_json()["standing"] == "confirmed"
        self.server.taken.clear()

    def code(self) -> str:
        found = re.search(r"\b[0-9]{6}\b", text_of(self.server.taken[-1]))
        assert found
        return found[0]

    def want(self, *kinds: str, **settings: Any) -> None:
        browser = self.box.browser
        version = browser.get("/notification-settings").get_json()["version"]
        channels = {kind: ["bell", "email"] for kind in kinds}
        body = {"version": version, "channels": channels, **settings}
        answer = browser.put("/notification-settings", body)
        assert answer.status_code == 200, answer.get_json()

    def given(self, author: str = "c1", **fields: Any) -> ServiceRequest:
        return self.make.request(self.account, "宽带又断了", author=author, assignee=self.operator, **fields)

    def mails(self, purpose: str | None = None) -> list[Mail]:
        with open_context(self.runtime, POSTMAN, write=False) as ctx:
            rows = ctx.session.scalars(select(Mail).order_by(Mail.id)).all()
        return [mail for mail in rows if purpose in (None, mail.purpose)]

    def address(self) -> MailAddress | None:
        with open_context(self.runtime, POSTMAN, write=False) as ctx:
            return ctx.session.scalars(select(MailAddress)).one_or_none()

    def mailbox(self) -> dict[str, Any]:
        return dict(self.box.browser.get("/mailbox").get_json())


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def reader(app: Flask, runtime: Runtime, make: Make, clock: ManualClock, mail_server: MailServer) -> Reader:
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    box = Box(app, make, make.operator(agency, team))
    return Reader(runtime, make, clock, mail_server, agency, team, account, box)


@pytest.fixture
def anna(reader: Reader) -> Reader:
    """With a confirmed address, told by e-mail of what is given to them."""
    reader.confirm()
    reader.want("request_assigned")
    return reader
