"""Who there is to be written to and to answer, as a day of the history finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from app.accounts.platforms import platforms
from app.adapters.capabilities import WindowRule
from app.core.context import Context
from app.identity.dealing import NOTHING
from app.listener.matching.compiled import MonitorSet, load_monitors
from app.models import Account, Operator, Presence, Team
from app.routing.facts import OperatorFacts
from app.routing.levels.clock import Clock
from app.routing.levels.stored import clocks_of
from app.routing.lifecycle.played import Doer
from app.routing.roster import Roster
from app.routing.strategies import DEFAULT_STRATEGY, STRATEGIES
from app.routing.whatif.dealing import Scenario, Way
from app.routing.whatif.past import Seen
from app.seed.demo import PEOPLE, Person
from app.seed.history.planning import OFFICE, POSTS
from app.seed.history.truths import SLOW_TEAM

_EARLY, _LATE = (time(8), time(17)), (time(13), time(22))
_LEADS = {"jiangnan", "bb.lead"}
"""They lead, and take requests only where nobody else is."""


class HistoryRefused(Exception):
    """Why there can be no history here, in a sentence for whoever asked for it."""


@dataclass(frozen=True)
class House:
    """Read once a day of the history; accounts go by their callback keys."""

    accounts: dict[str, Account]
    rules: dict[str, Sequence[WindowRule]]
    clocks: Mapping[int, Clock]
    """By the accounts' ids: in which working time their deadlines count."""
    serving: dict[str, list[OperatorFacts]]
    """By account: everybody who may answer there."""
    doers: dict[int, Doer]
    lead: Doer
    monitors: MonitorSet
    slow_team: int
    model_version: str

    @property
    def agencies(self) -> dict[int, int]:
        return {account.id: account.agency_id for account in self.accounts.values()}

    @property
    def scenario(self) -> Scenario:
        """Whom the router has: as they are set, with nothing in hand and nobody there."""
        people = {one.id: one for serving in self.serving.values() for one in serving}
        return Scenario(
            people={
                number: replace(one, presence=Presence.OFFLINE, in_hand=NOTHING, last_turn=0)
                for number, one in people.items()
            },
            serving={
                self.accounts[key].id: tuple(one.id for one in serving)
                for key, serving in self.serving.items()
            },
            stand_ins={},
            way_of=lambda request: Way(request.team_id, request.queue_id, request.wanted),
            strategy_of=lambda _queue: (STRATEGIES[DEFAULT_STRATEGY], None),
        )

    def comings(self, day: date) -> list[Seen]:
        """Who comes and who goes on a day, when."""
        people = sorted({one.id for serving in self.serving.values() for one in serving})
        found: dict[datetime, tuple[list[int], list[int]]] = {}
        for number in people:
            begins, ends = self._shift(number, day)
            found.setdefault(begins, ([], []))[0].append(number)
            found.setdefault(ends, ([], []))[1].append(number)
        return [
            Seen(at.timestamp(), tuple(there), tuple(away)) for at, (there, away) in sorted(found.items())
        ]

    def next_at_work(self, operator_id: int, at: datetime) -> datetime:
        """This moment if the person works then, else when they begin again."""
        day = at.astimezone(OFFICE).date()
        shifts = (self._shift(operator_id, day + timedelta(days=ahead)) for ahead in range(4))
        return next(max(at, begins) for begins, ends in shifts if at < ends)

    def _shift(self, operator_id: int, day: date) -> tuple[datetime, datetime]:
        """Early and late take turns by the week; at weekends everybody has the middle of the day."""
        label = self.doers[operator_id].label
        names = [person.login_name for person in PEOPLE]
        turn = (names.index(label) + day.isocalendar().week) % 2 if label in names else 0
        begins, ends = (time(9), time(20)) if day.weekday() >= 5 else (_LATE if turn else _EARLY)
        moments = (datetime.combine(day, moment, OFFICE).astimezone(UTC) for moment in (begins, ends))
        return next(moments), next(moments)


def house_of(ctx: Context, model_version: str) -> House:
    """Raises HistoryRefused where the demo organisation is not."""
    found = {account.callback_key: account for account in ctx.session.scalars(select(Account))}
    team = ctx.session.scalar(select(Team.id).where(Team.name == SLOW_TEAM.team))
    if not set(POSTS) <= set(found) or team is None:
        raise HistoryRefused("the demo organisation is not here: flask --app wsgi seed demo")
    roster, parts = Roster(ctx), platforms(ctx.runtime)
    people = {person.login_name: person for person in PEOPLE}
    logins = _logins(ctx)
    serving = {
        key: [one for one in roster.serving(account) if _serves(people.get(logins[one.id]))]
        for key, account in found.items()
    }
    doers = {number: Doer(login, number) for number, login in logins.items()}
    return House(
        accounts=found,
        rules={key: parts.capabilities(account).window_rules for key, account in found.items()},
        clocks=clocks_of(ctx, [account.id for account in found.values()]),
        serving=serving,
        doers=doers,
        lead=next(doer for doer in doers.values() if doer.label == "jiangnan"),
        monitors=load_monitors(ctx.session),
        slow_team=team,
        model_version=model_version,
    )


def _serves(person: Person | None) -> bool:
    return person is not None and person.login_name not in _LEADS


def _logins(ctx: Context) -> dict[int, str]:
    return {person.id: person.login_name for person in ctx.session.scalars(select(Operator))}
