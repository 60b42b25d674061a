"""The house of the tests of grants."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.clock import ManualClock
from app.realtime.sockets import Hub
from tests.factories.make import Make
from tests.grants.house import House, Open


@pytest.fixture
def house(make: Make, clock: ManualClock, open_browser: Open) -> House:
    return House(make, clock, open_browser)


@pytest.fixture
def hub(app: Flask) -> Hub:
    built: Hub = app.extensions["lingke_hub"]
    return built
