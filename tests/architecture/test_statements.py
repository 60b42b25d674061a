"""What each read costs in statements: written down, and no more with sixty rows of a kind than with three.

Walked over every declared GET endpoint, so that a new one cannot be left out. A number that changes is a
decision: a lower one is written down with joy, a higher one needs a reason. Fewer with more rows is right:
a page of replies has no verdicts to ask for, and PostgreSQL's search stops once it has enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from app.api.endpoint import API, ENDPOINTS
from app.core.db import open_session
from app.core.permissions import RoleName
from app.models import (
    Agency,
    AgencyKind,
    Alert,
    AlertKind,
    AutomationRule,
    AutomationRun,
    Base,
    Contract,
    FilterSample,
    LongWork,
    Monitor,
    Notification,
    Operator,
    OperatorSkill,
    OutboundState,
    RoutingQueue,
    RoutingRule,
    SampledItem,
    SavedView,
    Sharing,
    Skill,
    SpecialListEntry,
    StoredCalendar,
    Stream,
    Team,
    Topic,
    TrainingLabel,
    WhatIf,
)
from app.models.special_list import SpecialList
from tests.architecture.asking import Ask
from tests.architecture.entries import ROUTES
from tests.architecture.organisation import MARK, Stage
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.model import ADVERT
from tests.support.statements import counted

FEW, MANY = 3, 60
_STATES = (OutboundState.SENT, OutboundState.QUEUED, OutboundState.FAILED)
_VARIABLE = re.compile(r"<(?:int:)?(\w+)>")
_SAMPLE = {"id": 1, "at": "2026-11-30T01:00:00+00:00"}
READS = sorted(name for name, spec in ENDPOINTS.items() if spec.method == "GET")

STATEMENTS: dict[str, int | tuple[int, int]] = {
    "accounts.finish_authorisation": 2,
    "accounts.get_account": 7,
    "accounts.list_accounts": 7,
    "accounts.list_follow_requests": 2,
    "accounts.list_platforms": 1,
    "automation.get_offer": 1,
    "automation.list_rules": 6,
    "automation.list_runs": 4,
    "auditing.list_acts": 3,
    "calendars.list_calendars": 5,
    "calendars.list_years": 2,
    "customers.get_avatar": 2,
    "dealing.list_dealing": 3,
    "directory.list_people": 7,
    "figures.list_metrics": 1,
    "files.get": 2,
    "grants.list_contracts": 3,
    "grants.list_grants": 2,
    "grants.list_watchers": 5,
    "health.openapi": 1,
    "identity.get_profile": 7,
    "identity.get_session": 2,
    "identity.list_agencies": 4,
    "identity.list_operators": 5,
    "labels.explain": 6,
    "labels.list_corrections": 3,
    "labels.list_models": 4,
    "levels.list_policies": 3,
    "listener.count_items": 4,
    "listener.get_item": 8,
    "listener.list_items": 8,
    "long_work.get_errors": 2,
    "long_work.get_result": 2,
    "long_work.get_work": 2,
    "long_work.list_work": 2,
    "mail.get_mailbox": 3,
    "media.get_medium": 2,
    "monitors.get_account_filter": 2,
    "monitors.get_monitor": 4,
    "monitors.get_monitor_filter": 2,
    "monitors.list_backfills": 3,
    "monitors.list_monitors": 4,
    "monitors.monitor_figures": 4,
    "notifications.get_settings": 2,
    "notifications.list_notifications": 5,
    "people.right_holders": 3,
    "roles.list_roles": 3,
    "roles.prove_agency": 6,
    "roles.prove_person": 5,
    "roles.prove_role": 7,
    "roles.who_may": 3,
    "roles.who_sees_account": 4,
    "units.list_units": 5,
    "roles.who_sees_request": 4,
    "publishing.get_publication": 6,
    "publishing.list_publications": 6,
    "realtime.list_events": 3,
    "reviews.get_draw": 3,
    "reviews.list_draws": 3,
    "reviews.get_trial": 2,
    "reviews.list_sampled_items": 11,
    "floor.get_arrivals": 3,
    "floor.get_board": 10,
    "shifts.own_calendar": 2,
    "shifts.read_plan": 6,
    "related_requests.get_relations": 5,
    "floor.list_whispers": 3,
    "routing_setup.get_operator_skills": 3,
    "routing_setup.read_setup": 10,
    "what_ifs.list_what_ifs": 4,
    "what_ifs.export": 2,
    "what_ifs.get_what_if": 2,
    "routing.count_requests": 6,
    "routing.get_deadline": 3,
    "routing.get_overview": 13,
    "routing.get_request": 2,
    "routing.list_changes": 6,
    "routing.list_decisions": 4,
    "routing.list_members": 3,
    "routing.list_requests": 4,
    "saved_views.count_views": 4,
    "saved_views.find_references": 2,
    "saved_views.get_subject": 1,
    "saved_views.list_views": 3,
    "search.find": (8, 14),
    "special_lists.list_entries": 2,
    "topics.get_topic": 5,
    "topics.get_volume": 2,
    "topics.list_alert_rules": 3,
    "topics.list_alerts": 5,
    "topics.list_topics": 3,
    "workbench.get_conversation": 8,
    "workbench.list_colleagues": 5,
    "workbench.list_messages": 7,
    "workbench.list_replies": 6,
}
"""By endpoint, who asks included (one statement); where the databases differ: SQLite, PostgreSQL."""
AT_MOST = {"search.find"}
"""PostgreSQL asks for older rows only where ids leave a gap behind the newest, as processes leave them."""


class Growing:
    """The stage, and more of everything that a list may hold, on the objects that are asked for."""

    def __init__(self, make: Make) -> None:
        self.stage, self.make = Stage(make), make
        self.asks: dict[str, Ask] = {name: ROUTES[name].ask(self.stage) for name in READS}
        self._made = 0

    def grow(self, count: int) -> None:
        numbers = range(self._made, self._made + count)
        self._made += count
        self._listening(numbers)
        self._organisation(numbers)
        self._conversations(numbers)

    def _save(self, rows: Iterable[Base]) -> None:
        session = open_session(self.stage.runtime.sessions, write=True)
        try:
            session.add_all(rows)
            session.commit()
        finally:
            session.close()

    def _each(self, numbers: range, make: Callable[[int], Base]) -> None:
        self._save([make(number) for number in numbers])

    def _organisation(self, numbers: range) -> None:
        make, now, home = self.make, self.make.now, self.stage.agency
        self._each(numbers, lambda n: Agency(created_at=now, name=f"甲{n}", kind=AgencyKind.IN_HOUSE))
        self._each(numbers, lambda n: Team(created_at=now, agency_id=home.id, name=f"组{n}"))
        self._each(numbers, self._saved_view)
        self._each(numbers, self._long_work)
        self._each(numbers, self._calendar)
        self._rules(numbers)
        self._routing(numbers)
        self._each(numbers, self._contract)
        for _ in numbers:
            make.grant(self.stage.account, make.agency())
        self._each(numbers, self._notification)
        for number in numbers:
            make.operator(home, self.stage.team, role=RoleName.SUPERVISOR, name=f"领班{number}")
            account = make.account(home, self.stage.team)
            self._save(
                Stream(created_at=now, account_id=account.id, name=name, due_at=now)
                for name in ("mentions", "comments")
            )

    def _long_work(self, number: int) -> LongWork:
        administrator = self.stage.people["administrator"]
        assert administrator is not None
        return LongWork(
            created_at=self.make.now,
            kind="service_request.export",
            owner_id=administrator.id,
            label=f"{number}",
            locale="en",
        )

    def _rules(self, numbers: range) -> None:
        """Each names people in its condition and its action, and has acted once."""
        stage = self.stage
        assign = {"kind": "assign", "operator_id": stage.operator.id}
        asked = {"field": "assignee", "op": "is_not", "value": stage.operator.id}
        rules = [
            AutomationRule(
                created_at=self.make.now,
                agency_id=stage.agency.id,
                owner_id=stage.operator.id,
                name=f"{MARK}{number}",
                trigger={"kind": "event", "event": "request_opened"},
                condition={"all": [asked]},
                actions=[assign],
                hourly_limit=100,
                dry_run={"looked_at": 1, "matched": 1, "requests": 1, "per_hour": 1, "samples": [_SAMPLE]},
                dry_run_at=self.make.now,
                hook_secret=b"",
            )
            for number in numbers
        ]
        self._save(rules)
        self._save(
            AutomationRun(
                created_at=self.make.now,
                rule_id=rule.id,
                rule_version=1,
                agency_id=stage.agency.id,
                account_id=stage.account.id,
                service_request_id=stage.request.id,
                moment="v1",
                cause="request_opened",
                matched=[{"leaf": asked, "value": None}],
                actions=[assign],
            )
            for rule in rules
        )

    def _contract(self, number: int) -> Base:
        first = date(2000, 1, 1) + timedelta(days=2 * number)
        agency = self.stage.helpers["agency before its contract"]
        return Contract(created_at=self.make.now, agency_id=agency.id, first_day=first, last_day=first)

    def _notification(self, number: int) -> Notification:
        administrator = self.stage.people["administrator"]
        assert administrator is not None
        about = (
            ("service_request", self.stage.request.id) if number % 2 else ("account", self.stage.account.id)
        )
        return Notification(
            created_at=self.make.now,
            operator_id=administrator.id,
            kind="request_assigned" if number % 2 else "account_broken",
            cause=f"c{number}",
            subject_kind=about[0],
            subject_id=about[1],
            is_shown=True,
        )

    def _calendar(self, number: int) -> Base:
        hours = {"week": [[["09:00", "18:00"]]] * 7, "breaks": [], "holiday": [], "make_up": []}
        return StoredCalendar(
            created_at=self.make.now,
            agency_id=self.stage.agency.id,
            name=f"日历{number}",
            zone="Asia/Shanghai",
            hours=hours,
            company_days=[],
            follows_holidays=False,
        )

    def _routing(self, numbers: range) -> None:
        """Queues, skills that somebody has, and rules that refer to both and to a team."""
        now, stage = self.make.now, self.stage
        common = {"created_at": now, "agency_id": stage.agency.id}
        queues = [
            RoutingQueue(
                **common,
                name=f"{MARK}{n}",
                team_id=stage.team.id,
                position=n,
                strategy="least_loaded",
                settings={},
            )
            for n in numbers
        ]
        self._save(queues)
        skills = [Skill(**common, name=f"{MARK}{n}") for n in numbers]
        self._save(skills)
        self._save(
            OperatorSkill(created_at=now, operator_id=stage.operator.id, skill_id=skill.id, level=3)
            for skill in skills
        )
        self._save(
            WhatIf(
                **common,
                made_by_id=stage.operator.id,
                name=f"{MARK}{n}",
                since=now,
                until=now,
                scenario={"left_out": [stage.operator.id]},
                seed=n,
                reach={},
            )
            for n in numbers
        )
        asked = {"field": "team", "op": "is", "value": stage.team.id}
        self._save(
            RoutingRule(
                **common,
                name=f"{MARK}{n}",
                position=n,
                condition=asked,
                queue_id=queue.id,
                skills=[{"skill_id": skill.id, "level": 1}],
            )
            for n, queue, skill in zip(numbers, queues, skills, strict=True)
        )

    def _saved_view(self, number: int) -> SavedView:
        """Shared with everybody, some with a team; each refers to rows."""
        stage = self.stage
        return SavedView(
            created_at=self.make.now,
            subject="service_request",
            name=f"{MARK}{number}",
            condition={"not": {"field": "account", "op": "any_of", "value": [stage.account.id]}},
            owner_id=stage.operator.id,
            agency_id=stage.agency.id,
            sharing=Sharing.TEAM if number % 2 else Sharing.AGENCY,
            team_id=stage.team.id if number % 2 else None,
        )

    def _listening(self, numbers: range) -> None:
        now, home, account = self.make.now, self.stage.agency.id, self.stage.account.id
        items = self.make.store(
            self.stage.account,
            *(self.make.post(f"{MARK}{ADVERT}第{n}条", author=f"advert-{n}") for n in numbers),
        )[-len(numbers) :]
        self.make.judge()
        backfilled = self.asks["monitors.list_backfills"].path["monitor_id"]
        sampled = self.asks["reviews.list_sampled_items"].path["draw_id"]
        corrected = self.asks["labels.list_corrections"].path["item_id"]
        shown = {"first_seen_at": now, "last_seen_at": now}
        self._each(
            numbers,
            lambda n: Monitor(
                created_at=now,
                agency_id=home,
                name=f"{MARK}-{n}",
                rule={"any": ["宽带"]},
                account_ids=[account],
                kinds=[],
                updated_at=now,
            ),
        )
        asked = {"monitor_id": backfilled, "since": now.isoformat(), "until_item_id": 1}
        run = {"kind": "monitor.backfill", "about_id": backfilled, "locale": "en", "arguments": asked}
        self._each(numbers, lambda n: LongWork(created_at=now, done=n, **run))
        self._each(
            numbers,
            lambda n: FilterSample(
                created_at=now,
                agency_id=home,
                since=now - timedelta(days=1),
                until=now,
                seed=n,
                size=10,
                account_ids=[],
                strata={},
            ),
        )
        self._save(
            SampledItem(
                created_at=now,
                filter_sample_id=sampled,
                inbound_item_id=item.id,
                account_id=account,
                stratum="advert",
            )
            for item in items
        )
        self._each(
            numbers,
            lambda n: TrainingLabel(
                created_at=now,
                inbound_item_id=corrected,
                account_id=account,
                operator_id=self.stage.operator.id,
                source="correction",
                intent="consult",
                sentiment=n % 3 - 1,
                needs_service=True,
            ),
        )
        self._each(
            numbers,
            lambda n: SpecialListEntry(
                created_at=now,
                agency_id=home,
                list=SpecialList.VIP,
                platform="weibo",
                author_external_id=f"{MARK}-{n}",
                author_name=MARK,
            ),
        )
        self._each(numbers, lambda n: Topic(created_at=now, account_id=account, label=f"{MARK}{n}", **shown))
        self._each(
            numbers,
            lambda n: Alert(
                created_at=now,
                account_id=account,
                kind=AlertKind.VOLUME,
                hour=now - timedelta(hours=n),
                value=9.0,
                baseline=1.0,
                posts=9,
                negative=1,
                cools_until=now,
                last_seen_at=now,
            ),
        )
        for number in numbers:
            self.make.publication(self.stage.account, f"{MARK}公告{number}")

    def _conversations(self, numbers: range) -> None:
        """New customers with requests, and more said in the conversation that is asked for, both ways."""
        stage, make = self.stage, self.make
        make.store(
            stage.account,
            *(make.post(f"{MARK}第{n}位客户的宽带断了", author=f"{MARK}-{n}") for n in numbers),
            *(make.post(f"{MARK}还没修好，第{n}次问", author=MARK) for n in numbers),
        )
        make.judge()
        for number in numbers:
            stage.message_in(_STATES[number % len(_STATES)])


@pytest.fixture
def growing(make: Make) -> Growing:
    found = Growing(make)
    found.grow(FEW)
    return found


def _costs(app: Flask, growing: Growing, who: Operator) -> dict[str, int]:
    browser = Browser(app, growing.make.session_token(who))
    return {name: _cost(browser, growing, name) for name in READS}


def _cost(browser: Browser, growing: Growing, name: str) -> int:
    ask = growing.asks[name]
    rule = ENDPOINTS[name].rule.removeprefix(API)
    path = _VARIABLE.sub(lambda variable: str(ask.path[variable.group(1)]), rule)
    with counted(growing.stage.runtime.engine) as statements:
        answer = browser.call("GET", path, query_string=ask.query)
    assert answer.status_code == ROUTES[name].status, (name, answer.get_data(as_text=True)[:300])
    return len(statements)


def _written(name: str, dialect: str) -> int:
    number: Any = STATEMENTS[name]
    return int(number if isinstance(number, int) else number[dialect == "postgresql"])


def test_every_read_costs_what_is_written_down_however_much_there_is(app: Flask, growing: Growing) -> None:
    administrator = growing.stage.people["administrator"]
    assert administrator is not None
    _costs(app, growing, administrator)  # what a process asks once
    few = _costs(app, growing, administrator)
    growing.grow(MANY - FEW)
    many = _costs(app, growing, administrator)
    dialect = growing.stage.runtime.engine.dialect.name
    written = {name: _written(name, dialect) for name in READS}
    grown = {name: (few[name], many[name]) for name in READS if many[name] > few[name]}
    assert {name: pair for name, pair in grown.items() if name not in AT_MOST} == {}
    assert {name: few[name] for name in READS if name not in AT_MOST} == {
        name: written[name] for name in READS if name not in AT_MOST
    }
    assert {name for name in AT_MOST if max(few[name], many[name]) > written[name]} == set()
