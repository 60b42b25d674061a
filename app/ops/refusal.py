"""The one way in which a start is refused."""

from __future__ import annotations


class StartRefused(Exception):
    """Nothing was started; the text is one line that names the cause and, where there is one, the cure."""
