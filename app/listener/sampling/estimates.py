"""How many dropped items were dropped wrongly: an estimate from a stratified sample, with its interval."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.96
LEAST_PER_STRATUM = 5


@dataclass(frozen=True)
class Stratum:
    """`population` items dropped for one reason, `reviewed` of them looked at, `wrong` of those wrongly."""

    population: int
    reviewed: int
    wrong: int


@dataclass(frozen=True)
class Estimate:
    """Shares of the whole population, 0..1."""

    share: float
    low: float
    high: float


def estimate(strata: Sequence[Stratum]) -> Estimate | None:
    """The weighted share with Wilson's interval at 95 %; None while a stratum has not been looked at.

    The interval uses Kish's effective sample size, 1 / sum(weight² / reviewed): a sample that looks rarely at
    large strata says less than its number of rows. It is never larger than the number of reviewed rows.
    """
    there = [stratum for stratum in strata if stratum.population]
    if not there or any(stratum.reviewed == 0 for stratum in there):
        return None
    total = sum(stratum.population for stratum in there)
    weights = [stratum.population / total for stratum in there]
    pairs = list(zip(weights, there, strict=True))
    share = sum(weight * stratum.wrong / stratum.reviewed for weight, stratum in pairs)
    effective = 1 / sum(weight**2 / stratum.reviewed for weight, stratum in pairs)
    effective = min(effective, sum(stratum.reviewed for stratum in there))
    low, high = wilson(share, effective)
    return Estimate(share, low, high)


def wilson(share: float, number: float) -> tuple[float, float]:
    """Wilson's score interval of a share seen in `number` (possibly fractional) observations."""
    centre = share + Z**2 / (2 * number)
    spread = Z * sqrt(share * (1 - share) / number + Z**2 / (4 * number**2))
    scale = 1 + Z**2 / number
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def allocate(populations: Mapping[str, int], size: int) -> dict[str, int]:
    """How many items to draw of each stratum: by its share, but a few of each, never more than there are."""
    total = sum(populations.values())
    return {
        name: min(count, max(LEAST_PER_STRATUM, round(size * count / total)))
        for name, count in sorted(populations.items())
        if count
    }


def draw(ids: Mapping[str, Sequence[int]], size: int, seed: int) -> dict[str, list[int]]:
    """The drawn ids of each stratum; depends on the ids and the seed alone, not on their order."""
    wanted = allocate({name: len(members) for name, members in ids.items()}, size)
    return {
        name: sorted(random.Random(f"{seed}:{name}").sample(sorted(ids[name]), count))  # noqa: S311
        for name, count in wanted.items()
    }
