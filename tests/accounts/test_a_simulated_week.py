"""A week of traffic on a simulated clock: the platforms' limits are pressed against and never exceeded.

The scheduler's own list decides what is due, the real jobs do it, the real adapters call the sandbox in its
strict profile, and the sandbox's record of violations and refusals judges.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.job_names import REFRESH_FACTS
from app.automation.job_names import FOLLOW
from app.core.clock import ManualClock
from app.core.errors import AppError
from app.core.jobs import DeferredJob
from app.core.permissions import RoleName
from app.core.runtime import NullQueue
from app.core.unit_of_work import open_context
from app.customers.job_names import FETCH_AVATAR
from app.identity.job_names import SWEEP_SESSIONS
from app.jobs.job import perform
from app.listener.jobs import LISTENER
from app.models import Account, Lane, OutboundMessage, OutboundState, ServiceRequest
from app.notifications.job_names import READ_EVENTS
from app.processes.all_jobs import JOB_MODULES, PERIODIC
from app.publishing.schemas import CreatePublication
from app.publishing.services import create_publication
from app.routing.job_names import ASSIGN_WAITING
from app.topics.job_names import WATCH
from app.workbench.replies import send_reply
from app.workbench.schemas import SendReply
from tests.factories.make import Make
from tests.support.simulation import Simulation

DAYS = 7
QUIET_SECONDS = 10_800
RUSH_SECONDS = 10
RUSH_TICKS = 5
STORM_DAY = 3
STORM_TICKS = 34
HOUSEKEEPING_SECONDS = 60
WEIBO, WECHAT, MASTODON = "weibo-care", "wechat-main", "mastodon-care"
# A contract's daily quota, so that the hourly limit of comments can be reached at all.
WEIBO_CALLS_A_DAY = 400
# Nobody watches topics or sessions here, no rule waits and nobody is told: none of it calls a platform.
# What servers allow is asked every six hours, and would press against nothing.
_LEFT_OUT = {WATCH, SWEEP_SESSIONS, FETCH_AVATAR, REFRESH_FACTS, FOLLOW, READ_EVENTS}


@pytest.fixture
def empty_database(renewed_sqlite: str) -> str:
    return renewed_sqlite


class Week:
    def __init__(self, app: Flask, make: Make, clock: ManualClock) -> None:
        assert JOB_MODULES
        self.make, self.runtime = make, make.runtime
        self.runtime.queue = NullQueue()  # the scheduler's list finds everything
        self.simulation = Simulation(app, make, clock, profile="strict")
        limits: dict[str, float] = {"weibo_user_day": WEIBO_CALLS_A_DAY, "weibo_user_hour": WEIBO_CALLS_A_DAY}
        self.simulation.world.limits.update(limits)
        agency = make.agency()
        team = make.team(agency)
        settings = {WEIBO: {"user_calls_per_day": WEIBO_CALLS_A_DAY}}
        self.accounts: dict[str, Account] = {
            key: self.simulation.account(key, agency, team, **settings.get(key, {}))
            for key in (WEIBO, WECHAT, MASTODON)
        }
        for account in self.accounts.values():
            self.simulation.listen(account)
        self.actor = make.actor(make.operator(agency, team, role=RoleName.SUPERVISOR))
        self.dice = random.Random(7)
        self.refused: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        self._last: dict[str, float] = {}

    def pass_by(self) -> None:
        for day in range(DAYS):
            for tick in range(86_400 // QUIET_SECONDS - 1):
                self._customers_write(calm=True)
                self._operators_answer(0.5)
                if tick % 4 == 0:
                    self._publish()
                self._work(QUIET_SECONDS)
            self._rush(STORM_TICKS if day == STORM_DAY else RUSH_TICKS)

    def _rush(self, ticks: int) -> None:
        """Minutes in which everybody writes and everybody answers."""
        for tick in range(ticks):
            self._customers_write(calm=False)
            if ticks == STORM_TICKS and tick == 4:
                self._storm()
            self._operators_answer(0.9)
            self._work(RUSH_SECONDS)

    def _storm(self) -> None:
        """More answers at once than Mastodon takes calls in five minutes, and Weibo comments in an hour."""
        for key, answers in ((MASTODON, 330), (WEIBO, 75)):
            requests = self._requests(key, Lane.PUBLIC)
            for number in range(answers):
                self._answer(key, requests[number % len(requests)])

    def _customers_write(self, *, calm: bool) -> None:
        simulation, dice = self.simulation, self.dice
        who = f"客户{dice.randrange(12)}"
        text = f"宽带又断了，单号{uuid.UUID(int=dice.getrandbits(128)).hex[:8]}，请处理"
        if dice.random() < (0.3 if calm else 0.6):
            simulation.post(dice.choice((WEIBO, MASTODON)), who, text)
        if dice.random() < (0.3 if calm else 0.6):
            simulation.message(dice.choice((WEIBO, WECHAT, WECHAT)), who, text)
        if dice.random() < 0.1:
            simulation.event(WECHAT, who, "CLICK")
        simulation.deliver_pushes()

    def _operators_answer(self, share: float) -> None:
        """Now and then a whole burst to one person: more than WeChat's windows allow."""
        for key in self.accounts:
            for lane in (Lane.PUBLIC, Lane.PRIVATE):
                for request in self._requests(key, lane)[-1:]:
                    if self.dice.random() < share / 2:
                        later = self.dice.choice((0, 0, 0, 46 * 3600, 50 * 3600))
                        for _ in range(self.dice.choice((1, 1, 2, 7))):
                            self._answer(key, request, later)

    def _requests(self, key: str, lane: Lane) -> list[ServiceRequest]:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return list(
                ctx.session.scalars(
                    select(ServiceRequest)
                    .where(ServiceRequest.account_id == self.accounts[key].id, ServiceRequest.lane == lane)
                    .order_by(ServiceRequest.last_inbound_at, ServiceRequest.id)
                )
            )

    def _answer(self, key: str, request: ServiceRequest, later: float = 0) -> None:
        number = sum(self.written.values())
        command = SendReply(
            service_request_id=request.id,
            lane="private" if request.lane is Lane.PRIVATE else "public",
            text=f"您好，已为您登记，编号{number}",
            idempotency_key=uuid.uuid4().hex,
            confirm=["claimed_by_other", "second_reply"],
            send_at=self.make.later(later) if later else None,
            content_warning=None,
            visibility=None,
        )
        try:
            with open_context(self.runtime, self.actor) as ctx:
                send_reply(ctx, request.conversation_id, command, address="10.1.2.3")
            self.written[f"{key} {request.lane}"] += 1
        except AppError as error:
            self.refused[f"{key} {error.details.get('reason', error.code)}"] += 1

    def _publish(self) -> None:
        for key, account in self.accounts.items():
            number = sum(self.written.values())
            command = CreatePublication.model_validate(
                {
                    "account_id": account.id,
                    "text": f"服务提醒第{number}期",
                    "idempotency_key": uuid.uuid4().hex,
                }
            )
            with open_context(self.runtime, self.actor) as ctx:
                create_publication(ctx, command, address="10.1.2.3")
            self.written[f"{key} publication"] += 1

    def _work(self, seconds: float) -> None:
        """What the scheduler finds due now, done by its workers; then time passes."""
        for _ in range(20):
            jobs = self._due_jobs()
            for job in jobs:
                perform(self.runtime, job.job.name, list(job.ids))
            if not jobs or {job.job for job in jobs} == {ASSIGN_WAITING}:
                break
        self.simulation.finish_publishing(WECHAT)
        self.simulation.advance(seconds)

    def _due_jobs(self) -> list[DeferredJob]:
        """Housekeeping comes when its time has come; what is looked for every few seconds, at every look."""
        now, settings = self.simulation.clock.now().timestamp(), self.runtime.settings
        entries = [
            entry
            for entry in PERIODIC
            if entry.every(settings) < HOUSEKEEPING_SECONDS
            or now - self._last.get(entry.name, 0.0) >= entry.every(settings)
        ]
        self._last |= {entry.name: now for entry in entries}
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return [job for entry in entries for job in entry.due(ctx) if job.job not in _LEFT_OUT]

    def comments_in_busiest_hour(self, key: str) -> int:
        rows = [row for row in self.simulation.sent(key) if row["operation"].startswith("comments/")]
        return max(Counter(int(row["at"] // 3600) for row in rows).values())

    def states(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            for row in ctx.session.scalars(select(OutboundMessage)):
                found[row.state.value][row.error_code or ""] += 1
        return found


@pytest.fixture
def week(app: Flask, make: Make, clock: ManualClock) -> Iterator[Week]:
    simulated = Week(app, make, clock)
    yield simulated
    simulated.simulation.close()


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_week_of_traffic_exceeds_no_limit_of_any_platform(week: Week) -> None:
    week.pass_by()
    store = week.simulation.world.store
    assert week.simulation.violations() == []
    assert store.number("SELECT count(*) FROM call WHERE status = 429") == 0
    busiest = store.number("SELECT max(used) FROM counter WHERE scope = 'mastodon'")
    assert 250 <= busiest <= 300, "the five minutes' calls were pressed against"
    assert week.comments_in_busiest_hour(WEIBO) <= 60
    assert sum(count for why, count in week.refused.items() if "window" in why) > 0, (
        "windows were pressed against"
    )
    assert OutboundState.UNKNOWN.value not in week.states()
