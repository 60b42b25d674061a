"""Commands: `flask --app wsgi …`. Each opens a context as a system actor and calls a service."""

from __future__ import annotations

from flask import Flask

from app.cli.data import db, listener, seed
from app.cli.documents import access, events, openapi
from app.cli.figures import figures
from app.cli.language import nlp
from app.cli.operation import ops
from app.cli.people import accounts, audit, operators, roles

_COMMANDS = (
    *(db, seed, listener, figures, nlp, ops, operators, roles),
    *(accounts, audit, access, openapi, events),
)


def register_commands(app: Flask) -> None:
    for command in _COMMANDS:
        app.cli.add_command(command)
