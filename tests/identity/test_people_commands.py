"""`flask operators`: what REST can do about people, by hand (case A5)."""

from __future__ import annotations

from flask import Flask

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import AuditLog, Operator
from tests.factories.make import Make


def _run(app: Flask, *words: str) -> str:
    done = app.test_cli_runner().invoke(args=["operators", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_somebody_shut_out_is_let_in_again_and_the_list_says_so(
    app: Flask, runtime: Runtime, make: Make
) -> None:
    agency = make.agency()
    team = make.team(agency)
    person = make.operator(agency, team, login_name="sunian", name="孙念", role=RoleName.OPERATOR)
    line = f"sunian\t孙念\toperator\t{agency.name}\t{team.name}\t"
    assert _run(app, "list").splitlines() == [line + "may log in"]
    _run(app, "disable", "sunian")
    assert _run(app, "list").splitlines() == [line + "shut out"]
    _run(app, "enable", "sunian")
    assert _run(app, "list").splitlines() == [line + "may log in"]
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert ctx.session.get_one(Operator, person.id).is_active
        assert [row.action for row in ctx.session.query(AuditLog)] == [
            "operator.disabled",
            "operator.enabled",
        ]


def test_nobody_of_that_name_is_told(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["operators", "enable", "nobody"])
    assert done.exit_code != 0
