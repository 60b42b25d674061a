"""What a screen shows and does not keep by itself: when it changes, the screen is told; strangers are not."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.events import EVENTS
from app.core.tables import EventLog
from app.models import Operator
from app.realtime.publisher import publish_new
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.realtime.stories import World, stories
from tests.realtime.telling_stories import TellingStory, telling_stories

Open = Callable[[Operator | None], Browser]
TOLD_ELSEWHERE = {
    "model.promoted": "tests/listener/test_corrections.py: it takes a training",
    "session.ended": "tests/identity/test_login.py: whoever hears it is logged out",
}
"""Events without a story here, where theirs is, and why."""


class Ear:
    """What a browser hears, from where it began."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._seq: int = browser.get("/session").get_json()["event_seq"]

    def names(self) -> list[str]:
        answer = self._browser.get("/events", after=self._seq, limit=500)
        page = answer.get_json()
        assert (answer.status_code, page.get("reload")) == (200, False), page
        self._seq = page["seq"]
        return [event["name"] for event in page["events"]]


def _follow(make: Make, clock: ManualClock, story: TellingStory) -> None:
    """Play it, listening. What is gone meanwhile is heard as withdrawn, and read anew as well."""
    publish_new(make.runtime)
    ear, stranger = Ear(story.screen), Ear(story.stranger)
    before = story.shown()
    for number, _ in enumerate(story.acts):
        clock.advance(1)  # a browser may ask so often, and no more
        publish_new(make.runtime)
        names, after = ear.names(), story.shown()
        told = [name for name in names if name.partition(".")[0] in story.kinds]
        assert told or after == before, f"{story.name}, act {number}: changed, and the screen was not told"
        assert told or story.reads == () or after != before, f"{story.name}, act {number} did nothing"
        strange = [name for name in stranger.names() if name.partition(".")[0] in story.kinds]
        assert strange == [], f"{story.name}, act {number}: a stranger heard of it"
        before = after


def _caused(make: Make) -> set[str]:
    """Every event that browsers may hear and that the stories so far have brought about."""
    session = make.runtime.sessions()
    try:
        return set(session.scalars(select(EventLog.name).distinct()))
    finally:
        session.close()


def test_screens_are_told_and_every_event_has_a_story(
    make: Make, clock: ManualClock, remote: Remote, open_browser: Open
) -> None:
    world = World(make, clock, remote, open_browser)
    for telling in telling_stories(world):
        _follow(make, clock, telling)
    for story in stories(world):
        for _ in story.acts:
            publish_new(make.runtime)
    untold = set(EVENTS.all()) - _caused(make) - {"test.told"}
    assert untold == set(TOLD_ELSEWHERE), "write a story for a new event, or say where its story is"
