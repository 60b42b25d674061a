"""Commands about data: schema, demo organisation, listening by hand."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app import migrate
from app.cli.progress import show_progress
from app.cli.runtime import runtime_here
from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.customers.renaming import index_former_names
from app.identity.built_in_roles import keep_built_in_roles
from app.listener.ingest.polling import due_streams
from app.listener.jobs import judge_batch, poll_stream, process_kept_deliveries
from app.search.rebuild import rebuild
from app.seed.demo import logins_table, seed_demo
from app.seed.grants import seed_grants

db = AppGroup("db", help="The database's schema.")
seed = AppGroup("seed", help="Example data.")
listener = AppGroup("listener", help="Listening by hand.")


@db.command("rebuild-search")
def db_rebuild_search() -> None:
    """Write the full-text index anew: after damage, or when a version says so."""
    with open_context(runtime_here(), system_actor("cli", Permission.LISTENER_INGEST)) as ctx:
        rebuild(ctx.session.connection(), told=lambda kind, count: click.echo(f"{kind.value}: {count}"))
        index_former_names(ctx)


@db.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Bring the schema up to REVISION (default: the newest)."""
    runtime = runtime_here()
    runtime.settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(runtime.engine, revision)
    if migrate.current_revision(runtime.engine) == migrate.head_revision():
        with open_context(runtime, system_actor("cli")) as ctx:
            keep_built_in_roles(ctx.session, ctx.now())
    click.echo(f"schema at {migrate.current_revision(runtime.engine)}")


@db.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Take the schema back to REVISION (`base`: to nothing)."""
    migrate.downgrade(runtime_here().engine, revision)
    click.echo(f"schema at {migrate.current_revision(runtime_here().engine)}")


@db.command("revision")
@click.option("-m", "--message", required=True)
def db_revision(message: str) -> None:
    """Write a migration from what the migrations make to the models; no database is needed."""
    click.echo(migrate.new_migration(message))


@seed.command("demo")
def seed_demo_command() -> None:
    """The demo organisation; does nothing when it is there."""
    with open_context(runtime_here(), system_actor("seed")) as ctx:
        if seed_demo(ctx):
            seed_grants(ctx)
    click.echo(logins_table())


@seed.command("history")
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True, help="days before today")
@click.option(
    "--seed", "number", type=int, default=7, show_default=True, help="The same seed, the same rows."
)
def seed_history_command(days: int, number: int) -> None:
    """Believable days before today for the demo organisation; goes on where it was interrupted."""
    # The sandbox, whose words the history speaks, is there in the demo only.
    from app.seed.history import history  # noqa: PLC0415
    from app.seed.history.house import HistoryRefused  # noqa: PLC0415
    from app.seed.history.planting import plant  # noqa: PLC0415

    runtime = runtime_here()
    try:
        with open_context(runtime, system_actor("seed")) as ctx:
            history.begin(ctx, days, number)
    except HistoryRefused as refused:
        raise click.ClickException(str(refused)) from None
    show_progress(history.go_on(runtime))
    plant(runtime)


@listener.command("poll")
def listener_poll() -> None:
    """Read every due stream once, and judge what came in."""
    runtime = runtime_here()
    with open_context(runtime, system_actor("cli"), write=False) as ctx:
        streams = due_streams(ctx)
    for stream in streams:
        poll_stream(runtime, stream)
    process_kept_deliveries(runtime)
    judged = 0
    while count := judge_batch(runtime):
        judged += count
    click.echo(f"{len(streams)} streams read, {judged} items judged")
