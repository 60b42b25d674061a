"""`python -m app.nlp train|evaluate|classify`: the language commands without the web application."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from app.core.errors import AppError
from app.nlp.commands import classify_lines, run_evaluate, run_train
from app.nlp.serving.classifier import WEIGHTS, Classifier
from app.nlp.training.evaluate import format_report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 2 when the input is unusable (told on standard error)."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "train":
            told = run_train(options.data, options.labels, options.out, options.weights)
            sys.stdout.write(json.dumps(told) + "\n")
        elif options.command == "evaluate":
            report = run_evaluate(options.data, options.weights, options.split)
            sys.stdout.write((json.dumps(report.as_dict()) if options.json else format_report(report)) + "\n")
        else:
            classifier = Classifier.load(options.weights)
            for line in classify_lines(sys.stdin, classifier, not options.no_reasons):
                sys.stdout.write(line + "\n")
    except AppError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.nlp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    learn = commands.add_parser(
        "train", help="train all heads from files, or adapt the weights to your labels"
    )
    learn.add_argument(
        "--data", type=Path, help="folder of training files; without it only --labels are learnt"
    )
    learn.add_argument(
        "--labels", type=Path, action="append", default=[], help="a file of judged posts (.jsonl[.gz])"
    )
    learn.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    measure = commands.add_parser("evaluate", help="print figures on held-out rows")
    measure.add_argument("--data", type=Path, required=True)
    measure.add_argument("--split", default="dev")
    measure.add_argument("--json", action="store_true")
    judge = commands.add_parser("classify", help="JSON lines in, JSON lines out")
    judge.add_argument("--no-reasons", action="store_true", help="several times faster")
    for command in (learn, measure, judge):
        command.add_argument("--weights", type=Path, default=None, help="other weights than the shipped ones")
    return parser


if __name__ == "__main__":
    sys.exit(main())
