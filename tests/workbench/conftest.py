"""Desks for the workbench's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.models import Operator
from tests.factories.browser import Browser
from tests.workbench.desk import Desk


@pytest.fixture
def screen(desk: Desk, open_browser: Callable[[Operator | None], Browser]) -> Browser:
    """The operator's browser."""
    return open_browser(desk.operator)
