"""A box: one person's notifications, and the herald who reads the event log."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.models import Notification, Operator
from app.notifications.jobs import HERALD, PERIODIC
from app.realtime.publisher import publish_new
from tests.factories.browser import Browser
from tests.factories.make import Make


def herald(runtime: Runtime) -> None:
    """What has been committed is numbered and read, as the scheduler and the worker would."""
    while publish_new(runtime):
        pass
    (looks,) = [entry for entry in PERIODIC if entry.name == "events to notify of"]
    with open_context(runtime, HERALD, write=False) as ctx:
        jobs = looks.due(ctx)
    for due in jobs:
        perform(runtime, due.job.name, list(due.ids))


def rows(runtime: Runtime, operator: Operator | None = None) -> list[Notification]:
    """Everything that was written, by id."""
    with open_context(runtime, HERALD, write=False) as ctx:
        statement = select(Notification).order_by(Notification.id)
        if operator is not None:
            statement = statement.where(Notification.operator_id == operator.id)
        return list(ctx.session.scalars(statement))


class Box:
    def __init__(self, app: Flask, make: Make, operator: Operator, locale: str = "en") -> None:
        self.operator = operator
        self.browser = Browser(app, make.session_token(operator), locale=locale)

    def read(self, **query: Any) -> dict[str, Any]:
        answer = self.browser.get("/notifications", **query)
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json())

    def kinds(self) -> list[str]:
        return [each["kind"] for each in self.read()["items"]]

    def titles(self) -> list[str]:
        return [each["title"] for each in self.read()["items"]]

    @property
    def unread(self) -> int:
        return int(self.read()["unread"])
