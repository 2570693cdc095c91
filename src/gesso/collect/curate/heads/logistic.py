"""A multinomial logistic head with a ridge, fitted in the row space of few examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Targets = NDArray[np.int64]

_MOST_STEPS = 600
_FLAT = 2e-5


@dataclass(frozen=True)
class Head:
    """Turns vectors of one space into shares of belief.

    Attributes:
        centre: (size,) the mean of the examples.
        scale: root mean square distance of the examples from it.
        weights: (size, labels).
        bias: (labels,).
    """

    centre: Floats
    scale: float
    weights: Floats
    bias: Floats

    def beliefs(self, vectors: NDArray[np.floating]) -> Floats:
        """(works, labels): how much it believes in each label; each row adds up to 1."""
        moved = (vectors.astype(np.float64) - self.centre) / self.scale
        return softmax(moved @ self.weights + self.bias)


def softmax(scores: Floats) -> Floats:
    """Shares of each row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def fit(
    vectors: NDArray[np.floating], targets: Targets, count: int, ridges: Sequence[float]
) -> list[Head]:
    """Fit one head for each ridge; each label counts alike, however many examples it has.

    Vectors are moved to their mean and scaled to a mean square of 1, so that one ridge means the
    same in every space. Among few examples the weights lie in their span, where fitting is a
    matter of milliseconds.

    Args:
        vectors: (works, size), at least one of each label.
        targets: (works,) label numbers, 0 to `count` - 1.
        count: how many labels there are.
        ridges: how much large weights cost, above 0, the largest first.
    """
    plain = vectors.astype(np.float64)
    centre = plain.mean(axis=0)
    moved = plain - centre
    scale = max(float(np.sqrt((moved**2).sum(axis=1).mean())), 1e-9)
    points, basis = _spanned(moved / scale)
    shares = _shares(targets, count)
    problem = _Problem(np.hstack([points, np.ones((len(points), 1))]), targets, shares)
    heads, at = [], np.zeros((points.shape[1] + 1, count))
    for ridge in ridges:
        at = _descend(problem, ridge, at)
        heads.append(Head(centre, scale, basis.T @ at[:-1], at[-1]))
    return heads


@dataclass(frozen=True)
class _Problem:
    """What is fitted: points with a one for the bias, their labels, what each counts."""

    points: Floats
    targets: Targets
    shares: Floats


def _spanned(moved: Floats) -> tuple[Floats, Floats]:
    """The examples in their own span: (works, rank) coordinates, and (rank, size) its axes."""
    if len(moved) > moved.shape[1]:
        return moved, np.eye(moved.shape[1])
    # The products of few examples are a small matrix; its eigenvectors are found in no time.
    squares, left = np.linalg.eigh(moved @ moved.T)
    held = squares > 1e-10 * max(float(squares.max(initial=0.0)), 1e-12)
    lengths = np.sqrt(squares[held])
    return left[:, held] * lengths, (left[:, held].T @ moved) / lengths[:, None]


def _shares(targets: Targets, count: int) -> Floats:
    """What each example counts, so that labels count alike; all of them add up to 1."""
    examples = np.bincount(targets, minlength=count)
    return np.asarray(1.0 / (count * np.maximum(examples[targets], 1)))


def _descend(problem: _Problem, ridge: float, start: Floats) -> Floats:
    """Nesterov's method on a strongly convex loss; it starts where the last ridge ended."""
    points, shares = problem.points, problem.shares[:, None]
    truth = np.zeros((len(points), start.shape[1]))
    truth[np.arange(len(points)), problem.targets] = 1.0
    steepest = 0.5 * float(np.linalg.norm((points * shares).T @ points, 2)) + ridge
    pull = np.full((points.shape[1], 1), ridge)
    pull[-1] = 1e-6  # the bias is free, but for what keeps it in place
    at, ahead, speed = start, start.copy(), 1.0
    for _ in range(_MOST_STEPS):
        slope = points.T @ ((softmax(points @ ahead) - truth) * shares) + pull * ahead
        after = ahead - slope / steepest
        faster = (1 + np.sqrt(1 + 4 * speed * speed)) / 2
        if float(((ahead - after) * (after - at)).sum()) > 0:
            faster, speed = 1.0, 1.0  # it ran uphill: begin anew (O'Donoghue and Candes, 2013)
        ahead = after + (speed - 1) / faster * (after - at)
        at, speed = after, faster
        if float(np.abs(slope).max()) < _FLAT:
            break
    return at
