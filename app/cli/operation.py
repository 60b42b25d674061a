"""Commands of operation: how the installation is, backup, restore."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.runtime import runtime_here
from app.identity.audit_chain import forget_checkpoint
from app.ops import backup, doctor
from app.ops.archive import BackupError

ops = AppGroup("ops", help="Looking after an installation.")


@ops.command("doctor")
def ops_doctor() -> None:
    """Ask every part how it is; exit status 1 when one has failed."""
    findings = doctor.run_checks(runtime_here().settings)
    click.echo(doctor.render(findings))
    sys.exit(1 if doctor.failed(findings) else 0)


@ops.command("backup")
@click.option("--output", type=click.Path(path_type=Path), default=None)
def ops_backup(output: Path | None) -> None:
    """Back everything up while it runs; prints the file."""
    try:
        click.echo(backup.make_backup(runtime_here().settings, output))
    except BackupError as error:
        raise click.ClickException(str(error)) from None


@ops.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def ops_restore(file: Path) -> None:
    """Put a backup in the place of this installation's data; everything must be stopped."""
    try:
        settings = runtime_here().settings
        manifest = backup.restore_backup(settings, file)
        forget_checkpoint(settings)  # an older database's audit log ends earlier, and rightly so
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"restored what was backed up at {manifest.created_at}")
