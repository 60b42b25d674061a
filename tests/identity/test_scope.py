"""The visibility rule's two forms agree: who may read a row is who hears of it, whatever the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core.db import open_session
from app.core.grants import Allowed, OpensPast
from app.core.permissions import (
    AccountReach,
    Actor,
    ActorKind,
    Mandate,
    Permission,
    RequestReach,
)
from app.core.runtime import Runtime
from app.identity.actors import actor_of
from app.identity.planting import plant, unit_of_agency
from app.identity.reach import granted_within, owned_within, serves, teams_below
from app.identity.scope import (
    account_audience,
    agency_audience,
    agency_readers,
    conversation_rooms,
    grant_audience,
    past_audience,
    request_audience,
    rooms_of,
    scope,
)
from app.models import (
    Account,
    AccountKind,
    Agency,
    AgencyKind,
    Alert,
    AlertKind,
    Contact,
    ContactIdentity,
    Conversation,
    Grant,
    Lane,
    Message,
    Operator,
    RequestStatus,
    ServiceRequest,
    Team,
    TeamMember,
    Unit,
    UnitKind,
)
from app.models.account import read_grants
from app.models.grant import grant_lines
from app.routing.policies import FAR_FUTURE

PROPERTY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Organisation:
    """Positions of what there is: teams belong to agencies, people to agencies and teams, and so on."""

    agencies: int
    teams: list[int]
    people: list[tuple[int, frozenset[int]]]
    accounts: list[tuple[int, int | None, int | None]]
    """(agency, team, owner): an account with an owner is an employee's."""
    requests: list[tuple[int, int | None, int | None]]
    """(account, team, assignee)"""
    grants: list[GrantShape] = field(default_factory=list)
    done: list[int | None] = field(default_factory=list)
    units: list[int | None] = field(default_factory=list)
    """Below which of the units before it each stands (the first ones are the agencies')."""
    places: list[int | None] = field(default_factory=list)
    """In which unit each team and then each person is; none: directly in their agency."""
    """How many hours after now each request was resolved, if it was."""


@dataclass(frozen=True)
class GrantShape:
    """An account's position; a team's, whose agency is granted it; for which hours around now; for what."""

    account: int
    team: int
    begins: int
    lasts: int | None
    for_team: bool
    allows: frozenset[Allowed]
    opens: OpensPast


GRANTS = st.builds(
    GrantShape,
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(-3, 2),
    st.none() | st.integers(1, 3),
    st.booleans(),
    st.frozensets(st.sampled_from(Allowed), min_size=1),
    st.sampled_from(OpensPast),
)
AGES = st.lists(st.integers(-5, 5), min_size=3, max_size=6)
"""Hours from now at which something was last seen."""
HOURS_TO_COME = st.integers(-4, 6)
"""Hours from now at which somebody looks: before, within and after what the grants say."""


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    agencies = draw(st.integers(1, 2))
    teams = draw(st.lists(st.integers(0, agencies - 1), min_size=1, max_size=3))
    position = st.integers(0, len(teams) - 1)
    people = draw(
        st.lists(
            st.tuples(st.integers(0, agencies - 1), st.frozensets(position, max_size=2)),
            min_size=1,
            max_size=4,
        )
    )
    person = st.none() | st.integers(0, len(people) - 1)
    accounts = draw(
        st.lists(
            st.tuples(st.integers(0, agencies - 1), st.none() | position, person), min_size=1, max_size=3
        )
    )
    requests = draw(
        st.lists(
            st.tuples(st.integers(0, len(accounts) - 1), st.none() | position, person), min_size=1, max_size=5
        )
    )
    grants = draw(st.lists(GRANTS, max_size=4 * (agencies - 1)))
    hours = st.lists(st.none() | st.integers(-4, 4), min_size=len(requests), max_size=len(requests))
    units = draw(st.lists(st.integers(0, 5), max_size=4))
    count = len(teams) + len(people)
    places = draw(st.lists(st.none() | st.integers(0, 9), min_size=count, max_size=count))
    return Organisation(agencies, teams, people, accounts, requests, grants, draw(hours), list(units), places)


