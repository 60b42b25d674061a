"""Database errors that say what went wrong and nothing of whom it was about.

PostgreSQL quotes the row (`DETAIL: Key (phone)=(…) already exists`, `Failing row contains (…)`) and the value
it could not read; SQLAlchemy adds all parameters. All of that ends in logs and in the queue's records of
failed jobs, where no right and no retention reaches it. So it is taken out where the error is made.
"""

from __future__ import annotations

import re

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

_ROW = re.compile(r"\n\s*(?:DETAIL|CONTEXT|QUERY|WHERE|LINE \d+):.*?(?=\n\[SQL|\Z)", re.DOTALL)
_VALUE = re.compile(r'(\bvalue |: )"[^"]*"')


def without_rows(message: str) -> str:
    """A database's message without the rows and values in it."""
    return _VALUE.sub(r'\1"…"', _ROW.sub("", message))


def hide_rows(engine: Engine) -> None:
    """Clean every error of the engine's, and what the driver raised beneath it."""
    event.listen(engine, "handle_error", _clean)


def _clean(context: ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (without_rows(error.args[0]), *error.args[1:])
