"""gevent's standard library for a process that was forked with the whole application imported.

gevent replaces the standard library's blocking parts by ones that let others run. Whatever was imported
before that keeps what it took by name (`from time import sleep`), locks that modules made while they were
imported stop the whole process, and some decide at their import how they wait. So the parent writes down who
holds what, and the child renews just that: to look at every name in the child would write to, and so copy,
the pages that it shares.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

STANDARD = (
    "threading",
    "_thread",
    "socket",
    "ssl",
    "select",
    "selectors",
    "queue",
    "subprocess",
    "time",
    "os",
    "signal",
)
DECIDE_AT_IMPORT = ("psycopg.waiting",)
"""They look at their import whether `select` has been replaced; who uses them goes through the module."""
_LOCK = type(threading.Lock())
_KEEP_THEIR_LOCKS = frozenset({"threading", "_thread", "logging"})
"""gevent sees to these itself."""


class Taken(NamedTuple):
    """A name of one module that is, or was, a name of the standard library."""

    module: str
    name: str
    standard: str
    original: str


_taken: list[Taken] = []
_locks: list[tuple[str, str]] = []


def remember() -> None:
    """In the parent, once all is imported: who will have to be renewed in a child that is patched."""
    _taken[:] = _find_taken()
    _locks[:] = _find_locks()


def is_needed() -> bool:
    """Whether this process was forked from one that remembered."""
    return bool(_taken)


def renew() -> None:
    """In the child, right after gevent has patched the standard library and before anything is made."""
    for taken in _taken:
        now = getattr(sys.modules[taken.standard], taken.original, None)
        holder = sys.modules[taken.module]
        if now is not None and getattr(holder, taken.name, now) is not now:
            setattr(holder, taken.name, now)
    for module, name in _locks:
        setattr(sys.modules[module], name, threading.Lock())
    for module in DECIDE_AT_IMPORT:
        if module in sys.modules:
            importlib.reload(sys.modules[module])


def _find_taken() -> Iterator[Taken]:
    public: dict[int, tuple[str, str]] = {}
    for standard in STANDARD:
        for original, value in vars(sys.modules[standard]).items():
            if callable(value) and not original.startswith("_"):
                public.setdefault(id(value), (standard, original))
    for module, name, value in _globals():
        # Modules of the standard library itself are gevent's business.
        if id(value) in public and module.partition(".")[0] not in sys.stdlib_module_names:
            yield Taken(module, name, *public[id(value)])


def _find_locks() -> Iterator[tuple[str, str]]:
    for module, name, value in _globals():
        if isinstance(value, _LOCK) and module not in _KEEP_THEIR_LOCKS:
            yield module, name


def _globals() -> Iterator[tuple[str, str, Any]]:
    for module, found in list(sys.modules.items()):
        if isinstance(found, ModuleType) and not module.startswith("gevent"):
            for name, value in list(vars(found).items()):
                yield module, name, value
