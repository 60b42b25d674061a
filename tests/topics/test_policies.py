"""The rules by which an hour stands out and posts are about the same thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.models import AlertKind, Sensitivity
from app.topics.policies import Baseline, baseline_of, groups_of_similar, rarity, similarity, stands_out

HOUR = datetime(2026, 11, 20, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


def test_the_usual_is_the_median_of_the_same_hour_of_the_week() -> None:
    history = {HOUR - WEEK: (10, 2), HOUR - 2 * WEEK: (300, 200), HOUR - 3 * WEEK: (12, 2)}
    assert baseline_of(history, HOUR).posts == 12


def test_a_young_installation_falls_back_on_the_same_hour_of_other_days() -> None:
    days = {HOUR - timedelta(days=back): (5, 1) for back in (1, 2, 3)}
    nights = {HOUR - timedelta(days=back, hours=6): (500, 1) for back in (1, 2, 3)}
    assert baseline_of({**days, **nights}, HOUR).posts == 5


def test_nothing_known_is_no_baseline() -> None:
    assert baseline_of({}, HOUR) == Baseline(0.0, 0.0, 0)


def test_a_first_day_knows_nothing_usual() -> None:
    """Case G6."""
    young = {HOUR - timedelta(hours=back): (90, 80) for back in range(1, 20)}
    assert not baseline_of(young, HOUR).is_known
    for kind in AlertKind:
        assert stands_out(kind, Sensitivity.HIGH, 500, 400, baseline_of(young, HOUR)) is None


def test_on_the_second_day_a_busy_hour_is_the_measure() -> None:
    day = {HOUR - timedelta(hours=back): (5 if back % 4 else 60, 0) for back in range(1, 31)}
    usual = baseline_of(day, HOUR)
    assert usual.is_known
    assert usual.posts == 60


def test_quiet_hours_count_from_when_an_account_began_to_be_watched() -> None:
    """A first burst after three silent weeks is news."""
    usual = baseline_of({}, HOUR, HOUR - 3 * WEEK)
    assert usual == Baseline(0.0, 0.0, 3)
    assert stands_out(AlertKind.VOLUME, Sensitivity.MEDIUM, 30, 0, usual) == 30.0


@pytest.mark.parametrize(
    ("sensitivity", "posts", "fires"),
    [
        (Sensitivity.LOW, 81, True),
        (Sensitivity.LOW, 80, False),
        (Sensitivity.MEDIUM, 61, True),
        (Sensitivity.MEDIUM, 60, False),
        (Sensitivity.HIGH, 41, True),
        (Sensitivity.HIGH, 40, False),
    ],
)
def test_sensitivity_sets_how_far_above_the_usual_is_news(
    sensitivity: Sensitivity, posts: int, fires: bool
) -> None:
    usual = Baseline(20.0, 0.2, 5)
    assert (stands_out(AlertKind.VOLUME, sensitivity, posts, 0, usual) is not None) is fires


def test_a_handful_of_posts_is_never_news() -> None:
    for kind in AlertKind:
        assert stands_out(kind, Sensitivity.HIGH, 7, 7, Baseline(0.0, 0.0, 9)) is None


def test_a_negative_share_fires_only_well_above_its_usual() -> None:
    angry_brand = Baseline(30.0, 0.6, 8)
    calm_brand = Baseline(30.0, 0.1, 8)
    assert stands_out(AlertKind.NEGATIVE_SHARE, Sensitivity.MEDIUM, 30, 20, angry_brand) is None
    assert stands_out(AlertKind.NEGATIVE_SHARE, Sensitivity.MEDIUM, 30, 20, calm_brand) == pytest.approx(
        2 / 3
    )


def test_phrases_that_everybody_always_says_weigh_little() -> None:
    background = [frozenset({"客服", "您好"})] * 10
    assert rarity(background)["客服"] < 0.1
    assert similarity({}, {"a": 1.0}) == 0.0


def test_posts_sharing_half_their_words_form_a_group_and_others_do_not() -> None:
    posts = [frozenset("abcd"), frozenset("abce"), frozenset("xyz"), frozenset("abcf")]
    assert groups_of_similar(posts, {}) == [[0, 1, 3], [2]]
