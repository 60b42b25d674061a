"""The small network."""

from __future__ import annotations

import numpy as np

from app.nlp.serving.network import Mixture, Network, Recipe, train_network


def exclusive_or() -> tuple[np.ndarray, np.ndarray]:
    rows = np.random.default_rng(1).normal(size=(600, 4)).astype(np.float32)
    return rows, ((rows[:, 0] > 0) ^ (rows[:, 1] > 0)).astype(np.int64)


def trained(seed: int = 1) -> Network:
    rows, wanted = exclusive_or()
    partial = np.where(np.arange(600) % 2 == 0, wanted, -1)
    return train_network(
        rows,
        [wanted, partial],
        (2, 2),
        np.ones(600, np.float32),
        Recipe(members=2, epochs=120, dropout=0.1),
        seed,
    )


def test_it_learns_what_no_line_can_separate() -> None:
    rows, wanted = exclusive_or()
    first, second = trained().probabilities(rows)
    assert (first.argmax(axis=1) == wanted).mean() > 0.95
    assert (second.argmax(axis=1) == wanted).mean() > 0.9


def test_probabilities_of_a_task_add_up_to_one() -> None:
    for task in trained().probabilities(exclusive_or()[0]):
        assert np.allclose(task.sum(axis=1), 1, atol=1e-5)


def test_the_seed_decides_the_weights() -> None:
    assert np.array_equal(trained(1).hidden, trained(1).hidden)
    assert not np.array_equal(trained(1).hidden, trained(2).hidden)


def test_an_input_that_never_varied_does_not_explode() -> None:
    rows = np.zeros((50, 3), dtype=np.float32)
    network = train_network(
        rows, [np.zeros(50, np.int64)], (2,), np.ones(50, np.float32), Recipe(members=1), 1
    )
    assert np.isfinite(network.probabilities(rows + 1000)[0]).all()


def test_one_task_alone_is_answered_as_among_all() -> None:
    rows = exclusive_or()[0]
    network = trained()
    for task, whole in enumerate(network.probabilities(rows)):
        assert np.allclose(network.answers(rows, task), whole, atol=1e-6)


def test_a_mixture_asks_the_second_network_by_its_gate() -> None:
    mixture = Mixture(trained(1), trained(2), gate=3)
    rows = exclusive_or()[0][:3]
    rows[:, 3] = (-3, -1, 1)
    for task, found in enumerate(mixture.probabilities(rows)):
        first, second = mixture.stream.answers(rows, task), mixture.kinds.answers(rows, task)
        assert not np.allclose(first, second, atol=1e-4)
        assert np.allclose(found[0], first[0], atol=1e-6)
        assert np.allclose(found[1], (first[1] + second[1]) / 2, atol=1e-6)
        assert np.allclose(found[2], second[2], atol=1e-6)
        assert np.allclose(mixture.answers(rows, task), found, atol=1e-6)