class Built:
    """An organisation as rows of a transaction that is rolled back."""

    def __init__(self, session: Session, runtime: Runtime, shape: Organisation) -> None:
        session.rollback()  # whatever the example before left behind
        self.session = session
        now = runtime.clock.now()
        self.agencies = self._add(
            Agency(created_at=now, name=f"机构{n}", kind=AgencyKind.IN_HOUSE, is_active=True)
            for n in range(shape.agencies)
        )
        self.teams = self._add(
            Team(created_at=now, agency_id=self.agencies[agency].id, name=f"组{n}")
            for n, agency in enumerate(shape.teams)
        )
        self.people = self._add(
            Operator(
                created_at=now,
                agency_id=self.agencies[agency].id,
                login_name=f"p{n}",
                name=f"p{n}",
                password_hash="-",
                presence_since=now,
                capacity=8,
            )
            for n, (agency, _) in enumerate(shape.people)
        )
        self.units = self._tree(now, shape)
        self.team_ids = [frozenset(self.teams[t].id for t in teams) for _, teams in shape.people]
        self._add(
            TeamMember(created_at=now, team_id=team, operator_id=person.id)
            for person, teams in zip(self.people, self.team_ids, strict=True)
            for team in teams
        )
        self.accounts = self._add(self._account(now, n, *given) for n, given in enumerate(shape.accounts))
        self.requests = [self._request(now, n, *given) for n, given in enumerate(shape.requests)]
        for request, hours in zip(self.requests, shape.done, strict=False):
            if hours is not None:
                request.status, request.resolved_at = RequestStatus.RESOLVED, now + timedelta(hours=hours)
        self.grants: list[Grant] = []
        self.at = now
        for grant in shape.grants:
            self._grant(now, grant, shape)
        session.flush()
        for account in self.accounts:
            session.refresh(account)

    def _tree(self, now: datetime, shape: Organisation) -> list[Unit]:
        """Agencies below the first one, units below one that came before, teams and people in one of them."""
        units = [unit_of_agency(self.session, agency.id, now) for agency in self.agencies]
        for n, above in enumerate(shape.units):
            parent = units[(above or 0) % len(units)]
            unit = Unit(
                created_at=now, agency_id=parent.agency_id, kind=UnitKind.DEPARTMENT, own_name=f"部{n}"
            )
            plant(self.session, unit, parent)
            units.append(unit)
        if len(self.agencies) > 1 and shape.units and shape.units[0]:
            # An agency that stands in the department that looks after it.
            agency, below = units[1], [one for one in units if one.agency_id == units[0].agency_id]
            for one in [row for row in units if row.is_within(agency)]:
                one.path = below[-1].path + one.path.removeprefix(units[0].path)
            agency.parent_id = below[-1].id
        places = list(shape.places) or [None] * (len(self.teams) + len(self.people))
        for row, place in zip([*self.teams, *self.people], places, strict=True):
            mine = [unit for unit in units if unit.agency_id == row.agency_id]
            unit = mine[(place or 0) % len(mine)]
            if isinstance(row, Operator):
                row.unit_id = None if place is None or unit in units[: len(self.agencies)] else unit.id
            else:
                plant(
                    self.session,
                    Unit(created_at=now, agency_id=row.agency_id, kind=UnitKind.TEAM, team_id=row.id),
                    unit,
                )
        self.session.flush()
        return list(self.session.scalars(select(Unit)))

    def look_in(self, hours: int) -> None:
        """Go on as if it were so many hours later."""
        self.at += timedelta(hours=hours)

    def _grant(self, now: datetime, shape: GrantShape, around: Organisation) -> None:
        """As services would let it be: to another agency than the owner's, one at a time."""
        team = shape.team % len(self.teams)
        account = self.accounts[shape.account % len(self.accounts)]
        agency = self.agencies[around.teams[team]]
        taken = any((one.account_id, one.agency_id) == (account.id, agency.id) for one in self.grants)
        if account.agency_id == agency.id or taken:
            return
        begins = now + timedelta(hours=shape.begins)
        ends = None if shape.lasts is None else begins + timedelta(hours=shape.lasts)
        self.grants += self._add(
            iter(
                [
                    Grant(
                        created_at=now,
                        account_id=account.id,
                        agency_id=agency.id,
                        team_id=self.teams[team].id if shape.for_team else None,
                        begins_at=begins,
                        ends_at=ends,
                        holds_from=begins,
                        holds_until=ends,
                        allows=shape.allows,
                        opens_past=shape.opens,
                        opens_notes=True,
                    )
                ]
            )
        )

    def _add(self, rows: Iterator[Any]) -> list[Any]:
        made = list(rows)
        self.session.add_all(made)
        self.session.flush()
        return made

    def _account(self, now: Any, n: int, agency: int, team: int | None, owner: int | None) -> Account:
        return Account(
            created_at=now,
            agency_id=self.agencies[agency].id,
            platform="weibo",
            external_id=f"a{n}",
            name=f"a{n}",
            kind=AccountKind.OFFICIAL if owner is None else AccountKind.EMPLOYEE,
            owner_operator_id=None if owner is None else self.people[owner].id,
            team_id=None if team is None else self.teams[team].id,
            credentials=b"",
            callback_key=f"k{n}",
            status_since=now,
        )

    def _request(self, now: Any, n: int, account: int, team: int | None, who: int | None) -> ServiceRequest:
        home = self.accounts[account]
        (contact,) = self._add(iter([Contact(created_at=now, agency_id=home.agency_id, name=f"c{n}")]))
        (identity,) = self._add(
            iter(
                [
                    ContactIdentity(
                        created_at=now,
                        contact_id=contact.id,
                        account_id=home.id,
                        platform="weibo",
                        external_id=f"c{n}",
                        name=f"c{n}",
                        last_seen_at=now,
                    )
                ]
            )
        )
        (conversation,) = self._add(
            iter([Conversation(created_at=now, account_id=home.id, contact_identity_id=identity.id)])
        )
        (request,) = self._add(
            iter(
                [
                    ServiceRequest(
                        created_at=now,
                        number=f"N{n}",
                        account_id=home.id,
                        conversation_id=conversation.id,
                        team_id=None if team is None else self.teams[team].id,
                        assignee_id=None if who is None else self.people[who].id,
                        lane=Lane.PUBLIC,
                        status=RequestStatus.OPEN,
                        opened_at=now,
                        urgent_at=FAR_FUTURE,
                        last_inbound_at=now,
                    )
                ]
            )
        )
        assert isinstance(request, ServiceRequest)
        return request

    def actor(self, position: int, mandate: Mandate) -> Actor:
        person = self.people[position]
        owned = owned_within(mandate.account_reach, person)
        granted = granted_within(mandate.account_reach, person, self.at)
        ids, grants = None, read_grants("")
        if owned is not None and granted is not None:
            grants = read_grants(self.session.scalar(granted.with_only_columns(grant_lines())) or "")
            ids = frozenset(self.session.scalars(owned)) | {one.account_id for one in grants}
        return Actor(
            ActorKind.OPERATOR,
            person.login_name,
            permissions=mandate.permissions,
            account_ids=ids,
            grants=grants,
            account_reach=mandate.account_reach,
            request_reach=mandate.request_reach,
            operator_id=person.id,
            agency_id=person.agency_id,
            team_ids=self.team_ids[position],
            unit_team_ids=frozenset(
                number for number in self.session.scalars(teams_below(person)) if number is not None
            )
            if mandate.request_reach is RequestReach.UNIT
            else frozenset(),
        )


