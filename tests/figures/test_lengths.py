"""Packed lengths: what is ranked from them is what is ranked from the rows."""

from __future__ import annotations

import math
import random

import pytest

from app.figures.lengths import Ranking, pack
from app.figures.rounding import DAY, HOUR, LONGEST, rounded, step_of, steps

PERCENTS = (1, 50, 90, 99, 100)


def test_steps_are_the_lengths_that_rounding_leaves() -> None:
    table = steps()
    assert len(table) <= 65_536  # two bytes
    assert list(table) == sorted(set(table))
    for step, length in enumerate(table):
        assert rounded(int(length)) == length
        assert step_of(int(length)) == step
    for seconds in (-5, 0, 9, 10, HOUR - 1, HOUR, 6 * HOUR, DAY - 1, DAY, LONGEST, LONGEST + 10**9):
        assert rounded(seconds) in table


def _nearest(lengths: list[int], percent: int) -> int:
    return sorted(lengths)[math.ceil(len(lengths) * percent / 100) - 1]


@pytest.mark.parametrize("seed", range(20))
def test_ranks_are_those_of_the_rows(seed: int) -> None:
    rng = random.Random(seed)
    groups = rng.choice((1, 3, 400))
    rows = [(rng.randrange(groups), rounded(int(rng.expovariate(1 / 40_000)))) for _ in range(3_000)]
    ranking = Ranking()
    for group in range(groups):
        own = [length for at, length in rows if at == group]
        cut = rng.randrange(len(own) + 1)
        ranking.add_packed(group, pack((length, own[:cut].count(length)) for length in set(own[:cut])))
        for length in own[cut:]:
            ranking.add(group, length, 1)
    whole, by_group = ranking.ranks(PERCENTS)
    lengths = [length for _, length in rows]
    assert whole == [len(rows), *(_nearest(lengths, percent) for percent in PERCENTS)]
    for group in range(groups):
        own = [length for at, length in rows if at == group]
        wanted = [len(own), *(_nearest(own, percent) for percent in PERCENTS)] if own else None
        assert by_group.get(group) == wanted


def test_many_of_one_length_are_kept_in_parts() -> None:
    ranking = Ranking()
    ranking.add_packed(0, pack([(600, 200_000), (0, 199_999)]))
    assert ranking.ranks((50, 51)) == ([399_999, 600, 600], {0: [399_999, 600, 600]})
    ranking.add_packed(0, pack([(0, 1)]))
    assert ranking.ranks((50,))[0] == [400_000, 0]


def test_nothing_has_no_rank() -> None:
    assert Ranking().ranks((50, 90)) == ([0, None, None], {})
    empty = Ranking()
    empty.add_packed(3, b"")
    assert empty.ranks((50,)) == ([0, None], {})
