"""Commands of language: the same functions as `python -m app.nlp`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app.core.errors import AppError
from app.nlp.commands import classify_lines, run_evaluate, run_train
from app.nlp.serving.classifier import WEIGHTS, Classifier
from app.nlp.training.evaluate import format_report

nlp = AppGroup("nlp", help="Language models.")
_FILE = click.Path(path_type=Path, exists=True)


@nlp.command("classify")
@click.option("--weights", type=_FILE, default=None)
@click.option("--no-reasons", is_flag=True, help="Several times faster.")
def nlp_classify(weights: Path | None, no_reasons: bool) -> None:
    """JSON lines {"text": …} on standard input, verdicts as JSON lines on standard output."""
    try:
        for line in classify_lines(sys.stdin, Classifier.load(weights), not no_reasons):
            click.echo(line)
    except AppError as error:
        raise click.ClickException(str(error)) from None


@nlp.command("train")
@click.option("--data", type=_FILE, default=None, help="Folder of training files.")
@click.option("--labels", type=_FILE, multiple=True, help="A file of judged posts (.jsonl[.gz]).")
@click.option("--out", type=click.Path(path_type=Path), default=WEIGHTS)
@click.option("--weights", type=_FILE, default=None, help="Weights to adapt instead of the shipped ones.")
def nlp_train(data: Path | None, labels: tuple[Path, ...], out: Path, weights: Path | None) -> None:
    """Train all heads from files, or adapt the weights to labels of your own."""
    try:
        click.echo(json.dumps(run_train(data, list(labels), out, weights)))
    except AppError as error:
        raise click.ClickException(str(error)) from None


@nlp.command("evaluate")
@click.option("--data", type=_FILE, required=True)
@click.option("--weights", type=_FILE, default=None)
@click.option("--split", default="dev")
@click.option("--json", "as_json", is_flag=True)
def nlp_evaluate(data: Path, weights: Path | None, split: str, as_json: bool) -> None:
    """Figures on held-out rows."""
    try:
        report = run_evaluate(data, weights, split)
    except AppError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report.as_dict()) if as_json else format_report(report))
