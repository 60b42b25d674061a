"""At run time, what reading the source cannot see: whoever writes a service request is the lifecycle.

Every assignment to a request's column, and every statement that writes the table, is looked at where it is
made. What a test itself writes is its own affair.
"""

from __future__ import annotations

import re
import sys
from types import FrameType
from typing import Any

import sqlalchemy
from sqlalchemy import TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session

from app.migrate import FOLDER
from app.models import ServiceRequest

_APP = f"{FOLDER.parent / 'app'}/"
OWNER = f"{_APP}routing/lifecycle/"
_LIBRARY = sqlalchemy.__file__.rpartition("/")[0]
_WRITES = re.compile(r"(?i)\b(update|insert into)\s+service_requests\b")
written_elsewhere: list[str] = []
"""Where something else has written a request since somebody emptied this; `file:line: what`."""


def watch() -> None:
    """From now on, in this process; once."""
    for column in ServiceRequest.__mapper__.column_attrs:
        event.listen(getattr(ServiceRequest, column.key), "set", _noting(column.key))
    event.listen(Session, "do_orm_execute", _executed)


def _noting(name: str) -> Any:
    def note(_row: ServiceRequest, _value: Any, _old: Any, _initiator: Any) -> None:
        writer: FrameType | None = sys._getframe(1)
        while writer is not None and (
            writer.f_code.co_filename.startswith(_LIBRARY) or writer.f_code.co_filename == "<string>"
        ):
            writer = writer.f_back
        if writer is not None and _is_foreign(writer):
            written_elsewhere.append(f"{writer.f_code.co_filename}:{writer.f_lineno}: {name}")

    return note


def _executed(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, TextClause):
        writes = _WRITES.search(statement.text) is not None
    else:
        writes = (state.is_insert or state.is_update) and (
            getattr(getattr(statement, "table", None), "name", None) == ServiceRequest.__tablename__
        )
    if not writes:
        return
    frames = _frames(sys._getframe(1))
    if not any(frame.f_code.co_filename.startswith(OWNER) for frame in frames):
        ours = next((frame for frame in frames if _is_foreign(frame)), None)
        if ours is not None:
            written_elsewhere.append(f"{ours.f_code.co_filename}:{ours.f_lineno}: {type(statement).__name__}")


def _frames(frame: FrameType | None) -> list[FrameType]:
    found = []
    while frame is not None:
        found.append(frame)
        frame = frame.f_back
    return found


def _is_foreign(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return name.startswith(_APP) and not name.startswith(OWNER)
