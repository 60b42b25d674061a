"""A small network over the scores of all heads: one hidden layer, several questions answered at once.

Plain numpy: ten thousand rows of a hundred numbers need nothing more, and the same seed gives the same
weights on every machine with the same BLAS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. `decay` is the weight decay per step relative to the learning rate."""

    hidden: int = 64
    members: int = 5
    epochs: int = 30
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.2
    dropout: float = 0.3
    smoothing: float = 0.0


@dataclass(frozen=True)
class Network:
    """An ensemble of one-hidden-layer networks, stored side by side.

    Shapes: `centre`, `scale` (inputs); `hidden` (members, inputs+1, hidden); `out` (members, hidden+1,
    outputs). `sizes` are the number of classes of each task; the outputs are their logits side by side.
    """

    centre: Floats
    scale: Floats
    hidden: Floats
    out: Floats
    sizes: tuple[int, ...]

    def probabilities(self, rows: Floats) -> list[Floats]:
        """One (rows, classes) array of mean member probabilities per task."""
        inner = self._inner(rows)
        return [self._answers(inner, task) for task in range(len(self.sizes))]

    def answers(self, rows: Floats, task: int) -> Floats:
        """`probabilities` of one task alone."""
        return self._answers(self._inner(rows), task)

    def _inner(self, rows: Floats) -> Floats:
        """(members, rows, hidden)."""
        inner: Floats = standardised(rows, self.centre, self.scale) @ self.hidden[:, :-1]
        inner += self.hidden[:, -1:]
        return np.maximum(inner, 0, out=inner)

    def _answers(self, inner: Floats, task: int) -> Floats:
        """(rows, classes). Rows come last until the end: numpy is slow over short last axes."""
        begin = sum(self.sizes[:task])
        out = self.out[:, :, begin : begin + self.sizes[task]].transpose(0, 2, 1)
        logits: Floats = out[:, :, :-1] @ inner.transpose(0, 2, 1)
        shares = softmax(logits + out[:, :, -1:], axis=1)
        return np.ascontiguousarray(shares.mean(axis=0).T)


@dataclass(frozen=True)
class Mixture:
    """Two networks for the same questions. `stream` knows posts as they come, `kinds` also sentences of kinds
    that a stream hardly has; the more a post looks like those, the more the second one says. Column `gate` of
    the inputs holds the log odds that it does.
    """

    stream: Network
    kinds: Network
    gate: int

    def probabilities(self, rows: Floats) -> list[Floats]:
        """As of `Network`."""
        found = self.stream.probabilities(rows)
        share = self.shares(rows)
        some = np.flatnonzero(share)
        if len(some):
            said = self.kinds.probabilities(rows[some])
            for whole, part in zip(found, said, strict=True):
                whole[some] += share[some, None] * (part - whole[some])
        return found

    def answers(self, rows: Floats, task: int) -> Floats:
        """`probabilities` of one task alone."""
        found = self.stream.answers(rows, task)
        share = self.shares(rows)
        some = np.flatnonzero(share)
        if len(some):
            found[some] += share[some, None] * (self.kinds.answers(rows[some], task) - found[some])
        return found

    def shares(self, rows: Floats) -> Floats:
        """What `kinds` has to say, 0 to 1: (rows,). For nearly all posts of a stream that is nothing."""
        share: Floats = np.clip((rows[:, self.gate] - _NO_SAY) / np.float32(_ALL_SAY - _NO_SAY), 0, 1)
        return share


_NO_SAY, _ALL_SAY = -3.0, 1.0


def standardised(rows: Floats, centre: Floats, scale: Floats) -> Floats:
    """Rows moved to mean 0 and deviation 1, cut off at six deviations so that no oddity shouts."""
    scaled: Floats = np.clip((rows - centre) / scale, -6, 6).astype(np.float32)
    return scaled


def softmax(logits: Floats, axis: int = 1) -> Floats:
    shifted = np.exp(logits - logits.max(axis=axis, keepdims=True))
    shares: Floats = (shifted / shifted.sum(axis=axis, keepdims=True)).astype(np.float32)
    return shares


def train_network(
    rows: Floats, targets: Sequence[Ints], sizes: Sequence[int], weights: Floats, recipe: Recipe, seed: int
) -> Network:
    """Fit `recipe.members` networks by Adam on the summed cross-entropies of all tasks.

    `rows` is (n, inputs); each target holds class numbers, -1 where the row has no label for the task;
    `weights` multiplies a row's loss.
    """
    centre = rows.mean(axis=0)
    scale = rows.std(axis=0) + np.float32(1e-3)
    scaled = standardised(rows, centre, scale)
    members = [
        _train_member(scaled, targets, tuple(sizes), weights, recipe, np.random.default_rng((seed, number)))
        for number in range(recipe.members)
    ]
    hidden, out = (np.stack(layers).astype(np.float32) for layers in zip(*members, strict=True))
    return Network(centre.astype(np.float32), scale.astype(np.float32), hidden, out, tuple(sizes))


