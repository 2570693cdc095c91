"""A vote of the nearest labelled works, and how often such votes were right.

Distances are measured where works of one style lie close: principal directions, whitened by how
works differ within their styles. How far a vote can be trusted is learnt on the labelled works
themselves, each judged by works of other artists alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Whole = NDArray[np.int64]

_DIRECTIONS = 48
_SHRUNK = 0.2
"""Of the spread within styles, what is taken as alike in all directions."""
_VOTERS = 25
_WARMTH = 0.2
"""Cosine over which a voter's weight falls to a third."""
_MOST, _MOST_OF_STYLE = 2000, 150
"""Labelled works that are asked: more say little more, and cost."""
_FOLDS = 5
_CAUTION = 4.0
"""What a rise of trust with clearness must prove before it counts in full."""
_DRAWN = 30
"""Votes on a style that weigh as much as the record of all styles."""


@dataclass(frozen=True)
class Labelled:
    """Works whose style is known.

    Attributes:
        ids: (works,) of the catalogue.
        vectors: (works, size) float32 of length 1, in one space.
        styles: of each.
        creators: of each, "" for unknown; works of one are not counted as several voices.
    """

    ids: Whole
    vectors: NDArray[np.float32]
    styles: tuple[str, ...]
    creators: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Vote:
    """What the nearest labelled works say.

    Attributes:
        shares: (style, share of the votes), the most first, adding up to 1.
        voters: ids of the works that weighed most for the first style, three at most.
    """

    shares: tuple[tuple[str, float], ...]
    voters: tuple[int, ...] = ()


class Jury:
    """Labelled works that can be asked for the style of a picture.

    Args:
        labelled: at least two styles.
    """

    def __init__(self, labelled: Labelled) -> None:
        self.names = tuple(sorted(set(labelled.styles)))
        taken = _taken(labelled)
        numbers = {name: number for number, name in enumerate(self.names)}
        self._ids = labelled.ids[taken]
        self._labels = np.array([numbers[labelled.styles[at]] for at in taken])
        # A work of nobody known is its own voice.
        names = [labelled.creators[at] or f"#{labelled.ids[at]}" for at in taken]
        self._creators = np.unique(names, return_inverse=True)[1]
        self._vectors = labelled.vectors[taken].astype(np.float64)

    @property
    def creators(self) -> int:
        """How many artists are heard."""
        return int(self._creators.max()) + 1

    def ask(self, vector: NDArray[np.float32]) -> Vote:
        """The vote on one picture's vector."""
        query = vector.astype(np.float64)[np.newaxis]
        shares, near, weights = self._bench.shares(query)
        order = np.argsort(-shares[0], kind="stable")
        heard = tuple(
            (self.names[at], float(shares[0, at])) for at in order.tolist() if shares[0, at] > 0
        )
        mine = self._labels[near[0]] == order[0]
        strong = np.argsort(-np.where(mine, weights[0], -1), kind="stable")[: min(3, mine.sum())]
        return Vote(heard, tuple(int(self._ids[near[0, at]]) for at in strong.tolist()))

    def trust(self, vote: Vote) -> float:
        """How likely the first style of a vote is right, as votes on artists left out were.

        Each style has its own record, drawn towards that of all; a clearer vote counts for more,
        never for less.
        """
        style, share = vote.shares[0]
        record = self._record
        own = record.styles[self.names.index(style)]
        return _chance(_odds(own) + record.slope * (_odds(share) - record.middle))

    @cached_property
    def _bench(self) -> _Bench:
        return _Bench(self._vectors, self._labels, self._creators, len(self.names))

    @cached_property
    def _record(self) -> _Record:
        """How votes went on works whose artist was left out."""
        clear, right, said = [np.zeros(0)], [np.zeros(0)], [np.zeros(0, np.int64)]
        for fold in range(_FOLDS):
            out = self._creators % _FOLDS == fold
            if not out.any() or out.all():
                continue
            bench = _Bench(
                self._vectors[~out], self._labels[~out], self._creators[~out], len(self.names)
            )
            shares, _, _ = bench.shares(self._vectors[out])
            clear.append(shares.max(axis=1))
            said.append(shares.argmax(axis=1))
            right.append((said[-1] == self._labels[out]).astype(np.float64))
        return _learnt(
            np.concatenate(clear), np.concatenate(right), np.concatenate(said), len(self.names)
        )


@dataclass(frozen=True)
class _Record:
    """How often votes were right, by style, and how that rises with their share."""

    styles: tuple[float, ...]
    slope: float
    middle: float


def _learnt(clear: Doubles, right: Doubles, said: Whole, styles: int) -> _Record:
    """Rates by style, drawn towards the rate of all, and one slope (after Platt, 1999)."""
    if not len(clear):
        return _Record((0.0,) * styles, 0.0, 0.0)
    rate = float(right.mean())
    sums, counts = np.bincount(said, right, styles), np.bincount(said, minlength=styles)
    rates = (sums + _DRAWN * rate) / (counts + _DRAWN)
    odds = np.array([_odds(share) for share in clear.tolist()])
    middle = float(odds.mean())
    base = np.array([_odds(rates[style]) for style in said.tolist()])
    slope = 0.0
    for _ in range(20):
        chance = 1 / (1 + np.exp(-(base + slope * (odds - middle))))
        pull = float(((right - chance) * (odds - middle)).sum()) - _CAUTION * slope
        bend = float((chance * (1 - chance) * (odds - middle) ** 2).sum()) + _CAUTION
        slope = max(0.0, slope + pull / bend)
    return _Record(tuple(float(one) for one in rates), slope, middle)


