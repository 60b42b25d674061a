"""What to do when a test's server or browser is not on this machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str, cure: str) -> NoReturn:
    """Skip the test on a person's machine; fail it with CI=true, where a skip would be a lie."""
    text = f"{what} is not on this machine: {cure}"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(text, pytrace=False)
    pytest.skip(text)
