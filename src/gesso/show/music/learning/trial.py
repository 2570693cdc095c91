"""A trial of a matching on pairs that it has not seen, beside what it would replace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.show.music.learning.matching import weight_of
from gesso.show.music.learning.towers import Towers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Train = Callable[[Floats, Floats, Floats], Towers]
"""Learns from pictures, their tracks and those tracks' moods, a row for each pair."""

FOLDS = 5
_FEWEST_ISLANDS = 2 * FOLDS
CONFIDENCE = 0.99
_DRAWS = 4000


@dataclass(frozen=True)
class Ground:
    """Pairs as numbers.

    Attributes:
        works: (pairs,) whose picture.
        tracks: (pairs,) rows of the music.
        groups: (music,) tracks of one album share a number: what is alike is held out together.
        pictures: (pairs, k) numbers of each pair's picture.
        music: (music, t) numbers of all tracks.
        moods: (music, 2) valence and arousal of all tracks, as shares.
        usual: (pairs, music) how well each track fits by what is not learnt, 0 to 1.
        times: (pairs,) how often each is told to who learns; None for once. Who is tried is asked
            for each pair once, however often it is told.
    """

    works: Ints
    tracks: Ints
    groups: Ints
    pictures: Floats
    music: Floats
    moods: Floats
    usual: Floats
    times: Ints | None = None

    def learn(self, train: Train, rows: Ints, tracks: Ints | None = None) -> Towers:
        """Towers from some pairs, or from their pictures with other tracks."""
        heard = self.tracks[rows] if tracks is None else tracks
        if self.times is not None:
            rows, heard = np.repeat(rows, self.times[rows]), np.repeat(heard, self.times[rows])
        return train(self.pictures[rows], self.music[heard], self.moods[heard])


@dataclass(frozen=True)
class Standing:
    """How well a matching ranks the tracks that belong to pictures.

    Attributes:
        mrr: the mean of 1 / rank.
        recall_1, recall_5, recall_10: how often the track is among the first.
        ndcg: with the one right track.
    """

    mrr: float
    recall_1: float
    recall_5: float
    recall_10: float
    ndcg: float


@dataclass(frozen=True)
class Report:
    """What came of a trial.

    Attributes:
        pairs: that were held out, each once.
        music: tracks among which each was looked for.
        kind: how it was trained.
        learnt: the matching with what was learnt in it.
        usual: the one without.
        popular: the tracks by how often they were chosen for other pictures.
        shuffled: as `learnt`, trained on the same pictures and tracks put together by chance.
        chance: the mean of 1 / rank by luck alone.
        gain: how much better the mean of 1 / rank is than `usual`.
        least, most: the interval of that gain, with 99 % confidence.
        above_shuffled: the lower end of the gain over `shuffled`.
    """

    pairs: int
    music: int
    kind: str
    learnt: Standing
    usual: Standing
    popular: Standing
    shuffled: Standing
    chance: float
    gain: float
    least: float
    most: float
    above_shuffled: float

    @property
    def is_better(self) -> bool:
        """Whether it beats what it would replace, and luck, beyond doubt."""
        return self.least > 0 and self.above_shuffled > 0


