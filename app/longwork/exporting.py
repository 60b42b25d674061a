"""Exports: the rows of a list, as its condition and the owner's reach have them, in a file.

What may be a column is what conditions may ask about a subject (app.conditions.catalogue): the same labels,
the same words for choices, the same rights. A feature names its subject and how its list is selected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Select, func

from app.conditions.catalogue import FieldOf, FieldType, SubjectOf
from app.conditions.sentences import field_label
from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE
from app.core.permissions import Permission
from app.longwork.cells import MASK, Cell, cell
from app.longwork.kinds import KINDS, Kind, Progress, Result, Step, Steps, Work
from app.longwork.schemas import Beginning
from app.longwork.services import begin
from app.longwork.tables import MIME_TYPES, Format, Spool, write_table
from app.models import LongWork

MOST_ROWS = 200_000
CHUNK = 1000


class ExportCommand(Beginning):
    """What a feature's own command adds is `query`, the list's own."""

    columns: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=60)
    """Fields of the subject, in the order of the table."""
    format: Format = "xlsx"


@dataclass(frozen=True)
class Exported:
    """A list that can be exported."""

    kind: Kind[Any]
    subject: SubjectOf
    select: Callable[[Context, Any], Select[Any]]
    """Of the command's query: the subject's rows within the actor's reach, in no order."""


def declare_export(
    key: str, subject: SubjectOf, command: type[ExportCommand], select: Callable[[Context, Any], Select[Any]]
) -> Exported:
    """Let a list be exported: its kind of work and the function that does it."""
    kind = KINDS.declare(Kind(key, command, Permission.EXPORTS_CREATE))
    exported = Exported(kind, subject, select)
    KINDS.does(kind)(partial(export_steps, exported))
    return exported


def begin_export(ctx: Context, exported: Exported, command: ExportCommand, label: str = "") -> LongWork:
    """Raises Invalid naming a column that there is not or that the actor may not see, and what a wrong query
    raises."""
    ctx.require(exported.subject.right)
    exported.select(ctx, command.query)  # type: ignore[attr-defined]
    fields = exported.subject.fields
    faults = {}
    for number, key in enumerate(command.columns):
        if key not in fields or fields[key].type is FieldType.RELATION:
            faults[f"columns.{number}"] = "condition_field_unknown"
        elif not _may_see(ctx, fields[key]):
            faults[f"columns.{number}"] = "condition_field_hidden"
    if faults:
        raise Invalid(fields=faults)
    return begin(ctx, exported.kind, command, label=label, asked=command)


def _may_see(ctx: Context, about: FieldOf) -> bool:
    return about.right is None or ctx.actor.may(about.right)


def export_steps(exported: Exported, work: Work[Any]) -> Steps:
    """Count; gather page by page, newest first; make the file."""
    spool = Spool(work.folder)
    if not spool.holds(work.position.get("bytes", 0)):
        # The folder is not the one it was begun in (another machine's, or a restored one's): from the start.
        yield _start_again(work)
    if not work.position:
        yield partial(_count, exported, work)
    while not work.position["is_read"]:
        yield partial(_gather, exported, work, spool)
    return _file_of(exported, work, spool)


def _start_again(work: Work[Any]) -> Step:
    rows = work.position["rows"]
    return lambda _ctx: Progress(position={}, done=-rows)


def _count(exported: Exported, work: Work[Any], ctx: Context) -> Progress:
    ctx.require(exported.subject.right)
    statement = exported.select(ctx, work.arguments.query)
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = ctx.session.scalar(counted) or 0
    if total > MOST_ROWS:
        raise Conflict("export_too_large", count=total, most=MOST_ROWS)
    at = ctx.now().astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H%M")
    return Progress(position={"after": None, "bytes": 0, "rows": 0, "is_read": False, "at": at}, total=total)


def _gather(exported: Exported, work: Work[Any], spool: Spool, ctx: Context) -> Progress:
    """The next page. By id: what comes in or moves meanwhile makes no row come twice or not at all."""
    ctx.require(exported.subject.right)
    position = work.position
    key = exported.subject.entity.id
    statement = exported.select(ctx, work.arguments.query).with_only_columns(key, maintain_column_froms=True)
    if position["after"] is not None:
        statement = statement.where(key < position["after"])
    ids = list(ctx.session.scalars(statement.order_by(None).order_by(key.desc()).limit(CHUNK)))
    rows = _rows(ctx, exported.subject, work.arguments.columns, ids) if ids else []
    size = spool.append(position["bytes"], rows)
    return Progress(
        position={
            **position,
            "after": ids[-1] if ids else position["after"],
            "bytes": size,
            "rows": position["rows"] + len(rows),
            "is_read": len(ids) < CHUNK,
        },
        done=len(rows),
        skipped=len(ids) - len(rows),
    )


def _rows(ctx: Context, subject: SubjectOf, keys: Sequence[str], ids: Sequence[int]) -> list[list[Cell]]:
    """Those of the rows that are still there, in order, with a fixed number of statements."""
    columns = [subject.fields[key] for key in keys]
    found = subject.load(ctx.session, ids)
    facts = [found[number] for number in ids if number in found]
    values = [[about.read(each) if _may_see(ctx, about) else MASK for about in columns] for each in facts]
    names = _names(ctx, columns, values)
    now = ctx.now()
    return [
        [
            MASK if value is MASK else cell(about, value, names, ctx.locale, now)
            for about, value in zip(columns, row, strict=True)
        ]
        for row in values
    ]


def _names(ctx: Context, columns: Sequence[FieldOf], values: list[list[Any]]) -> dict[str, dict[int, str]]:
    wanted: dict[str, set[int]] = {}
    kinds = {about.kind.key: about.kind for about in columns if about.kind is not None}
    for place, about in enumerate(columns):
        if about.kind is None:
            continue
        ids = wanted.setdefault(about.kind.key, set())
        for row in values:
            ids.update(_ids(row[place]))
    return {key: kinds[key].names(ctx, ids) if ids else {} for key, ids in wanted.items()}


def _ids(value: Any) -> set[int]:
    """The references that a value holds; none where it is hidden."""
    found = value if isinstance(value, set | frozenset) else {value}
    return {each for each in found if isinstance(each, int)}


def _file_of(exported: Exported, work: Work[Any], spool: Spool) -> Result:
    subject, locale, format_ = exported.subject, work.locale, work.arguments.format
    title = translate(f"export.title.{subject.key}", locale)
    work.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = work.folder / f"table.{format_}"
    heads = [_head(subject, subject.fields[key], locale) for key in work.arguments.columns]
    write_table(path, format_, title, heads, spool.rows(work.position["bytes"]))
    return Result(path, f"{title} {work.position['at']}.{format_}", MIME_TYPES[format_])


def _head(subject: SubjectOf, about: FieldOf, locale: str) -> str:
    label = field_label(subject, about, locale)
    return translate("export.minutes", locale, label=label) if about.type is FieldType.DURATION else label
