"""Progress of long commands: a bar where a person looks on, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

_LINES = 10
"""How many plain lines a command writes, about."""


def show_progress(steps: Iterable[tuple[int, int]], label: str = "history") -> None:
    """Follow (done, of how many) until the end; the first step tells where it begins."""
    if sys.stdout.isatty():
        _bar(steps, label)
        return
    told = -1
    for done, total in steps:
        part = done * _LINES // max(1, total)
        if part != told or done == total:
            click.echo(f"{label}: {done} of {total} days")
        told = part


def _bar(steps: Iterable[tuple[int, int]], label: str) -> None:
    following = iter(steps)
    first = next(following, None)
    if first is None:
        return
    with click.progressbar(length=first[1], label=label, show_pos=True) as bar:
        bar.update(first[0])
        at = first[0]
        for done, _total in following:
            bar.update(done - at)
            at = done