def _odds(share: float) -> float:
    held = min(max(share, 0.01), 0.99)
    return math.log(held / (1 - held))


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


class _Bench:
    """Works in the space where styles lie close.

    Args:
        vectors: (works, size).
        labels: (works,) numbers of styles.
        creators: (works,) numbers of artists.
        styles: how many there are.
    """

    def __init__(self, vectors: Doubles, labels: Whole, creators: Whole, styles: int) -> None:
        self._labels, self._styles = labels, styles
        self._middle = vectors.mean(axis=0)
        self._map = _metric(vectors - self._middle, labels)
        self._places = self._placed(vectors)
        # Ten works of one artist are about three voices, not ten and not one.
        self._voices = 1 / np.sqrt(np.bincount(creators)[creators])

    def shares(self, queries: Doubles) -> tuple[Doubles, Whole, Doubles]:
        """(queries, styles) shares of the votes; (queries, voters) who voted, and their weights."""
        alike = self._placed(queries) @ self._places.T
        voters = min(_VOTERS, alike.shape[1])
        near = np.argsort(-alike, axis=1, kind="stable")[:, :voters]
        held = np.take_along_axis(alike, near, axis=1)
        weights = np.exp((held - held[:, :1]) / _WARMTH) * self._voices[near]
        shares = np.zeros((len(queries), self._styles))
        for at, (row, weight) in enumerate(zip(near, weights, strict=True)):
            np.add.at(shares[at], self._labels[row], weight)
        return shares / shares.sum(axis=1, keepdims=True), near, weights

    def _placed(self, vectors: Doubles) -> Doubles:
        places = (vectors - self._middle) @ self._map
        lengths = np.linalg.norm(places, axis=1, keepdims=True)
        return np.asarray(places / np.maximum(lengths, 1e-9), dtype=np.float64)


def _metric(centred: Doubles, labels: Whole) -> Doubles:
    """(size, directions): principal directions, whitened by the spread within styles.

    Within-class covariance normalisation after Hatch, Kajarekar and Stolcke (Interspeech 2006).
    """
    main = _directions(centred)
    places = centred @ main
    sums = np.zeros((int(labels.max()) + 1, places.shape[1]))
    np.add.at(sums, labels, places)
    counts = np.maximum(np.bincount(labels), 1)[:, np.newaxis]
    apart = places - (sums / counts)[labels]
    within = apart.T @ apart / len(apart)
    even = np.trace(within) / len(within) * np.eye(len(within))
    spread, axes = np.linalg.eigh(
        (1 - _SHRUNK) * within + _SHRUNK * even + 1e-9 * np.eye(len(even))
    )
    return np.asarray(main @ (axes / np.sqrt(spread)), dtype=np.float64)


def _directions(centred: Doubles) -> Doubles:
    """(size, directions): the principal ones; the smaller of the two ways round is taken."""
    works, size = centred.shape
    if works < size:
        _, _, turned = np.linalg.svd(centred, full_matrices=False)
        return np.asarray(turned[:_DIRECTIONS].T, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    return np.asarray(axes[:, ::-1][:, :_DIRECTIONS], dtype=np.float64)


def _taken(labelled: Labelled) -> Whole:
    """Which works are asked: of every style the same number at most, from many artists."""
    turns: dict[tuple[str, str], int] = {}
    order = []
    for at in np.argsort(labelled.ids, kind="stable").tolist():
        voice = (labelled.styles[at], labelled.creators[at])
        turns[voice] = turns.get(voice, -1) + 1
        order.append((turns[voice], int(labelled.ids[at]), at))
    held: dict[str, int] = {}
    taken = []
    for _, _, at in sorted(order):
        style = labelled.styles[at]
        if held.get(style, 0) < _MOST_OF_STYLE:
            held[style] = held.get(style, 0) + 1
            taken.append(at)
    return np.array(sorted(taken[:_MOST]), dtype=np.int64)


def shares_of_words(
    vector: NDArray[np.float32], words: NDArray[np.float32], names: Sequence[str], warmth: float
) -> Vote:
    """What words say of a picture in a space that reads both (zero-shot).

    Args:
        vector: (size,) of the picture, of length 1.
        words: (names, size) of each name, of length 1.
        names: of the styles.
        warmth: cosine over which a name's weight falls to a third.
    """
    alike = (words.astype(np.float64) @ vector.astype(np.float64)) / warmth
    weights = np.exp(alike - alike.max())
    weights /= weights.sum()
    order = np.argsort(-weights, kind="stable").tolist()
    return Vote(tuple((names[at], float(weights[at])) for at in order))
