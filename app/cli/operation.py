"""Commands of operation: how the installation is, backup, restore."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.runtime import runtime_here
from app.core.errors import AppError
from app.identity.audit_chain import forget_checkpoint
from app.media.store import fill_bucket
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


@ops.command("move-files")
def ops_move_files() -> None:
    """Put the files of DATA_DIR/files into the bucket of FILES_BUCKET_URL; nothing is deleted here."""
    runtime = runtime_here()
    if not runtime.settings.files_bucket_url:
        raise click.ClickException("FILES_BUCKET_URL is not set: files stay in DATA_DIR/files")
    try:
        count = fill_bucket(runtime)
    except AppError as error:
        raise click.ClickException(f"the bucket does not take them: {error}") from None
    click.echo(f"{count} files are in {runtime.settings.files_bucket_url}; DATA_DIR/files can go")
