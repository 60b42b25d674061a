"""Commands about people and accounts: the first administrator, shutting somebody out, turning keys."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts.lifecycle import rotate_credentials
from app.cli.runtime import runtime_here
from app.core.permissions import Permission, RoleName, system_actor
from app.core.unit_of_work import open_context
from app.identity.audit import verify_chain
from app.identity.services import create_operator, disable_operator
from app.models import Agency, AgencyKind

operators = AppGroup("operators", help="People who log in.")
accounts = AppGroup("accounts", help="Connected accounts.")
audit = AppGroup("audit", help="The audit log.")
_ADMINISTRATION = system_actor("cli", Permission.OPERATORS_MANAGE, Permission.ACCOUNTS_SYNC)


@operators.command("create")
@click.option("--login", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in RoleName]), required=True)
@click.option("--agency", "agency_name", required=True, help="made when there is none of this name")
@click.password_option()
def operators_create(login: str, name: str, role: str, agency_name: str, password: str) -> None:
    """Make an operator: the way to the first administrator."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        agency = ctx.session.scalar(select(Agency).where(Agency.name == agency_name))
        if agency is None:
            agency = Agency(created_at=ctx.now(), name=agency_name, kind=AgencyKind.IN_HOUSE, is_active=True)
            ctx.session.add(agency)
            ctx.session.flush()
        create_operator(
            ctx, agency_id=agency.id, login_name=login, name=name, role=RoleName(role), password=password
        )
    click.echo(f"{login} may log in")


@operators.command("disable")
@click.argument("login")
def operators_disable(login: str) -> None:
    """Shut somebody out: sessions and sockets end at once."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        ended = disable_operator(ctx, login)
    click.echo(f"{login} is shut out, {ended} sessions ended")


@accounts.command("rotate-keys")
def accounts_rotate_keys() -> None:
    """Re-encrypt all credentials with the newest of CREDENTIAL_KEYS."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        count = rotate_credentials(ctx)
    click.echo(f"{count} accounts re-encrypted; keys behind the first may go")


@audit.command("verify")
def audit_verify() -> None:
    """Check the audit log's chain."""
    with open_context(runtime_here(), _ADMINISTRATION, write=False) as ctx:
        broken = verify_chain(ctx.session)
    if broken is not None:
        click.echo(f"the chain breaks at row {broken}")
        sys.exit(1)
    click.echo("the chain is whole")
