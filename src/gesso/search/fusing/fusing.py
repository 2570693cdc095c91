"""Several rankings into one, by reciprocal rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gesso.search.columns.rows import Ids


@dataclass(frozen=True)
class Ranking:
    """One order of works.

    Attributes:
        name: what it orders by.
        ids: works, best first.
        weight: what it counts.
        joins: works that are in this one alone are found; else it only lifts those of others.
    """

    name: str
    ids: Ids
    weight: float
    joins: bool = True


def fused(rankings: Sequence[Ranking], constant: float) -> tuple[list[int], dict[int, float]]:
    """One order of all works, and the score of each: 1 for what is first in every ranking.

    Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual
    rank learning methods" (SIGIR 2009): how far scores of different kinds lie apart means
    nothing, their orders do. Of equal scores the newer work comes first.

    Args:
        rankings: at least one.
        constant: how little first places count more than later ones; 60 in the paper.
    """
    scores: dict[int, float] = defaultdict(float)
    total = sum(one.weight for one in rankings) or 1.0
    joined = {int(work) for one in rankings if one.joins for work in one.ids}
    for one in rankings:
        for rank, work in enumerate(one.ids.tolist()):
            if work in joined:
                scores[work] += one.weight / total * (constant + 1) / (constant + 1 + rank)
    rounded = {work: round(score, 9) for work, score in scores.items()}
    return sorted(rounded, key=lambda work: (-rounded[work], -work)), rounded
