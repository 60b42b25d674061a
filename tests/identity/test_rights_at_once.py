"""What is taken away counts from the next request on, in every process: actors are read anew each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.core.permissions import AccountReach, RoleName
from app.core.runtime import Runtime
from app.core.standard_roles import ROLES
from app.core.unit_of_work import open_context
from app.identity.web_session import load_actor
from app.listener.jobs import LISTENER
from app.models import Account, Operator, OperatorRole, OperatorSession, Role, TeamMember
from app.processes.web import create_app
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Change = Callable[[Make, Operator, Account], object]


@pytest.fixture
def elsewhere(app: Flask, runtime: Runtime) -> Iterator[Flask]:
    """A second web process on the same database, with nothing in common but that."""
    other = create_app(runtime.settings, clock=runtime.clock)
    yield other
    other.extensions["lingke"].engine.dispose()


def _changed(make: Make, statement: object) -> None:
    with open_context(make.runtime, LISTENER) as ctx:
        ctx.session.execute(statement)  # type: ignore[call-overload]


def _ends(_make: Make, person: Operator, _account: Account) -> object:
    return (
        update(OperatorSession)
        .where(OperatorSession.operator_id == person.id)
        .values(ended_at=person.created_at)
    )


def _is_disabled(_make: Make, person: Operator, _account: Account) -> object:
    return update(Operator).where(Operator.id == person.id).values(is_active=False)


@pytest.mark.parametrize("change", [_ends, _is_disabled])
def test_a_login_that_is_over_is_over_in_every_process(elsewhere: Flask, make: Make, change: Change) -> None:
    agency = make.agency()
    person, account = make.operator(agency), make.account(agency, make.team(agency))
    inside = Browser(elsewhere, make.session_token(person))
    assert inside.get("/service-requests").status_code == 200
    _changed(make, change(make, person, account))
    assert inside.get("/service-requests").status_code == 401


def _role_is_lowered(make: Make, person: Operator, _account: Account) -> object:
    held = update(OperatorRole).where(OperatorRole.operator_id == person.id)
    return held.values(role_id=make.role_id(RoleName.AGENCY_OPERATOR))


def _role_is_changed(make: Make, _person: Operator, _account: Account) -> object:
    role = update(Role).where(Role.id == make.role_id(RoleName.OPERATOR))
    return role.values(rights={right.value for right in ROLES[RoleName.AGENCY_OPERATOR].mandate.permissions})


def _team_is_left(_make: Make, person: Operator, _account: Account) -> object:
    return delete(TeamMember).where(TeamMember.operator_id == person.id)


def _account_goes_to_another_team(make: Make, _person: Operator, account: Account) -> object:
    other = make.team(make.agency())
    return update(Account).where(Account.id == account.id).values(team_id=other.id)


@pytest.mark.parametrize(
    ("change", "may_listen", "reaches"),
    [
        (_role_is_lowered, False, True),
        (_role_is_changed, False, True),
        (_team_is_left, True, False),
        (_account_goes_to_another_team, True, False),
    ],
)
def test_a_right_or_an_account_that_is_taken_away_is_gone_with_the_next_request(
    elsewhere: Flask, make: Make, change: Change, may_listen: bool, reaches: bool
) -> None:
    agency = make.agency()
    team = make.team(agency)
    person, account = make.operator(agency, team), make.account(agency, team)
    request = make.request(account, "宽带断了")
    inside = Browser(elsewhere, make.session_token(person))
    path = f"/conversations/{request.conversation_id}"
    assert (inside.get("/inbound-items").status_code, inside.get(path).status_code) == (200, 200)
    _changed(make, change(make, person, account))
    assert inside.get("/inbound-items").status_code == (200 if may_listen else 403)
    assert inside.get(path).status_code == (200 if reaches else 404)


@pytest.mark.parametrize("role", RoleName)
def test_who_somebody_is_takes_one_statement(make: Make, role: RoleName) -> None:
    agency = make.agency()
    teams = [make.team(agency), make.team(agency)]
    person = make.operator(agency, *teams, role=role)
    own = {make.account(agency, team).id for team in teams}
    colleagues = make.team(agency)
    make.operator(agency, colleagues)
    of_the_agency = own | {make.account(agency, colleagues).id}
    elsewhere = make.agency()
    make.account(elsewhere, make.team(elsewhere))
    token = make.session_token(person)
    with counted(make.runtime.engine) as statements:
        actor = load_actor(make.runtime, token, "10.0.0.1")
    assert len(statements) == 1
    assert actor is not None
    assert actor.team_ids == {team.id for team in teams}
    reached = {AccountReach.TEAM: own, AccountReach.AGENCY: of_the_agency, AccountReach.ALL: None}
    assert actor.account_ids == reached[ROLES[role].mandate.account_reach]
