"""Commands that show what the application declares: rights, the API document, the events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import current_app

from app.api.endpoint import ENDPOINTS, Public
from app.api.event_document import build_event_document
from app.api.openapi import build_openapi
from app.api.public import PUBLIC_ROUTES


@click.command("access")
def access() -> None:
    """Every route with the right it needs."""
    rows = []
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint)):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        rows.append((methods, rule.rule, access_of(rule.endpoint) or "NO PERMISSION"))
    for methods, path, needed in rows:
        click.echo(f"{methods:<7} {path:<62} {needed}")


def access_of(name: str) -> str | None:
    """The right a route needs, or `public: why`; None for a route that declares neither."""
    spec = ENDPOINTS.get(name)
    if spec is None:
        reason = PUBLIC_ROUTES.get(name)
        return f"public: {reason}" if reason else None
    return f"public: {spec.access.reason}" if isinstance(spec.access, Public) else spec.access.value


@click.command("openapi")
@click.option("--output", type=click.Path(path_type=Path), default=None)
def openapi(output: Path | None) -> None:
    """The OpenAPI document, to a file or to standard output."""
    _write(build_openapi(), output)


@click.command("events")
@click.option("--output", type=click.Path(path_type=Path), default=None)
def events(output: Path | None) -> None:
    """Every event with the schema of its payload, to a file or to standard output."""
    _write(build_event_document(), output)


def _write(document: dict[str, Any], output: Path | None) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
