"""Handing out: requests that wait, given to people by rules, queues and strategies, on both databases.

    python -m bench.routing [--requests 5000] [--open 100 100000] [--databases postgresql]

Two hundred people, fifty rules of which the last alone holds, and a queue for each of three strategies. The
requests come in while nobody is there, so that they wait; then all come at once, and what waits is handed out
in transactions of 250 a place, as the job does it. Then the same number come in with everybody there,
so that rules and decision are on the way from a post to a screen. At each of the numbers of open requests one
handing out is counted in statements, which are as many at each. The target is 1,000 assignments
a second on PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.models import Account, Operator, Presence, RoutingQueue, RoutingRule, ServiceRequest
from app.routing.handing_out import assign_waiting
from app.routing.setup.configuration import setup_changed
from bench._databases import KINDS, Installation, installation, organisation, spending
from bench._e2e_support import conditions, publish
from bench._posts import Stream
from bench.ingest import Statements, take_in

PEOPLE, RULES = 200, 50
STRATEGIES = ("least_loaded", "round_robin", "skill_first")
TARGET = 1000
ROUTER = system_actor("router", Permission.ROUTING_ASSIGN)


def set_up(place: Installation, account: Account) -> None:
    """Rules that ask three things each and fail at the last, then one for each queue."""
    with open_context(place.runtime, ROUTER) as ctx:
        common: dict[str, Any] = {"created_at": ctx.now(), "agency_id": account.agency_id}
        queues = [
            RoutingQueue(**common, name=name, position=at, strategy=name, settings={})
            for at, name in enumerate(STRATEGIES)
        ]
        ctx.session.add_all(queues)
        ctx.session.flush()
        for at in range(RULES):
            asked = [
                {"field": "lane", "op": "is", "value": "public"},
                {"field": "priority", "op": "any_of", "value": [1, 2, 3, 4]},
                {"field": "last_message", "op": "contains", "value": f"没有人这样说 {at}"},
            ]
            last = at == RULES - 1
            ctx.session.add(
                RoutingRule(
                    **common,
                    name=f"规则{at}",
                    position=at,
                    condition={"all": asked[: 2 if last else 3]},
                    queue_id=queues[at % len(queues)].id,
                    skills=[],
                    is_on=True,
                )
            )
        ctx.session.flush()
        setup_changed(ctx)


def presence(place: Installation, value: Presence) -> None:
    with open_context(place.runtime, ROUTER) as ctx:
        ctx.session.execute(update(Operator).values(presence=value))


def waiting(place: Installation) -> int:
    with open_context(place.runtime, ROUTER, write=False) as ctx:
        counted = select(func.count()).where(ServiceRequest.assignee_id.is_(None))
        return ctx.session.scalar(counted) or 0


def hand_out(place: Installation) -> int:
    given = 0
    while True:
        with open_context(place.runtime, ROUTER) as ctx:
            now = assign_waiting(ctx)
        if now == 0:
            return given
        given += now


def statements_of_one(place: Installation) -> int:
    """Of handing out once."""
    presence(place, Presence.ONLINE)
    with Statements(place) as statements, open_context(place.runtime, ROUTER) as ctx:
        assign_waiting(ctx)
    presence(place, Presence.OFFLINE)
    return statements.count


def measure(kind: str, requests: int, sizes: Sequence[int]) -> dict[str, Any]:
    with installation(kind) as place:
        account, _ = organisation(place.runtime, PEOPLE)
        set_up(place, account)
        stream = Stream(11, service=1.0)
        presence(place, Presence.OFFLINE)
        counts: dict[str, int] = {}
        for size in sorted(sizes):
            while (there := waiting(place)) < size:
                take_in(place, account.id, stream.next_posts(min(5000, max(1, size - there))))
            place.settle()
            counts[str(size)] = statements_of_one(place)
        while (there := waiting(place)) < requests:
            take_in(place, account.id, stream.next_posts(max(1, requests - there)))
        presence(place, Presence.ONLINE)
        with spending(place) as spent:
            given = hand_out(place)
        cost = spent[0]
        row = {
            "assigned": given,
            "assignments/s": round(given / cost.wall),
            "assignments/s of processor time": round(given / (cost.cpu + cost.server)),
            "statements by open": counts,
        }
        with spending(place) as spent:
            take_in(place, account.id, stream.next_posts(requests))
        row["posts/s with rules and decision"] = round(requests / spent[0].wall)
        return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=int(os.environ.get("BENCH_REQUESTS", "5000")))
    parser.add_argument("--open", type=int, nargs="+", default=[100, 100_000])
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=["postgresql"])
    asked = parser.parse_args()
    result: dict[str, Any] = conditions() | {"target assignments/s": TARGET}
    for kind in asked.databases:
        result[kind] = measure(kind, asked.requests, asked.open)
    publish("routing", result)


if __name__ == "__main__":
    main()
