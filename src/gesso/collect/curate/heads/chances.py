"""How sure one may be after so many right answers: exact bounds and intervals of a share."""

from __future__ import annotations

import math
from functools import lru_cache

_STEPS = 40


def interval(right: int, asked: int) -> tuple[float, float]:
    """The 95 % interval of a share: Wilson's score interval (JASA 22, 1927).

    Args:
        right: right answers.
        asked: questions; with none the interval is 0 to 1.
    """
    if not asked:
        return 0.0, 1.0
    z, share = 1.96, right / asked
    middle = (share + z * z / (2 * asked)) / (1 + z * z / asked)
    half = z * math.sqrt(share * (1 - share) / asked + (z / (2 * asked)) ** 2) / (1 + z * z / asked)
    return max(0.0, middle - half), min(1.0, middle + half)


@lru_cache(maxsize=65_536)
def least_share(right: int, asked: int, doubt: float) -> float:
    """The share that holds at least, but for a doubt: the exact bound of Clopper and Pearson.

    With all of n right it is doubt ** (1 / n): 8 of 8 give 0.82 at a doubt of 0.2.

    Args:
        right: right answers.
        asked: questions.
        doubt: the chance that the true share is below, above 0 and below 1.
    """
    if right <= 0:
        return 0.0
    if right == asked:
        return float(doubt ** (1.0 / asked))
    low, high = 0.0, right / asked
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _chance_of(right, asked, middle) < doubt:
            low = middle
        else:
            high = middle
    return low


def _chance_of(right: int, asked: int, share: float) -> float:
    """The chance of `right` or more right answers at a share."""
    if share <= 0:
        return 0.0
    log_share, log_rest = math.log(share), math.log1p(-share)
    whole = math.lgamma(asked + 1)
    return math.fsum(
        math.exp(
            whole
            - math.lgamma(k + 1)
            - math.lgamma(asked - k + 1)
            + k * log_share
            + (asked - k) * log_rest
        )
        for k in range(right, asked + 1)
    )
