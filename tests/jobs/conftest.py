"""What tests of jobs share: the real queue, where everything waits until it is taken."""

from __future__ import annotations

import pytest

from app.core.runtime import Runtime
from app.jobs.queue import RedisQueue


@pytest.fixture
def queue(runtime: Runtime) -> RedisQueue:
    made = RedisQueue(runtime.redis, runtime.settings.installation)
    runtime.queue = made
    return made
