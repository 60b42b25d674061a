"""The dictionary of metrics: what each counts, in the reader's language."""

from __future__ import annotations

from app.conditions.sentences import field_label, sentence
from app.conditions.tree import AllOf
from app.core.context import Context
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE
from app.core.permissions import Permission
from app.figures.answering import title_of
from app.figures.catalogue import METRICS, Metric
from app.figures.checking import GRAINS, may_ask
from app.figures.places import split_label
from app.figures.schemas import MetricDictionary, MetricView, SplitView


def dictionary(ctx: Context) -> MetricDictionary:
    """Those whose rows the actor may read, in the order in which they are declared."""
    ctx.require(Permission.FIGURES_READ)
    return MetricDictionary(
        zone=str(OFFICE_ZONE),
        items=[_view(ctx, metric) for metric in METRICS.all() if may_ask(ctx, metric)],
    )


def _view(ctx: Context, metric: Metric) -> MetricView:
    subject = metric.source.subject
    return MetricView(
        key=metric.key,
        title=title_of(metric, ctx.locale),
        formula=translate(f"figure.{metric.key}.formula", ctx.locale),
        apart=translate(f"figure.{metric.key}.apart", ctx.locale),
        empty_text=translate(f"figures.empty.{metric.kind.empty}", ctx.locale),
        unit=metric.kind.unit,
        good=metric.good,
        owner=metric.owner,
        additivity=metric.additivity,
        empty=metric.kind.empty,
        version=metric.version,
        subject=subject.key,
        rows=sentence(subject, AllOf(all=list(metric.rows)), {}, ctx.locale),
        time=field_label(subject, subject.fields[metric.time], ctx.locale) if metric.time else None,
        grains=list(GRAINS) if metric.has_time else [],
        splits=[SplitView(key=split, label=split_label(ctx, metric, split)) for split in metric.splits],
    )
