"""Both sides as numbers: what is heard in a track, and how a picture looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.encoders.encoder import Encoder
from gesso.core.errors import GessoError
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.pixels.decode import decode
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture
from gesso.core.sound.records import KEYS, Track

Floats = NDArray[np.float64]

HEARD = 15
_SIDE = 512
_FIFTH = 7
_MOST_SIZE = 48
"""Numbers that a picture keeps of its look: the first principal ones; measured to be enough."""


def heard_numbers(tracks: Sequence[Track]) -> Floats:
    """(tracks, 15) what is heard, on scales on which steps sound alike; unknown is 0.

    Tempo, sureness, pulse, mode, onsets, brightness, register, loudness, the tonic as a place on
    the circle of fifths, valence, arousal, and three products that ears are known to hear as one
    (fast and bright, major and fast, loud and dense).
    """
    return np.array([_heard(track) for track in tracks], float).reshape(-1, HEARD)


def _heard(track: Track) -> list[float]:
    one = track.hearing
    tempo = math.log2(one.tempo / 105) if one.tempo else 0.0
    bright = math.log2(one.brightness / 2000) if one.brightness > 0 else 0.0
    loud = (one.loudness + 20) / 7 if one.loudness is not None else 0.0
    onsets = math.log2(1 + one.onsets) - 2
    mode = one.mode / 0.12
    fifths = 2 * math.pi * (KEYS.index(one.tonic) * _FIFTH % 12) / 12 if one.tonic else None
    circle = (math.cos(fifths), math.sin(fifths)) if fifths is not None else (0.0, 0.0)
    register = (one.register - 66) / 8 if one.register is not None else 0.0
    rest = (track.mood.valence, track.mood.arousal, tempo * bright, mode * tempo, loud * onsets)
    plain = (tempo, one.tempo_sureness, one.pulse, mode, onsets, bright, register, loud)
    return [*plain, *circle, *rest]


@dataclass(frozen=True)
class Scale:
    """How numbers are brought to one scale: what is usual, and how far others are from it."""

    mean: Floats
    spread: Floats

    def of(self, numbers: Floats) -> Floats:
        """The same numbers, usual ones 0 and most within 1."""
        return np.asarray(np.clip((numbers - self.mean) / self.spread, -4, 4))


def scale_of(numbers: Floats) -> Scale:
    """The scale of a catalogue's numbers, (things, k)."""
    return Scale(numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-6))


def even_scale_of(numbers: Floats) -> Scale:
    """The same scale for all of a catalogue's numbers, (things, k)."""
    mean = numbers.mean(axis=0)
    return Scale(mean, np.full_like(mean, max(float((numbers - mean).std()), 1e-6)))


@dataclass(frozen=True)
class Axes:
    """The directions in which a catalogue's pictures differ most.

    Attributes:
        mean: (size,).
        turn: (size, k), scaled so that the first directions count more, as roots.
    """

    mean: Floats
    turn: Floats

    def of(self, vectors: Floats) -> Floats:
        """(n, k) of (n, size)."""
        return np.asarray((vectors - self.mean) @ self.turn)


def axes_of(vectors: Floats) -> Axes:
    """Principal axes of (n, size) vectors, at most 48."""
    mean = vectors.mean(axis=0)
    _, strengths, axes = np.linalg.svd(vectors - mean, full_matrices=False)
    kept = strengths > 1e-6 * max(float(strengths[0]) if len(strengths) else 0.0, 1e-12)
    count = min(_MOST_SIZE, int(kept.sum()))
    spread = strengths[:count] / math.sqrt(max(1, len(vectors)))
    return Axes(mean, axes[:count].T / np.sqrt(np.maximum(spread, 1e-9)))


class Looks:
    """How pictures look, as numbers: from the index where they are, else from their thumbnails.

    Args:
        catalogue: whose works.
        encoder: reads pictures.
        index: of its space.
    """

    def __init__(self, catalogue: Catalogue, encoder: Encoder, index: SpaceIndex) -> None:
        self._catalogue = catalogue
        self._encoder = encoder
        self._index = index

    @property
    def space(self) -> str:
        """Where the numbers lie."""
        return self._encoder.space.id

    def known(self, most: int) -> NDArray[np.int64]:
        """Works whose numbers are at hand, at most so many, spread over all of them."""
        known = self._index.known()
        if len(known) <= most:
            return known
        return np.asarray(known[np.linspace(0, len(known) - 1, most).astype(int)])

    def of_works(self, works: Sequence[int]) -> dict[int, Floats]:
        """The numbers of works, each (size,); works without a picture are left out."""
        there = set(self._index.known().tolist())
        found: dict[int, Floats] = {}
        for number in works:
            try:
                if number in there:
                    found[number] = self._index.vectors(np.array([number]))[0].astype(float)
                else:
                    work = self._catalogue.works.get(number)
                    small = decode(self._catalogue.thumbnail(work, _SIDE)).picture
                    found[number] = self.of_picture(small)
            except GessoError:  # without a picture, or with a damaged one: it teaches nothing
                continue
        return found

    def of_picture(self, picture: Picture) -> Floats:
        """(size,) of one picture."""
        if max(picture.width, picture.height) > _SIDE:
            picture = Picture(reduced(np.asarray(picture.rgb), _SIDE))
        return np.asarray(self._encoder.pictures([picture])[0], float)
