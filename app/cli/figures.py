"""Commands about figures: the sums of past days."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.cli.runtime import runtime_here
from app.core.permissions import system_actor
from app.core.unit_of_work import open_context
from app.figures import keeping

figures = AppGroup("figures", help="The sums of past days that figures are answered from.")


@figures.command("rebuild")
def figures_rebuild() -> None:
    """Sum every past day anew from its rows."""
    runtime = runtime_here()
    days = keeping.rebuild(lambda: open_context(runtime, system_actor("cli")))
    click.echo(f"{days} days summed")


@figures.command("check")
def figures_check() -> None:
    """Hold every summed day against its rows; what differs is named and summed anew, exit status 1."""
    runtime = runtime_here()
    with open_context(runtime, system_actor("cli"), write=False) as ctx:
        days = list(keeping.all_days(ctx))
    wrong = keeping.check(lambda: open_context(runtime, system_actor("cli")), days)
    for moment, day in wrong:
        click.echo(f"{moment} {day:%Y-%m-%d %H:%M} UTC differed")
    click.echo(f"{len(days)} days held against their rows, {len(wrong)} differed")
    sys.exit(1 if wrong else 0)