def tried(ground: Ground, train: Train, kind: str, seed: int = 0) -> Report:
    """Try a way of training: every pair is held out once, with all of its album and its picture.

    Args:
        ground: the pairs.
        train: learns from some of the pairs, a row for each.
        kind: what to call it.
        seed: of the folds and the draws.
    """
    chance = np.random.default_rng(seed)
    usual = _ranks(ground, np.arange(len(ground.works)), ground.usual)
    learnt, popular, shuffled = usual.copy(), usual.copy(), usual.copy()
    for taught, held in _folds(ground, chance):
        share = weight_of(len(taught))
        towers = ground.learn(train, taught)
        learnt[held] = _ranks(ground, held, _blend(ground, held, towers, share))
        often = np.bincount(ground.tracks[taught], minlength=len(ground.music)).astype(float)
        popular[held] = _ranks(ground, held, np.tile(often, (len(held), 1)))
        mixed = ground.learn(train, taught, chance.permutation(ground.tracks[taught]))
        shuffled[held] = _ranks(ground, held, _blend(ground, held, mixed, share))
    least, most = _interval(1 / learnt - 1 / usual, ground.works, chance)
    above_luck, _ = _interval(1 / learnt - 1 / shuffled, ground.works, chance)
    count = len(ground.music)
    return Report(
        pairs=len(learnt),
        music=count,
        kind=kind,
        learnt=_standing(learnt),
        usual=_standing(usual),
        popular=_standing(popular),
        shuffled=_standing(shuffled),
        chance=float((1 / np.arange(1, count + 1)).mean()),
        gain=float((1 / learnt - 1 / usual).mean()),
        least=least,
        most=most,
        above_shuffled=above_luck,
    )


def _blend(ground: Ground, held: Ints, towers: Towers, share: float) -> Floats:
    alike = towers.alike(ground.pictures[held], ground.music)
    return np.asarray((1 - share) * ground.usual[held] + share * alike)


def _ranks(ground: Ground, held: Ints, scores: Floats) -> Floats:
    """(held,) the place of each pair's track, from 1; ties count by half.

    Other tracks that belong to the same picture are no rivals.
    """
    own = scores[np.arange(len(held)), ground.tracks[held]]
    above = (scores > own[:, None]).astype(float) + 0.5 * (scores == own[:, None])
    for row, pair in enumerate(held):
        also = ground.tracks[ground.works == ground.works[pair]]
        above[row, also] = 0.0
    return np.asarray(1 + above.sum(axis=1))


def _standing(ranks: Floats) -> Standing:
    one, five, ten = (float((ranks < most + 1).mean()) for most in (1, 5, 10))
    return Standing(
        float((1 / ranks).mean()), one, five, ten, float((1 / np.log2(1 + ranks)).mean())
    )


def _interval(gains: Floats, works: Ints, chance: np.random.Generator) -> tuple[float, float]:
    """The middle 99 % of mean gains over pictures that are drawn again and again."""
    _, which = np.unique(works, return_inverse=True)
    sums, counts = np.bincount(which, gains), np.bincount(which).astype(float)
    drawn = chance.integers(0, len(sums), size=(_DRAWS, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _folds(ground: Ground, chance: np.random.Generator) -> Iterator[tuple[Ints, Ints]]:
    """(taught, held) rows of pairs; each pair is held once.

    Where pairs fall into islands that share neither picture nor album, whole islands are held out.
    Else pictures and albums are each dealt out, and what is taught shares neither with what is
    held.
    """
    albums = ground.groups[ground.tracks]
    islands = _islands(ground.works, albums)
    rows = np.arange(len(ground.works))
    if len(np.unique(islands)) >= _FEWEST_ISLANDS:
        dealt = _dealt(islands, chance)
        for fold in range(FOLDS):
            yield rows[dealt != fold], rows[dealt == fold]
        return
    one, two = _dealt(ground.works, chance), _dealt(albums, chance)
    for first in range(FOLDS):
        for second in range(FOLDS):
            held = (one == first) & (two == second)
            taught = (one != first) & (two != second)
            if held.any() and taught.any():
                yield rows[taught], rows[held]


def _dealt(groups: Ints, chance: np.random.Generator) -> Ints:
    """A fold for each row, the same for all of a group."""
    names, which = np.unique(groups, return_inverse=True)
    return np.asarray(chance.permutation(len(names)) % FOLDS)[which]


def _islands(works: Ints, albums: Ints) -> Ints:
    """A number for each pair, the same for pairs that hang together by pictures and albums."""
    found = np.arange(len(works))
    while True:
        before = found.copy()
        for side in (works, albums):
            _, which = np.unique(side, return_inverse=True)
            least = np.full(int(which.max()) + 1, len(found))
            np.minimum.at(least, which, found)
            found = least[which]
        if (found == before).all():
            return found
