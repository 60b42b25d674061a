"""Fixtures of the listener's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.permissions import RoleName
from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.listener.desk import Desk


@pytest.fixture
def desk(make: Make, open_browser: Callable[[Operator | None], Browser]) -> Desk:
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    supervisor = make.operator(agency, team, role=RoleName.SUPERVISOR)
    return Desk(agency, account, team, supervisor, open_browser(supervisor))
