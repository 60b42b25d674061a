"""Case A1, its kind: a broken rule of ours is a mistake, not a change that somebody made meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.core.db import is_repeated_key, open_session
from app.core.runtime import Runtime
from app.models import Team, TeamMember
from tests.factories.make import Make


def broken(runtime: Runtime, model: Any, **values: Any) -> IntegrityError:
    session = open_session(runtime.sessions, write=True)
    try:
        with pytest.raises(IntegrityError) as caught:
            session.execute(insert(model).values(**values))
        return caught.value
    finally:
        session.rollback()
        session.close()


def test_only_a_repeated_key_is_somebody_elses_doing(runtime: Runtime, make: Make) -> None:
    agency = make.agency()
    team = make.team(agency)
    operator = make.operator(agency, team)
    member = {"team_id": team.id, "operator_id": operator.id, "created_at": make.now}
    assert is_repeated_key(broken(runtime, TeamMember, **member))
    assert is_repeated_key(
        broken(runtime, Team, id=team.id, agency_id=agency.id, name="x", created_at=make.now)
    )
    assert not is_repeated_key(broken(runtime, TeamMember, **{**member, "operator_id": 10**6}))
    assert not is_repeated_key(broken(runtime, Team, agency_id=agency.id, name=None, created_at=make.now))
