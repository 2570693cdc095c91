"""Folds: examples dealt into parts in which every label is found, and twins stay together."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray


def folds(
    targets: NDArray[np.int64], groups: NDArray[np.int64], count: int, seed: int
) -> NDArray[np.int64]:
    """(examples,) the fold of each, 0 to `count` - 1.

    Examples of one group, scans of one picture say, come into one fold: who learns from one must
    not be asked about the other. Each label is spread as evenly as its groups allow.

    Args:
        targets: (examples,) label numbers.
        groups: (examples,) any numbers; equal ones belong together.
        count: how many folds, 2 or more.
        seed: for the order in which they are dealt.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for at, group in enumerate(groups.tolist()):
        members[group].append(at)
    labels = int(targets.max(initial=0)) + 1
    held = np.zeros((count, labels), dtype=np.int64)
    found = np.zeros(len(targets), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(members))
    bundles = [np.array(list(members.values())[at]) for at in order]
    # Large groups first: small ones even out what they leave.
    for bundle in sorted(bundles, key=len, reverse=True):
        mine = np.bincount(targets[bundle], minlength=labels)
        load = (held * (mine > 0)).sum(axis=1) * 1_000 + held.sum(axis=1)
        fold = int(load.argmin())
        held[fold] += mine
        found[bundle] = fold
    return found
