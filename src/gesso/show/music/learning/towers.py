"""Two towers: a picture's numbers and a track's, brought into one room and compared there.

Regularised canonical correlation (Hotelling 1936; the ridge as in Vinod 1976) is solved in closed
form and learns from few pairs. With a thousand and more, both towers are trained against each
other by InfoNCE (van den Oord et al. 2018), symmetric as in CLIP, with targets softened by how
near the moods of the pairs are (as MMVA, arXiv 2501.01094, finds its pairs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["cca", "infonce"]

_RIDGE = 0.3
"""Of the mean variance, added to each direction: what was measured to do best from 20 to 400."""
_DIRECTIONS = 8
_STEPS, _RATE, _DECAY, _HEAT, _BATCH = 400, 3e-3, 3e-2, 0.1, 256
_WIDTH = 16
_SOFT = 0.25
"""So much of a target goes to pairs of a like mood."""


@dataclass(frozen=True)
class Towers:
    """What was learnt; both sides in, one comparable room out.

    Attributes:
        kind: how.
        picture_mean, picture_map: (p,) and (p, d).
        track_mean, track_map: (t,) and (t, d).
    """

    kind: Kind
    picture_mean: Floats
    picture_map: Floats
    track_mean: Floats
    track_map: Floats

    def pictures(self, numbers: Floats) -> Floats:
        """(n, d) places of pictures, each of length 1."""
        return _unit((numbers - self.picture_mean) @ self.picture_map)

    def tracks(self, numbers: Floats) -> Floats:
        """(n, d) places of tracks, each of length 1."""
        return _unit((numbers - self.track_mean) @ self.track_map)

    def alike(self, pictures: Floats, tracks: Floats) -> Floats:
        """(pictures, tracks) how well each fits each, 0 to 1."""
        return np.asarray((1 + self.pictures(pictures) @ self.tracks(tracks).T) / 2)


def by_correlation(pictures: Floats, tracks: Floats) -> Towers:
    """Regularised CCA; each direction counts by its correlation.

    Args:
        pictures: (pairs, p).
        tracks: (pairs, t), the same pairs.
    """
    mean_p, mean_t = pictures.mean(axis=0), tracks.mean(axis=0)
    own_p, own_t = pictures - mean_p, tracks - mean_t
    white_p, white_t = _whitening(own_p), _whitening(own_t)
    left, strengths, right = np.linalg.svd(white_p @ (own_p.T @ own_t / len(own_p)) @ white_t)
    count = min(_DIRECTIONS, len(strengths))
    weights = strengths[:count]
    return Towers(
        "cca",
        mean_p,
        white_p @ left[:, :count] * weights,
        mean_t,
        white_t @ right[:count].T * weights,
    )


def by_contrast(pictures: Floats, tracks: Floats, moods: Floats, seed: int = 0) -> Towers:
    """InfoNCE both ways over linear towers, by Adam with decoupled decay.

    Args:
        pictures: (pairs, p).
        tracks: (pairs, t), the same pairs.
        moods: (pairs, 2) valence and arousal of the tracks, as shares 0 to 1.
        seed: of the beginnings and the batches; the same gives the same towers.
    """
    chance = np.random.default_rng(seed)
    mean_p, mean_t = pictures.mean(axis=0), tracks.mean(axis=0)
    own_p, own_t = pictures - mean_p, tracks - mean_t
    start = by_correlation(pictures, tracks)
    width = min(_WIDTH, own_p.shape[1], own_t.shape[1])
    map_p = _begun(start.picture_map, width, chance)
    map_t = _begun(start.track_map, width, chance)
    walk_p, walk_t = _Adam(map_p.shape), _Adam(map_t.shape)
    for _ in range(_STEPS):
        some = chance.permutation(len(own_p))[:_BATCH]
        near = np.exp(-((moods[some, None] - moods[None, some]) ** 2).sum(axis=2) / (2 * 0.1**2))
        pull_p, pull_t = _pulls(own_p[some], own_t[some], map_p, map_t, near)
        map_p = map_p - _RATE * (walk_p.step(pull_p) + _DECAY * map_p)
        map_t = map_t - _RATE * (walk_t.step(pull_t) + _DECAY * map_t)
    return Towers("infonce", mean_p, map_p, mean_t, map_t)


class _Adam:
    """Adam (Kingma and Ba 2015): steps of even length, whatever the gradient's scale."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._count = 0
        self._first, self._second = np.zeros(shape), np.zeros(shape)

    def step(self, pull: Floats) -> Floats:
        self._count += 1
        self._first = 0.9 * self._first + 0.1 * pull
        self._second = 0.999 * self._second + 0.001 * pull * pull
        first = self._first / (1 - 0.9**self._count)
        return np.asarray(first / (np.sqrt(self._second / (1 - 0.999**self._count)) + 1e-8))


def _pulls(
    pictures: Floats, tracks: Floats, map_p: Floats, map_t: Floats, near: Floats
) -> tuple[Floats, Floats]:
    """The loss's gradients for both maps."""
    raw_p, raw_t = pictures @ map_p, tracks @ map_t
    size_p = np.linalg.norm(raw_p, axis=1, keepdims=True) + 1e-8
    size_t = np.linalg.norm(raw_t, axis=1, keepdims=True) + 1e-8
    place_p, place_t = raw_p / size_p, raw_t / size_t
    scores = place_p @ place_t.T / _HEAT
    count = len(scores)
    soft = near / near.sum(axis=1, keepdims=True)
    target = (1 - _SOFT) * np.eye(count) + _SOFT * soft
    error = (_shares(scores, 1) - target) + (_shares(scores, 0) - target.T)
    error /= 2 * count * _HEAT
    pull_p, pull_t = error @ place_t, error.T @ place_p
    pull_p = (pull_p - place_p * (pull_p * place_p).sum(axis=1, keepdims=True)) / size_p
    pull_t = (pull_t - place_t * (pull_t * place_t).sum(axis=1, keepdims=True)) / size_t
    return pictures.T @ pull_p, tracks.T @ pull_t


def _shares(scores: Floats, axis: int) -> Floats:
    raised = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))


def _begun(learnt: Floats, width: int, chance: np.random.Generator) -> Floats:
    """A map of so many directions: what was learnt, then a little chance."""
    rest = max(0, width - learnt.shape[1])
    scale = float(np.abs(learnt).mean()) if learnt.size else 1.0
    more = chance.normal(size=(learnt.shape[0], rest)) * scale
    return np.concatenate([learnt[:, :width], more], axis=1)


def _whitening(own: Floats) -> Floats:
    """(k, k) the inverse root of the covariance with its ridge."""
    spread = own.T @ own / len(own)
    size = len(spread)
    ridge = max(_RIDGE * float(np.trace(spread)) / size, 1e-9)
    values, axes = np.linalg.eigh(spread + ridge * np.eye(size))
    return np.asarray(axes / np.sqrt(values) @ axes.T)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9))
