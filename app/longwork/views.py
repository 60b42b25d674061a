"""REST: long work."""

from __future__ import annotations

import io
from urllib.parse import quote

from flask import Blueprint, Response, send_file

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.errors import NotFound
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity import audit
from app.longwork import queries, services
from app.longwork.cells import Cell, plain_text
from app.longwork.events import LONG_WORK, LONG_WORK_DOWNLOADED
from app.longwork.schemas import LongWorkList, LongWorkQuery, LongWorkView
from app.longwork.tables import write_csv
from app.media.store import file_store

long_work = Blueprint("long_work", __name__)
_USE = Permission.SESSION_USE
_POLICY = "default-src 'none'; sandbox"


@endpoint(
    long_work,
    "GET",
    "/long-works",
    access=_USE,
    summary="Long work, the newest first",
    query=LongWorkQuery,
    response=LongWorkList,
    errors=("invalid_cursor",),
)
def list_work(ctx: Context, query: LongWorkQuery) -> LongWorkList:
    return queries.list_work(ctx, query)


@endpoint(
    long_work,
    "GET",
    "/long-works/<int:work_id>",
    access=_USE,
    summary="How a piece of long work stands",
    response=LongWorkView,
)
def get_work(ctx: Context, work_id: int) -> LongWorkView:
    return queries.work_view(ctx, queries.get_work(ctx, work_id))


@endpoint(
    long_work,
    "POST",
    "/long-works/<int:work_id>/cancel",
    access=_USE,
    summary="Call off a piece of long work; what it has done stays",
    response=LongWorkView,
    errors=("long_work_over",),
)
def cancel_work(ctx: Context, work_id: int) -> LongWorkView:
    return queries.work_view(ctx, services.cancel(ctx, work_id))


@endpoint(
    long_work,
    "POST",
    "/long-works/<int:work_id>/retry",
    access=_USE,
    summary="Try the failed rows of a piece of long work again",
    response=LongWorkView,
    status=201,
    errors=("nothing_to_retry", "too_many_long_works"),
)
def retry_work(ctx: Context, work_id: int) -> LongWorkView:
    return queries.work_view(ctx, services.retry(ctx, work_id))


@endpoint(
    long_work,
    "DELETE",
    "/long-works/<int:work_id>",
    access=_USE,
    summary="Put away a piece of long work that has ended, with its file",
    errors=("long_work_open",),
)
def remove_work(ctx: Context, work_id: int) -> None:
    services.remove(ctx, work_id)


@endpoint(
    long_work,
    "GET",
    "/long-works/<int:work_id>/result",
    access=_USE,
    summary="The file that a piece of long work has left",
    write=True,
)
def get_result(ctx: Context, work_id: int) -> Response:
    row = queries.result_of(ctx, work_id)
    stored = row.result_file
    path = file_store(ctx.runtime).path(stored.sha256) if stored is not None else None
    if stored is None or path is None or not path.exists():
        raise NotFound
    audit.record(ctx, LONG_WORK_DOWNLOADED, LONG_WORK.of(row), detail={"kind": row.kind})
    response = send_file(
        path, mimetype=stored.mime_type, as_attachment=True, download_name=row.result_name, etag=False
    )
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@endpoint(
    long_work,
    "GET",
    "/long-works/<int:work_id>/errors",
    access=_USE,
    summary="The rows that failed, as a CSV file: row, name, column, reason",
)
def get_errors(ctx: Context, work_id: int) -> Response:
    def rows() -> list[list[Cell]]:
        return [
            [
                error.row,
                plain_text(error.name),
                plain_text(error.column),
                plain_text(translate(f"errors.{error.reason}", ctx.locale, **error.detail)),
            ]
            for error in queries.errors_of(ctx, work_id)
        ]

    text = io.StringIO(newline="")
    heads = [translate(f"export.error.{name}", ctx.locale) for name in ("row", "name", "column", "reason")]
    write_csv(text, heads, iter(rows()))
    response = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    name = quote(f"{translate('export.errors', ctx.locale)} {work_id}.csv")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Content-Security-Policy"] = _POLICY
    return response
