"""The dashboard inside one process at a million requests in ninety days: from rows, then with sums of days.

    python -m bench.figure_sums [--requests 1000000] [--days 90] [--rounds 20] [--explain]

PostgreSQL. A page is every card of the dashboard asked at once from six threads, as a browser would. Told are
the time until the last card, and the processor time of this process and of the server, which is what compares
on a machine that others use too. The sums are then marked in part, as a busy day leaves them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from app.core.office import start_of_day
from app.core.permissions import AccountReach, Actor, RequestReach, RoleName, system_actor
from app.core.standard_roles import ROLES
from app.core.unit_of_work import open_context
from app.figures import keeping
from app.figures.answering import answer
from app.figures.schemas import Question
from app.models import Presence
from app.processes import all_metrics  # noqa: F401 - what may be asked for is declared
from bench._databases import Installation, installation, spending
from bench._many import fill_many
from bench.figures import CONNECTIONS, questions
from bench.lists import spread
from tests.factories.make import Make

ACCOUNTS = 6
FROM_ROWS = ("manager", "head of a team")


def people(place: Installation) -> dict[str, Actor]:
    """Accounts of three teams, and somebody of every reach."""
    make = Make(place.runtime)
    agency = make.agency()
    teams = [make.team(agency) for _ in range(3)]
    for at in range(ACCOUNTS):
        make.account(agency, teams[at % 3], platform=("weibo", "wechat", "mastodon")[at % 3])
    for team in teams:
        for _ in range(4):
            make.operator(agency, team, presence=Presence.ONLINE)
    rights = ROLES[RoleName.SUPERVISOR].mandate.permissions
    of_team = make.role(*rights, account_reach=AccountReach.TEAM, request_reach=RequestReach.TEAM)
    own = make.role(*rights, account_reach=AccountReach.TEAM, request_reach=RequestReach.OWN)
    return {
        "manager": make.actor(make.operator(agency, role=RoleName.MANAGER)),
        "supervisor": make.actor(make.operator(agency, teams[0], role=RoleName.SUPERVISOR)),
        "head of a team": make.actor(make.operator(agency, teams[0], role=of_team)),
        "operator": make.actor(make.operator(agency, teams[0], role=own)),
    }


def ask(place: Installation, actor: Actor, question: Question) -> float:
    began = time.perf_counter()
    with open_context(place.runtime, actor, write=False) as ctx:
        answer(ctx, question)
    return (time.perf_counter() - began) * 1000


def page(place: Installation, actor: Actor, days: int, rounds: int, comparison: str | None) -> dict[str, Any]:
    asked = [Question.model_validate(one) for one in questions(days, comparison)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:

        def once() -> float:
            began = time.perf_counter()
            list(pool.map(lambda question: ask(place, actor, question), asked))
            return (time.perf_counter() - began) * 1000

        for _ in range(2):
            once()
        with spending(place) as spent:
            times = [once() for _ in range(rounds)]
    alone = {" ".join([*one.metrics, *one.split]): round(ask(place, actor, one), 1) for one in asked}
    return spread(times) | {
        "processor ms, here": round(spent[0].cpu / rounds * 1000, 1),
        "processor ms, server": round(spent[0].server / rounds * 1000, 1),
        "alone, ms": alone,
    }


def explained(place: Installation, actor: Actor, days: int) -> None:
    """Print the plan of every statement of a page."""
    asked = [Question.model_validate(one) for one in questions(days, None)]
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(place.runtime.engine, "before_cursor_execute", note)
    for one in asked:
        ask(place, actor, one)
    event.remove(place.runtime.engine, "before_cursor_execute", note)
    with place.runtime.engine.connect() as connection:
        for statement, parameters in seen:
            if "figure" in statement or "opened_at" in statement or "finished_at" in statement:
                rows = connection.exec_driver_sql(
                    f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}", parameters
                )
                print("\n".join(row[0] for row in rows), "\n")


def busy(place: Installation) -> None:
    """Some days marked, as they are between two counts."""
    today = start_of_day(place.runtime.clock.now())
    with open_context(place.runtime, system_actor("bench")) as ctx:
        for age in (3, 4, 5, 7, 11, 30):
            ctx.session.execute(
                text("INSERT INTO figure_marks SELECT moment, day, 1 FROM figure_days WHERE day = :day"),
                {"day": today - timedelta(days=age)},
            )


def measure(place: Installation, requests: int, days: int, rounds: int, *, explain: bool) -> None:
    actors = people(place)
    began = time.perf_counter()
    fill_many(place.runtime.engine, requests, days)
    place.settle()
    _tell("filled", {"seconds": round(time.perf_counter() - began, 1), "requests": requests, "days": days})

    def pages(said: str, *names: str, comparisons: Sequence[str | None] = (None,)) -> None:
        for name in names or actors:
            for comparison in comparisons:
                found = page(place, actors[name], days, rounds, comparison)
                _tell(f"{said}: {name}{', compared' if comparison else ''}", found)

    pages("from rows", *FROM_ROWS)
    if explain:
        explained(place, actors["manager"], days)
    unit: Callable[[], Any] = lambda: open_context(place.runtime, system_actor("bench"))  # noqa: E731
    with spending(place) as spent:
        counted = keeping.rebuild(unit)
    place.settle()
    rows = place.count("figure_sums")
    _tell("summed", {"days": counted, "sums": rows, "seconds": spent[0].wall, "server": spent[0].server})
    pages("with sums", comparisons=(None, "previous"))
    if explain:
        explained(place, actors["manager"], days)
    busy(place)
    pages("with six days marked", *FROM_ROWS)
    with spending(place) as spent:
        marked = place.count("figure_marks")
        with unit() as ctx:
            for moment, day in ctx.session.execute(text("SELECT moment, day FROM figure_marks")).all():
                keeping.count_day(ctx, moment, day)
    _tell("counted anew", {"days": marked, "server seconds": round(spent[0].server, 2)})


def _tell(name: str, value: Any) -> None:
    print(f"{name}: {json.dumps(value, ensure_ascii=False)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--explain", action="store_true")
    given = parser.parse_args()
    with installation("postgresql") as place:
        measure(place, given.requests, given.days, given.rounds, explain=given.explain)


if __name__ == "__main__":
    main()
