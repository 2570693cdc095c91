"""How many candidates an index that rounds hands on, so that the wanted ones are among them."""

from __future__ import annotations

import math

from gesso.core.indexes.index import Place, Recall


def candidates(place: Place, count: int, recall: Recall, *, fast: int, balanced: int) -> int:
    """`count` wanted, and more the rougher the guess and the harder the look.

    Canaries ask for few works in a balanced look: where they content themselves with fewer
    candidates, they say nothing of how many a fast look or a long list of works wants, and these
    get as many as ever.

    Args:
        place: says how much wider, or narrower, its canaries wanted it.
        count: how many are wanted in the end.
        recall: how hard to look.
        fast: how many more for a fast look.
        balanced: and for a balanced one.
    """
    at_least = max(1, place.widen)
    more = at_least * fast if recall == "fast" else place.widen * balanced
    return math.ceil(more + at_least * 3 * count)