@pytest.fixture
def session(runtime: Runtime) -> Iterator[Session]:
    opened = open_session(runtime.sessions, write=True)
    yield opened
    opened.close()


RIGHTS = st.frozensets(st.sampled_from(list(Permission)[:25]), max_size=6).map(
    lambda rights: rights | {Permission.SERVICE_REQUESTS_READ, Permission.OPERATORS_READ}
)
MANDATES = st.builds(
    Mandate,
    RIGHTS,
    st.sampled_from(AccountReach),
    st.sampled_from(RequestReach),
)


@given(shape=organisations(), mandate=MANDATES, hours=HOURS_TO_COME)
@PROPERTY
def test_a_request_is_visible_to_exactly_those_who_hear_of_it(
    runtime: Runtime, session: Session, shape: Organisation, mandate: Mandate, hours: int
) -> None:
    built = Built(session, runtime, shape)
    built.look_in(hours)
    for position in range(len(built.people)):
        actor = built.actor(position, mandate)
        rooms = rooms_of(actor)
        seen = set(session.scalars(scope(select(ServiceRequest.id), actor, ServiceRequest)))
        heard = {r.id for r in built.requests if not rooms.isdisjoint(request_audience(r).rooms)}
        assert seen == heard
        conversations = set(session.scalars(scope(select(Conversation.id), actor, Conversation)))
        of_seen = {r.conversation_id for r in built.requests if r.id in seen}
        of_reach = {r.conversation_id for r in built.requests if actor.reaches_account(r.account_id)}
        assert of_seen <= conversations <= of_reach
        if mandate.request_reach is not RequestReach.ALL:
            assert conversations == of_seen
        for conversation_id in {r.conversation_id for r in built.requests}:
            told = not rooms.isdisjoint(conversation_rooms(session, conversation_id))
            assert told == (conversation_id in conversations)


