"""Runs the day: decides when the next post is due and writes it through the customers' door."""

from __future__ import annotations

import logging
import random
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from sandbox import customer
from sandbox.accounts import BrandAccount
from sandbox.scenario import slots
from sandbox.scenario.curve import intensity
from sandbox.scenario.writer import Draft, Writer
from sandbox.weibo import content
from sandbox.world import World

Json = dict[str, Any]
_TICK = 0.2
_DAY = 86_400
_BRAND_POST_EVERY = 40
_ACT_EVERY = 15
_WITH_PICTURE = 0.1
_SHARES = ("repost", "lottery")
_RETRACTED = 0.01
_log = logging.getLogger(__name__)


_LEAST = 0.1


def eased(elapsed: float, quiet: float) -> float:
    """How much of the rate is written `elapsed` seconds into a start of `quiet` seconds."""
    return min(1.0, _LEAST + (1 - _LEAST) * max(0.0, elapsed) / quiet)


class Scenario:
    """`number` counts the posts of this journal, so that a restart goes on with the next and repeats none."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._writer = Writer(world.settings.seed)
        self._stopped = threading.Event()
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._crises: list[tuple[float, str]] = []
        self.rate = world.settings.rate
        self.speed = world.settings.speed
        self.paused = world.settings.scenario == "none"

    @property
    def number(self) -> int:
        return int(self._world.store.meta("scenario_number", "0"))

    def as_json(self) -> Json:
        factor = intensity(self._day_time())
        state = {"rate": self.rate, "speed": self.speed, "paused": self.paused, "number": self.number}
        return {**state, "intensity": round(factor, 3), "crisis_posts_waiting": len(self._crises)}

    def change(self, body: Json) -> None:
        """Raises ValueError for a rate that is not a number."""
        self.rate = float(body.get("rate", self.rate))
        self.speed = float(body.get("speed", self.speed))
        self.paused = bool(body.get("paused", self.paused))
        for _ in range(min(int(body.get("emit", 0)), 10_000)):
            self.emit()

    def start(self) -> None:
        self._started = time.monotonic()
        threading.Thread(target=self._run, name="scenario", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def start_crisis(self, body: Json) -> Json:
        """Spread `posts` over `seconds`, most of them early, as an outrage comes."""
        posts, seconds = min(int(body.get("posts", 60)), 5_000), float(body.get("seconds", 60))
        topic, now = str(body.get("topic", "云岭大面积断网"))[:40], time.monotonic()
        dice = random.Random(f"{self._world.settings.seed}:{self.number}:crisis")
        moments = sorted(now + seconds * dice.random() ** 1.6 for _ in range(posts))
        with self._lock:
            self._crises = sorted([*self._crises, *((moment, topic) for moment in moments)])
        return {"posts": posts, "seconds": seconds, "topic": topic}

    def forget(self) -> None:
        with self._lock:
            self._crises = []
        self._writer = Writer(self._world.settings.seed)

    def _day_time(self) -> float:
        """The scenario's own time: the platform's clock, its day passing `speed` times faster."""
        now = self._world.clock.now()
        elapsed = time.monotonic() - getattr(self, "_started", time.monotonic())
        return now + elapsed * (self.speed - 1)

    def _run(self) -> None:
        dice, owed = random.Random(self._world.settings.seed), 0.0
        self._await_listener()
        self._began = time.monotonic()
        while not self._stopped.wait(_TICK):
            try:
                self._write_due_crisis_posts()
                if not self.paused:
                    owed += (
                        self.rate
                        / 60
                        * _TICK
                        * self.speed
                        * intensity(self._day_time())
                        * self._eased()
                        * dice.expovariate(1)
                    )
                while owed >= 1 and not self._stopped.is_set():
                    owed -= 1
                    self.emit()
            except Exception:
                _log.exception("the scenario skipped a post")  # one bad post must not end the day

    def _eased(self) -> float:
        """The share of the rate while the day begins: a tenth at first, all of it at the end."""
        quiet = self._world.settings.quiet_start
        return 1.0 if quiet <= 0 else eased(time.monotonic() - self._began, quiet)

    def _await_listener(self) -> None:
        """A demo's first messages must not be given up because the product is still starting."""
        base = urlsplit(self._world.settings.callback_base)
        address = (base.hostname or "127.0.0.1", base.port or 80)
        deadline = time.monotonic() + self._world.settings.patience
        while not self.paused and time.monotonic() < deadline and not self._stopped.is_set():
            try:
                socket.create_connection(address, timeout=1).close()
            except OSError:
                self._stopped.wait(0.5)
            else:
                return

    def _write_due_crisis_posts(self) -> None:
        with self._lock:
            due = [topic for moment, topic in self._crises if moment <= time.monotonic()]
            self._crises = self._crises[len(due) :]
        for topic in due:
            number = self._next_number()
            self._publish(number, self._writer.crisis(number, topic))

    def _next_number(self) -> int:
        with self._world.store.transaction():
            number = self.number + 1
            self._world.store.set_meta("scenario_number", str(number))
        return number

    def emit(self) -> None:
        """Write the next post of the day, and now and then one of the brand's own."""
        number = self._next_number()
        if number % _BRAND_POST_EVERY == 1:
            brand = self._brand("weibo", number)
            content.write_status(
                self._world, brand.external_id, self._writer.brand_post(number), origin="scenario"
            )
        self._publish(number, self._writer.draft(number))
        if number % _ACT_EVERY == 0:
            self._act(number)

    def _act(self, number: int) -> None:
        """Somebody follows or leaves."""
        dice = random.Random(f"{self._world.settings.seed}:act:{number}")
        platform = dice.choice(("weibo", "wechat"))
        words = ("follow", "unfollow") if platform == "weibo" else ("subscribe", "unsubscribe")
        event = dice.choices(words, (4, 1))[0]
        customer.event(self._world, self._brand(platform, number), slots.customer_name(dice), event)

    def _brand(self, platform: str, number: int) -> BrandAccount:
        """The first account of a platform gets half of what is written."""
        brands = self._world.directory.all(platform)
        return brands[0] if number % 2 else brands[number // 2 % len(brands)]

    def _publish(self, number: int, draft: Draft) -> None:
        world = self._world
        brand = self._brand(draft.platform, number)
        place = "message" if draft.platform == "wechat" and draft.place == "post" else draft.place
        with world.store.transaction():
            written = self._write(brand, place, draft)
            ids = {"id_": written.id, "person": written.person}
            world.records.truth(draft.platform, brand.key, draft.truth, kind=place, text=draft.text, **ids)
        self._sometimes_retract(draft, place, written.id)

    def _write(self, brand: BrandAccount, place: str, draft: Draft) -> customer.Written:
        world = self._world
        if place == "post":
            picture = random.Random(draft.text).random() < _WITH_PICTURE
            shared = draft.platform == "weibo" and draft.truth.flavour in _SHARES
            original = str(content.newest_status(world, brand)["id"]) if shared else ""
            return customer.post(
                world, brand, draft.name, draft.text, origin="scenario", repost_of=original, picture=picture
            )
        if place == "comment":
            return customer.comment(world, brand, draft.name, draft.text, origin="scenario")
        return customer.message(world, brand, draft.name, draft.text, origin="scenario")

    def _sometimes_retract(self, draft: Draft, place: str, id_: str) -> None:
        """A few people delete what they wrote: lists then hold short pages."""
        dice = random.Random(f"{self._world.settings.seed}:{id_}")
        if draft.platform == "weibo" and place == "post" and dice.random() < _RETRACTED:
            self._world.store.run("UPDATE weibo_status SET deleted = 1 WHERE id = ?", int(id_))
