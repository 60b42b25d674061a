"""What tests of the event stream need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.events import EVENTS
from app.identity.schemas import SessionEnded
from app.models import Operator
from app.realtime.sockets import Hub
from tests.factories.make import Make
from tests.realtime.listening import TOLD


@pytest.fixture(autouse=True)
def _told() -> Iterator[None]:
    """An event that does nothing, for these tests only."""
    with EVENTS.trial():
        EVENTS.declare(TOLD, SessionEnded, EVENTS.kind("test"))
        yield


@pytest.fixture
def hub(app: Flask) -> Hub:
    built: Hub = app.extensions["lingke_hub"]
    return built


@pytest.fixture
def operator(make: Make) -> Operator:
    agency = make.agency()
    return make.operator(agency, make.team(agency))