@given(shape=organisations(), mandate=MANDATES, hours=HOURS_TO_COME)
@PROPERTY
def test_accounts_and_people_are_visible_to_exactly_those_who_hear_of_them(
    runtime: Runtime, session: Session, shape: Organisation, mandate: Mandate, hours: int
) -> None:
    built = Built(session, runtime, shape)
    built.look_in(hours)
    for position in range(len(built.people)):
        actor = built.actor(position, mandate)
        rooms = rooms_of(actor)
        reached = set(session.scalars(scope(select(Account.id), actor, Account)))
        for right in Permission:
            heard = {a.id for a in built.accounts if rooms & account_audience(a.id, right).rooms}
            assert heard == {number for number in reached if actor.may_with(right, number)}
        person = session.get_one(
            Operator,
            built.people[position].id,
            options=[selectinload(Operator.teams)],
            populate_existing=True,
        )
        serving = {a.id for a in built.accounts if serves(mandate.account_reach, person, a, built.at)}
        assert serving == reached
        _check_grants(session, built, actor, reached)
        people = set(session.scalars(scope(select(Operator.id), actor, Operator)))
        assert people == {p.id for p in built.people if rooms & agency_audience(p.agency_id).rooms}


def _check_grants(session: Session, built: Built, actor: Actor, reached: set[int]) -> None:
    """Nobody reaches what is not theirs and was not granted, or not now, or not to them."""
    rooms = rooms_of(actor)
    for grant in built.grants:
        ends = grant.holds_until
        granted = actor.granted(grant.account_id)
        if actor.account_ids is not None and grant.agency_id == actor.agency_id:
            begun = grant.holds_from <= built.at and (ends is None or built.at < ends)
            theirs = actor.account_reach is AccountReach.AGENCY or grant.team_id in actor.team_ids
            assert (grant.account_id in reached) == (begun and theirs)
            if granted is not None:
                assert granted.allows == grant.allowed
                assert (f"a{grant.account_id}" in rooms) <= (Allowed.LISTEN in granted.allows)
        owner = next(a.agency_id for a in built.accounts if a.id == grant.account_id)
        seen = session.scalar(scope(select(Grant.id), actor, Grant).where(Grant.id == grant.id)) is not None
        if actor.may(Permission.GRANTS_READ):
            assert seen == bool(rooms & grant_audience(owner, grant.agency_id).rooms)
    for agency in built.agencies:
        of_agency = actor.account_ids is None or actor.agency_id == agency.id
        for right in actor.permissions:
            assert bool(rooms & agency_readers(agency.id, right).rooms) == of_agency


@given(shape=organisations(), mandate=MANDATES, hours=HOURS_TO_COME, ages=AGES)
@PROPERTY
def test_what_is_old_is_visible_to_exactly_those_who_hear_of_it(
    runtime: Runtime, session: Session, shape: Organisation, mandate: Mandate, hours: int, ages: list[int]
) -> None:
    built = Built(session, runtime, shape)
    mandate = replace(mandate, permissions=mandate.permissions | {Permission.TOPICS_READ})
    alerts = [
        Alert(
            created_at=built.at,
            account_id=account.id,
            kind=AlertKind.VOLUME,
            hour=built.at,
            value=1,
            baseline=1,
            posts=1,
            negative=1,
            cools_until=built.at,
            last_seen_at=built.at + timedelta(hours=age),
        )
        for account, age in product(built.accounts, ages)
    ]
    session.add_all(alerts)
    session.flush()
    built.look_in(hours)
    by_id = {account.id: account for account in built.accounts}
    for position in range(len(built.people)):
        actor = built.actor(position, mandate)
        rooms = rooms_of(actor)
        seen = set(session.scalars(scope(select(Alert.id), actor, Alert)))
        heard = {
            alert.id
            for alert in alerts
            if rooms
            & past_audience(by_id[alert.account_id], Permission.TOPICS_READ, alert.last_seen_at).rooms
        }
        assert seen == heard


