"""How good rankings are: nDCG, recall and precision, with intervals by the bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

_RESAMPLES = 2000
_SEED = 20_260_101


@dataclass(frozen=True)
class Figure:
    """A mean over queries.

    Attributes:
        mean: 0 to 1.
        low, high: the ends of its 95 % interval.
    """

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Scores:
    """One ranking against what is relevant, at a depth.

    Attributes:
        ndcg: 1 where everything relevant stands first.
        recall: the share of what is relevant that was found.
        precision: the share of what was asked for that is relevant.
    """

    ndcg: float
    recall: float
    precision: float


def scored(found: Sequence[int], relevant: frozenset[int], depth: int) -> Scores:
    """Score one ranking (Järvelin and Kekäläinen 2002, with gains of 0 and 1).

    Args:
        found: works, best first.
        relevant: at least one.
        depth: how many of them count.

    Raises:
        ValueError: nothing is relevant, or the depth is below 1.
    """
    if not relevant or depth < 1:
        raise ValueError("A ranking is scored against at least one work, at a depth of 1 or more.")
    hits = [work in relevant for work in found[:depth]]
    gained = sum(1 / log2(rank + 2) for rank, is_hit in enumerate(hits) if is_hit)
    best = sum(1 / log2(rank + 2) for rank in range(min(depth, len(relevant))))
    return Scores(gained / best, sum(hits) / len(relevant), sum(hits) / depth)


def over_queries(values: Sequence[float]) -> Figure:
    """A mean with its 95 % interval: queries are drawn again and again, the same way each time."""
    told = np.array(values, dtype=np.float64)
    if not len(told):
        return Figure(0.0, 0.0, 0.0)
    drawn = np.random.default_rng(_SEED).integers(0, len(told), (_RESAMPLES, len(told)))
    low, high = np.quantile(told[drawn].mean(axis=1), [0.025, 0.975])
    return Figure(float(told.mean()), float(low), float(high))


def over_differences(one: Sequence[float], two: Sequence[float]) -> Figure:
    """How much better the first is than the second on the same queries, with its interval."""
    return over_queries([a - b for a, b in zip(one, two, strict=True)])
