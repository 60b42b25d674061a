"""Press offices for the tests of publishing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.clock import ManualClock
from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.publishing.press import Press


@pytest.fixture
def press(make: Make, clock: ManualClock, remote: Remote) -> Press:
    return Press(make, clock, remote)


@pytest.fixture
def screen(press: Press, open_browser: Callable[[Operator | None], Browser]) -> Browser:
    """The editor's browser."""
    return open_browser(press.editor)
