"""Keeping Python's garbage collector from walking over what stays for good.

A worker holds a language model, dictionaries and thousands of remembered fingerprints. A full collection
visits all of it and finds nothing; at its usual thresholds that took a fifth of the time of taking posts in.
"""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

YOUNG, MIDDLE, OLD = 10_000, 20, 50
"""What a statement leaves behind in circles lies around until so many containers have come: at 50,000 the
scheduler had 7 MB of it, and collecting five times as often took no more time."""
YOUNG_IN_BATCHES = 50_000
"""A batch of a thousand posts makes some 50,000 containers, nearly all of which vanish by themselves."""


def settle_heap(young: int = YOUNG) -> None:
    """Leave what is there now out of all further collections, collect less often, give back what is free.

    For long-running workers, once what they need is loaded; calling it again settles what has come since.
    Who takes posts in by batches collects more rarely (`YOUNG_IN_BATCHES`).
    """
    gc.collect()
    _give_back()
    gc.freeze()
    gc.set_threshold(young, MIDDLE, OLD)


def _give_back() -> None:
    """What loading needed for a moment goes back to the system; only GNU's C library has to be asked."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
