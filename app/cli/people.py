"""Commands about people and accounts: the first administrator, shutting somebody out, turning keys."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup
from sqlalchemy import or_, select

from app.accounts.connecting import read_pushes_again, rotate_credentials
from app.cli.runtime import runtime_here
from app.core.context import Context
from app.core.pagination import MAX_LIMIT
from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.identity.audit_chain import verify_chain
from app.identity.people import set_active
from app.identity.people_queries import list_people, people_within
from app.identity.people_schemas import PeopleQuery, PersonView, SetActive
from app.identity.planting import new_agency
from app.identity.role_queries import list_roles
from app.identity.role_schemas import RoleView
from app.identity.schemas import RoleRef
from app.identity.services import create_operator, disable_operator, find_login
from app.models import Agency, AgencyKind, Role

operators = AppGroup("operators", help="People who log in.")
roles = AppGroup("roles", help="What people may do.")
accounts = AppGroup("accounts", help="Connected accounts.")
audit = AppGroup("audit", help="The audit log.")
_ADMINISTRATION = system_actor(
    "cli",
    Permission.OPERATORS_MANAGE,
    Permission.PEOPLE_READ,
    Permission.ACCOUNTS_SYNC,
    Permission.ACCOUNTS_MANAGE,
)


@operators.command("create")
@click.option("--login", required=True)
@click.option("--name", required=True)
@click.option(
    "--role", "roles", multiple=True, required=True, help="as `roles list` names it; may be repeated"
)
@click.option("--agency", "agency_name", required=True, help="made when there is none of this name")
@click.password_option()
def operators_create(login: str, name: str, roles: tuple[str, ...], agency_name: str, password: str) -> None:
    """Make an operator: the way to the first administrator."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        agency = ctx.session.scalar(select(Agency).where(Agency.name == agency_name))
        if agency is None:
            agency = new_agency(ctx.session, agency_name, AgencyKind.IN_HOUSE, ctx.now())
        create_operator(
            ctx,
            agency_id=agency.id,
            login_name=login,
            name=name,
            roles=_roles_named(ctx, agency, roles),
            password=password,
        )
    click.echo(f"{login} may log in")


def _roles_named(ctx: Context, agency: Agency, labels: tuple[str, ...]) -> list[Role]:
    """The roles that the agency's people may have, by what they are called; an unknown one ends it."""
    statement = select(Role).where(or_(Role.agency_id.is_(None), Role.agency_id == agency.id))
    known = {role.label: role for role in ctx.session.scalars(statement.order_by(Role.id))}
    for label in labels:
        if label not in known:
            raise click.BadParameter(f"{label!r} is none of {', '.join(known)}", param_hint="--role")
    return [known[label] for label in dict.fromkeys(labels)]


@operators.command("disable")
@click.argument("login")
def operators_disable(login: str) -> None:
    """Shut somebody out: sessions and sockets end at once."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        ended = disable_operator(ctx, login)
    click.echo(f"{login} is shut out, {ended} sessions ended")


@operators.command("enable")
@click.argument("login")
def operators_enable(login: str) -> None:
    """Let somebody log in again who was shut out."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        set_active(ctx, find_login(ctx, login).id, SetActive(active=True))
    click.echo(f"{login} may log in")


@operators.command("list")
def operators_list() -> None:
    """Everybody, one a line: login, name, roles, agency, teams, and who is shut out; parted by tabs."""
    cursor: str | None = None
    with open_context(runtime_here(), _ADMINISTRATION, write=False) as ctx:
        while True:
            page = list_people(ctx, PeopleQuery(cursor=cursor, limit=MAX_LIMIT), people_within(ctx))
            for person in page.items:
                click.echo(_line(person))
            cursor = page.next_cursor
            if cursor is None:
                return


def _line(person: PersonView) -> str:
    teams = ", ".join(team.name for team in person.teams)
    state = "may log in" if person.is_active else "shut out"
    held = ", ".join(_label(role) for role in person.roles)
    return "\t".join((person.login_name, person.name, held, person.agency.name, teams, state))


def _label(role: RoleRef | RoleView) -> str:
    return role.key or role.name


@roles.command("list")
def roles_list() -> None:
    """Every role, one a line: name, whose, reach of accounts and requests, people, rights; parted by tabs."""
    with open_context(runtime_here(), _ADMINISTRATION, write=False) as ctx:
        for role in list_roles(ctx).items:
            whose = role.agency.name if role.agency else "all agencies"
            reach = f"{role.account_reach} / {role.request_reach}"
            click.echo(
                "\t".join((_label(role), whose, reach, str(role.people_count), ", ".join(role.rights)))
            )


@accounts.command("rotate-keys")
def accounts_rotate_keys() -> None:
    """Re-encrypt all credentials with the newest of CREDENTIAL_KEYS."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        count = rotate_credentials(ctx)
    click.echo(f"{count} accounts re-encrypted; keys behind the first may go")


@accounts.command("read-again")
@click.argument("account_id", type=int)
def accounts_read_again(account_id: int) -> None:
    """Read again the kept pushes of ACCOUNT_ID that could not be opened when they came."""
    with open_context(runtime_here(), _ADMINISTRATION) as ctx:
        count = read_pushes_again(ctx, account_id)
    click.echo(f"{count} pushes are read again")


@audit.command("verify")
def audit_verify() -> None:
    """Check the audit log's chain."""
    with open_context(runtime_here(), _ADMINISTRATION, write=False) as ctx:
        broken = verify_chain(ctx.session, ctx.runtime.settings)
    if broken is not None:
        click.echo(f"the chain breaks at number {broken.number}: {_BREAKS[broken.code]}")
        sys.exit(1)
    click.echo("the chain is whole")


_BREAKS = {
    "row_changed": "the row is not as it was written",
    "rows_missing": "rows in front of it are missing",
    "key_unknown": "its key is in neither AUDIT_KEYS nor CREDENTIAL_KEYS",
    "head_missing": "the record of the log's length is missing",
    "head_changed": "the record of the log's length is not as it was written",
    "end_missing": "the newest rows are missing",
}
