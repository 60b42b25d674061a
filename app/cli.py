"""Commands: `flask --app wsgi …`. Each opens a context as the named system actor and calls a service."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app import migrate
from app.api.endpoint import ENDPOINTS, Public
from app.api.openapi import build_openapi
from app.api.public import PUBLIC_ROUTES
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.audit import verify_chain
from app.listener.jobs import judge_batch, poll_stream, process_kept_deliveries
from app.listener.polling import due_streams
from app.seed.demo import logins_table, seed_demo

db = AppGroup("db", help="The database's schema.")
seed = AppGroup("seed", help="Example data.")
listener = AppGroup("listener", help="Listening by hand.")
audit = AppGroup("audit", help="The audit log.")


def register_commands(app: Flask, runtime: Runtime) -> None:
    del runtime  # commands take it from the application they run in
    for group in (db, seed, listener, audit):
        app.cli.add_command(group)
    app.cli.add_command(access)
    app.cli.add_command(openapi)


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["lingke"]
    return runtime


@db.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Bring the schema up to REVISION (default: the newest)."""
    runtime = _runtime()
    runtime.settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(runtime.engine, revision)
    click.echo(f"schema at {migrate.current_revision(runtime.engine)}")


@db.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Take the schema back to REVISION (`base`: to nothing)."""
    migrate.downgrade(_runtime().engine, revision)
    click.echo(f"schema at {migrate.current_revision(_runtime().engine)}")


@db.command("revision")
@click.option("-m", "--message", required=True)
def db_revision(message: str) -> None:
    """Write a migration from the database's schema to the models'."""
    click.echo(migrate.new_migration(_runtime().engine, message))


@seed.command("demo")
def seed_demo_command() -> None:
    """The demo organisation; does nothing when it is there."""
    with open_context(_runtime(), system_actor("seed")) as ctx:
        seed_demo(ctx)
    click.echo(logins_table())


@listener.command("poll")
def listener_poll() -> None:
    """Read every due stream once, and judge what came in."""
    runtime = _runtime()
    with open_context(runtime, system_actor("cli"), write=False) as ctx:
        streams = due_streams(ctx)
    for stream in streams:
        poll_stream(runtime, stream)
    process_kept_deliveries(runtime)
    judged = 0
    while count := judge_batch(runtime):
        judged += count
    click.echo(f"{len(streams)} streams read, {judged} items judged")


@audit.command("verify")
def audit_verify() -> None:
    """Check the audit log's chain."""
    with open_context(_runtime(), system_actor("cli"), write=False) as ctx:
        broken = verify_chain(ctx.session)
    if broken is not None:
        click.echo(f"the chain breaks at row {broken}")
        sys.exit(1)
    click.echo("the chain is whole")


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
    text = json.dumps(build_openapi(), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
