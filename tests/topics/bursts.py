"""An hour that stands out: what many people write about one thing, and hours that say what is usual."""

from __future__ import annotations

from datetime import timedelta

from app.core.clock import ManualClock
from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.listener.jobs import judge_items
from app.models import Account, HourlyVolume
from tests.factories.make import Make

OUTAGE = (
    "投诉南屏区宽带断了没人管",
    "南屏区宽带又断了，投诉",
    "投诉：南屏区的宽带断网半天",
    "南屏区宽带断了，要投诉",
    "投诉南屏区宽带断线",
)


def burst(make: Make, account: Account, times: int = 4) -> None:
    posts = [
        make.post(f"{text} {number}", author=f"u{number}-{place}")
        for number in range(times)
        for place, text in enumerate(OUTAGE)
    ]
    make.store(account, *posts)
    judge_items(make.runtime)


def known_hours(
    make: Make, clock: ManualClock, account: Account, posts: int = 2, negative: int = 0, days: int = 4
) -> None:
    """Days at which this hour had so many posts, so that what is usual is known."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with open_context(make.runtime, system_actor("history", Permission.LISTENER_INGEST)) as ctx:
        ctx.session.add_all(
            HourlyVolume(
                created_at=hour,
                account_id=account.id,
                hour=hour - timedelta(days=back),
                total=posts,
                negative=negative,
            )
            for back in range(1, days + 1)
        )
