"""Engines that stay from test to test.

An engine remembers its statements in the database's language; writing them anew is a quarter of what a test
costs. Its connections do not stay: the `app` fixture closes them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from app.core.db import make_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine

_PLACES = 4
"""Those that tests are in by turns, one on each kind of database, and some of a test's own."""


@lru_cache(_PLACES)
def kept_engine(address: str) -> Engine:
    return make_engine(address)
