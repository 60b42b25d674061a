"""What writes posts without being asked: the scenario and the replay of a corpus."""

from __future__ import annotations

from sandbox import openings
from sandbox.corpus import CorpusReplay
from sandbox.scenario import audience
from sandbox.scenario.engine import Scenario
from sandbox.wechat import articles
from sandbox.world import World


class Sources:
    def __init__(self, world: World) -> None:
        self._world = world
        self.corpus = CorpusReplay(world)
        self.scenario = Scenario(world)

    def start(self) -> None:
        """Begin after the server listens. Raises OSError when the corpus cannot be read."""
        openings.publish(self._world)
        self._world.pusher.start()
        self._gather_audience()
        articles.resume_publishing(self._world)
        self.corpus.start()
        self.scenario.start()

    def _gather_audience(self) -> None:
        if self._world.settings.scenario != "none":
            audience.gather(self._world)

    def halt(self) -> None:
        """Before a reset: nothing more may be written into the journal that is about to be emptied."""
        self.corpus.stop()

    def rewind(self) -> None:
        """After a reset: both begin again with their first post."""
        self.scenario.forget()
        openings.publish(self._world)
        self._gather_audience()
        self.corpus = CorpusReplay(self._world)
        self.corpus.start()

    def stop(self) -> None:
        self.corpus.stop()
        self.scenario.stop()
