"""The web server as a forked process; its arguments are gunicorn's."""

from __future__ import annotations

from collections.abc import Sequence

from gunicorn.app.wsgiapp import run


def main(_arguments: Sequence[str]) -> int:
    """gunicorn takes them from `sys.argv`."""
    run()
    return 0
