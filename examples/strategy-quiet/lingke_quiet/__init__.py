"""An example strategy: some people are spared as long as somebody else is free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.strategies.base import Ranked, Strategy, by_load


class Spared(BaseModel):
    """Who is spared; below this load they are not."""

    model_config = ConfigDict(extra="forbid")
    operator_ids: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=50)] = []


class Quiet(Strategy):
    """The least loaded of those who are not spared; only when none of them is free, one who is."""

    name = "quiet"
    settings = Spared
    words = {  # noqa: RUF012
        "zh-CN": {
            "name": "照顾新人",
            "hint": "名单上的人最后才接",
            "quiet": "在线，不在照顾名单里",
            "quiet_spared": "其他人都没空，照顾名单里也得接",
        },
        "en": {
            "name": "Spare some",
            "hint": "Those named come last",
            "quiet": "Online, and not spared",
            "quiet_spared": "Nobody else is free",
        },
    }

    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        spared = set(settings.operator_ids)
        ordered = sorted(candidates, key=lambda person: (person.id in spared, by_load(person)))
        return [
            Ranked(
                person,
                "quiet_spared" if person.id in spared else "quiet",
                round(person.load, 4),
                {"load": round(person.load, 4)},
            )
            for person in ordered
        ]