@given(shape=organisations(), mandate=MANDATES, data=st.data())
@PROPERTY
def test_whoever_loses_a_request_hears_that_it_left_and_nobody_else(
    runtime: Runtime, session: Session, shape: Organisation, mandate: Mandate, data: st.DataObject
) -> None:
    built = Built(session, runtime, shape)
    request = data.draw(st.sampled_from(built.requests))
    actors = [built.actor(position, mandate) for position in range(len(built.people))]
    could = [_sees(session, actor, request) for actor in actors]
    before = (request.team_id, request.assignee_id)
    request.assignee_id = data.draw(st.sampled_from([None, *(person.id for person in built.people)]))
    session.flush()
    audience = request_audience(request, before=before)
    for actor, could_see in zip(actors, could, strict=True):
        rooms = rooms_of(actor)
        can = _sees(session, actor, request)
        assert can is not rooms.isdisjoint(audience.rooms)
        told_to_drop = rooms.isdisjoint(audience.rooms) and not rooms.isdisjoint(audience.withdraw)
        assert told_to_drop is (could_see and not can)


@given(shape=organisations(), mandate=MANDATES)
@PROPERTY
def test_whoever_reaches_by_units_sees_what_stands_in_their_unit_and_below(
    runtime: Runtime, session: Session, shape: Organisation, mandate: Mandate
) -> None:
    """Told by walking up from each request's team, not by the paths that the rule compares."""
    built = Built(session, runtime, shape)
    by_units = replace(mandate, request_reach=RequestReach.UNIT)
    parents = {unit.id: unit.parent_id for unit in built.units}
    of_team = {unit.team_id: unit.id for unit in built.units if unit.team_id is not None}
    for position, person in enumerate(built.people):
        actor = built.actor(position, by_units)
        home = person.unit_id or unit_of_agency(session, person.agency_id, built.at).id
        seen = set(session.scalars(scope(select(ServiceRequest.id), actor, ServiceRequest)))
        widest = replace(actor, request_reach=RequestReach.ALL)
        for request_id in session.scalars(scope(select(ServiceRequest.id), widest, ServiceRequest)):
            request = session.get_one(ServiceRequest, request_id)
            above, at = set[int](), of_team.get(request.team_id or 0)
            while at is not None:
                above.add(at)
                at = parents[at]
            theirs = request.team_id in actor.team_ids or request.assignee_id == person.id
            assert (request_id in seen) == (theirs or home in above)
        assert actor_of(session, person, built.at).unit_team_ids == frozenset()  # no role of theirs does


def _sees(session: Session, actor: Actor, request: ServiceRequest) -> bool:
    found = session.scalar(
        scope(select(ServiceRequest.id), actor, ServiceRequest).where(ServiceRequest.id == request.id)
    )
    return found is not None


def test_messages_follow_their_conversation(runtime: Runtime, session: Session) -> None:
    shape = Organisation(1, [0], [(0, frozenset()), (0, frozenset({0}))], [(0, 0, None)], [(0, 0, 0)])
    built = Built(session, runtime, shape)
    mandate = Mandate(frozenset(), AccountReach.AGENCY, RequestReach.OWN)
    request = built.requests[0]
    session.add(
        Message(
            created_at=runtime.clock.now(),
            conversation_id=request.conversation_id,
            account_id=request.account_id,
            number=1,
            direction="inbound",
            lane=Lane.PUBLIC,
            kind="mention",
            text="t",
            occurred_at=runtime.clock.now(),
        )
    )
    session.flush()
    counts = [
        len(session.scalars(scope(select(Message), built.actor(n, mandate), Message)).all()) for n in (0, 1)
    ]
    assert counts == [1, 0]
