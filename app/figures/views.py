"""REST: figures, their export, their dictionary."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api.endpoint import OpenUnit, endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.figures import asking, dictionary
from app.figures.exporting import export
from app.figures.schemas import ExportQuestion, FiguresView, MetricDictionary, Question

figures = Blueprint("figures", __name__)
_READ = Permission.FIGURES_READ


@endpoint(
    figures,
    "GET",
    "/metrics",
    access=_READ,
    summary="The dictionary of metrics: what each figure counts",
    response=MetricDictionary,
)
def list_metrics(ctx: Context) -> MetricDictionary:
    return dictionary.dictionary(ctx)


@endpoint(
    figures,
    "POST",
    "/figures",
    access=_READ,
    summary="The answer to a question: numbers, with what lists the rows behind each",
    body=Question,
    response=FiguresView,
    errors=("no_worker_free", "answer_takes_too_long"),
    write=False,
    manual=True,
)
def ask_figures(open_unit: OpenUnit, body: Question) -> FiguresView:
    return asking.figures_for(open_unit, body)


@endpoint(
    figures,
    "POST",
    "/figures/export",
    access=_READ,
    summary="The same answer as a table: CSV or XLSX",
    body=ExportQuestion,
    errors=("no_worker_free", "answer_takes_too_long"),
    write=False,
    manual=True,
)
def export_figures(open_unit: OpenUnit, body: ExportQuestion) -> Response:
    question = Question.model_validate(body.model_dump(exclude={"format"}))
    answered = asking.figures_for(open_unit, question)
    with open_unit(write=False) as ctx:
        made = export(ctx, answered, body.format)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{made.address_name}"}
    return Response(made.content, content_type=made.content_type, headers=headers)
