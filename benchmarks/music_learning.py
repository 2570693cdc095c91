"""What is learnt from pairs of pictures and tracks, on pairs whose bond is known.

    python benchmarks/music_learning.py [--trials 40]

Pictures are 48 numbers, tracks 15, both driven by four hidden ones through different mixtures, with
as much noise of their own; the mood that is not learnt sees two of the four, through noise. First:
in how many of 200 pictures the right one of 200 tracks is among the first ten, after so many pairs,
beside chance and beside the moods alone. Then: how often a matching is promoted where there is
something to learn, where pairs are put together by chance, and where what is learnt is worse than
the moods, because they alone tell the truth. A worse one must never be.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gesso.show.music.learning.towers import by_contrast, by_correlation
from gesso.show.music.learning.trial import Ground, Train, tried

Floats = NDArray[np.float64]
WAYS: dict[str, Train] = {
    "CCA": lambda pictures, tracks, _moods: by_correlation(pictures, tracks),
    "InfoNCE": by_contrast,
}


def main() -> None:
    """Print both tables."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--trials", type=int, default=40)
    trials = wishes.parse_args().trials
    reach()
    promotions(trials)


class World:
    """Things that hang together by four hidden numbers."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.to_pictures = self.chance.normal(size=(4, 48))
        self.to_tracks = self.chance.normal(size=(4, 15))

    def pairs(self, count: int) -> tuple[Floats, Floats, Floats]:
        """(pictures, tracks, hidden), a row for each pair."""
        hidden = self.chance.normal(size=(count, 4))
        strength = 1 / np.sqrt(1 + np.arange(48))
        noise = self.chance.normal(size=(count, 48))
        pictures = (np.tanh(0.7 * hidden @ self.to_pictures) + 0.6 * noise) * strength
        tracks = np.tanh(0.7 * hidden @ self.to_tracks)
        tracks = tracks + 0.6 * self.chance.normal(size=(count, 15))
        return pictures, tracks, hidden


def reach() -> None:
    """How far a few pairs carry."""
    print("pairs   R@10 of 200 (chance .050)            CPU ms to learn")
    print("        moods   CCA    InfoNCE                CCA   InfoNCE")
    for count in (20, 50, 100, 400, 1000, 2000):
        rows = [_reach(count, seed) for seed in range(5)]
        moods, cca, nce, cca_ms, nce_ms = np.mean(rows, axis=0)
        bar = "   bar for CCA: .35" if count == 50 else ""
        figures = f"{moods:.3f}   {cca:.3f}  {nce:.3f}          {cca_ms:>10.1f}{nce_ms:>9.0f}"
        print(f"{count:>5}   {figures}{bar}")


def _reach(count: int, seed: int) -> tuple[float, ...]:
    world = World(seed)
    pictures, tracks, hidden = world.pairs(count)
    others, music, truth = world.pairs(200)
    seen = truth[:, :2] + 0.5 * world.chance.normal(size=(200, 2))
    moods = -((seen[:, None] - truth[None, :, :2]) ** 2).sum(axis=2)
    told, costs = [_within_ten(moods)], []
    for way in WAYS.values():
        begun = time.process_time()
        towers = way(pictures, tracks, _shares(hidden[:, :2]))
        costs.append(1000 * (time.process_time() - begun))
        told.append(_within_ten(towers.alike(others, music)))
    return *told, *costs


def promotions(trials: int) -> None:
    """How often something is promoted, and whether it should be."""
    cases: dict[str, Callable[[int], Ground]] = {
        "something to learn": lambda seed: _ground(seed, 100),
        "put together by chance": lambda seed: _shuffled(_ground(seed, 100), seed),
        "the moods alone tell the truth": lambda seed: _told_by_moods(_ground(seed, 100), seed),
    }
    print(f"\nof {trials} trials of 100 pairs among 200 tracks, promoted:")
    for name, case in cases.items():
        reports = [tried(case(seed), WAYS["CCA"], "cca") for seed in range(trials)]
        promoted = sum(report.is_better for report in reports)
        usual = np.mean([report.usual.mrr for report in reports])
        learnt = np.mean([report.learnt.mrr for report in reports])
        print(f"  {name:<32}{promoted:>3}   MRR {usual:.3f} -> {learnt:.3f}")


def _ground(seed: int, count: int) -> Ground:
    world = World(1000 + seed)
    pictures, tracks, hidden = world.pairs(200)
    seen = hidden[:, :2] + 0.8 * world.chance.normal(size=(200, 2))
    apart = ((_shares(seen)[:, None] - _shares(hidden[:, :2])[None]) ** 2).sum(axis=2)
    rows = world.chance.permutation(200)[:count]
    usual = np.exp(-apart / (2 * 0.25**2))[rows]
    moods = _shares(hidden[:, :2])
    return Ground(rows, rows, np.arange(200), pictures[rows], tracks, moods, usual)


def _shuffled(ground: Ground, seed: int) -> Ground:
    mixed = np.random.default_rng(seed).permutation(ground.tracks)
    return replace(ground, tracks=mixed)


def _told_by_moods(ground: Ground, seed: int) -> Ground:
    noise = np.random.default_rng(seed).normal(size=ground.music.shape)
    return replace(ground, music=noise)


def _within_ten(scores: Floats) -> float:
    own = np.diag(scores)[:, None]
    return float(((scores > own).sum(axis=1) < 10).mean())


def _shares(values: Floats) -> Floats:
    order = values.argsort(axis=0).argsort(axis=0)
    return np.asarray((order + 0.5) / len(values))


if __name__ == "__main__":
    main()