def _train_member(
    rows: Floats,
    targets: Sequence[Ints],
    sizes: tuple[int, ...],
    weights: Floats,
    recipe: Recipe,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    first = _initial(rng, rows.shape[1], recipe.hidden)
    second = _initial(rng, recipe.hidden, sum(sizes))
    optimiser = _Adam([first, second], recipe)
    steps = recipe.epochs * -(-len(rows) // recipe.batch)
    step = 0
    for _ in range(recipe.epochs):
        order = rng.permutation(len(rows))
        for begin in range(0, len(rows), recipe.batch):
            chosen = order[begin : begin + recipe.batch]
            labels = [target[chosen] for target in targets]
            gradients = _gradients(rows[chosen], labels, sizes, weights[chosen], first, second, recipe, rng)
            optimiser.step(gradients, 0.5 * (1 + np.cos(np.pi * step / steps)))
            step += 1
    return first, second


def _gradients(
    rows: Floats,
    labels: Sequence[Ints],
    sizes: tuple[int, ...],
    weights: Floats,
    first: Floats,
    second: Floats,
    recipe: Recipe,
    rng: np.random.Generator,
) -> list[Floats]:
    keep = (rng.random((len(rows), recipe.hidden), dtype=np.float32) >= recipe.dropout) / (1 - recipe.dropout)
    inner = np.maximum(rows @ first[:-1] + first[-1], 0) * keep.astype(np.float32)
    logits = _split(inner @ second[:-1] + second[-1], sizes)
    errors = [_error(part, label, weights, recipe) for part, label in zip(logits, labels, strict=True)]
    error = np.concatenate(errors, axis=1) / np.float32(len(rows))
    back = (error @ second[:-1].T) * (inner > 0) * keep.astype(np.float32)
    return [_with_bias(rows.T @ back, back), _with_bias(inner.T @ error, error)]


def _error(logits: Floats, labels: Ints, weights: Floats, recipe: Recipe) -> Floats:
    wanted = np.full_like(logits, recipe.smoothing / logits.shape[1])
    wanted[np.arange(len(labels)), np.maximum(labels, 0)] += 1 - recipe.smoothing
    return (softmax(logits) - wanted) * (weights * (labels >= 0))[:, None].astype(np.float32)


def _with_bias(gradient: Floats, error: Floats) -> Floats:
    return np.concatenate((gradient, error.sum(axis=0, keepdims=True)))


def _initial(rng: np.random.Generator, inputs: int, outputs: int) -> Floats:
    weights = rng.normal(0, np.sqrt(2 / inputs), size=(inputs + 1, outputs)).astype(np.float32)
    weights[-1] = 0
    return weights


def _split(logits: Floats, sizes: tuple[int, ...]) -> list[Floats]:
    return np.split(logits, np.cumsum(sizes)[:-1], axis=1)


class _Adam:
    """Adam with decoupled weight decay, changing the given arrays in place."""

    def __init__(self, parameters: list[Floats], recipe: Recipe) -> None:
        self._parameters = parameters
        self._recipe = recipe
        self._mean = [np.zeros_like(p) for p in parameters]
        self._square = [np.zeros_like(p) for p in parameters]
        self._count = 0

    def step(self, gradients: list[Floats], factor: float) -> None:
        self._count += 1
        rate = np.float32(self._recipe.rate * factor)
        decay = np.float32(self._recipe.decay)
        for arrays in zip(self._parameters, gradients, self._mean, self._square, strict=True):
            _adam_step(*arrays, self._count, rate, decay)


def _adam_step(
    parameter: Floats,
    gradient: Floats,
    mean: Floats,
    square: Floats,
    count: int,
    rate: np.float32,
    decay: np.float32,
) -> None:
    """One step in place; the last row, the constants, does not decay."""
    mean += np.float32(0.1) * (gradient - mean)
    square += np.float32(0.001) * (gradient * gradient - square)
    unbiased = mean / np.float32(1 - 0.9**count)
    spread = np.sqrt(square / np.float32(1 - 0.999**count)) + np.float32(1e-8)
    parameter[:-1] *= 1 - rate * decay
    parameter -= rate * unbiased / spread
