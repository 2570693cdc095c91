"""A learnt matching: the towers, and how both sides become the numbers they were trained on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.records import Track
from gesso.show.music.learning.numbers import (
    Axes,
    Scale,
    axes_of,
    even_scale_of,
    heard_numbers,
    scale_of,
)
from gesso.show.music.learning.towers import Kind, Towers

Floats = NDArray[np.float64]

_HALF = 50
"""Pairs at which what was learnt weighs as much as the moods."""


@dataclass(frozen=True)
class Senses:
    """How both sides become numbers, set by the catalogue that was learnt from.

    Attributes:
        axes: in which its pictures differ.
        picture_scale: of places on the axes.
        track_scale: of what is heard.
    """

    axes: Axes
    picture_scale: Scale
    track_scale: Scale

    def pictures(self, looks: Floats) -> Floats:
        """(n, k) of (n, size) looks."""
        return self.picture_scale.of(self.axes.of(looks))

    def tracks(self, tracks: Sequence[Track]) -> Floats:
        """(n, t) of tracks."""
        return self.track_scale.of(heard_numbers(tracks))


def senses_of(looks: Floats, tracks: Sequence[Track]) -> Senses:
    """The senses for a catalogue.

    Args:
        looks: (works, size) of many of its works.
        tracks: all its music.
    """
    axes = axes_of(looks)
    # One scale for all axes: those in which pictures hardly differ shall not count as much.
    return Senses(axes, even_scale_of(axes.of(looks)), scale_of(heard_numbers(tracks)))


@dataclass(frozen=True)
class Matching:
    """What was learnt, whole.

    Attributes:
        towers: compare.
        senses: make numbers.
        pairs: from how many it was learnt.
    """

    towers: Towers
    senses: Senses
    pairs: int

    def alike(self, looks: Floats, tracks: Sequence[Track]) -> Floats:
        """(pictures, tracks) how well each fits each, 0 to 1."""
        return self.towers.alike(self.senses.pictures(looks), self.senses.tracks(tracks))

    @property
    def share(self) -> float:
        """How much it weighs beside the moods, 0 to 1."""
        return weight_of(self.pairs)

    def to_bytes(self) -> bytes:
        """As it is kept."""
        axes, one, two = self.senses.axes, self.senses.picture_scale, self.senses.track_scale
        arrays = {f"towers_{name}": value for name, value in vars(self.towers).items()}
        arrays["towers_kind"] = np.array(self.towers.kind)
        arrays |= {"pairs": np.array(self.pairs), "axes_mean": axes.mean, "axes_turn": axes.turn}
        arrays |= {"picture_mean": one.mean, "picture_spread": one.spread}
        arrays |= {"track_mean": two.mean, "track_spread": two.spread}
        held = io.BytesIO()
        np.savez(held, allow_pickle=False, **arrays)
        return held.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Matching:
        """What was kept."""
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            kind: Kind = "infonce" if str(held["towers_kind"]) == "infonce" else "cca"
            maps = {one.name: held[f"towers_{one.name}"] for one in fields(Towers)}
            senses = Senses(
                Axes(held["axes_mean"], held["axes_turn"]),
                Scale(held["picture_mean"], held["picture_spread"]),
                Scale(held["track_mean"], held["track_spread"]),
            )
            return cls(Towers(**(maps | {"kind": kind})), senses, int(held["pairs"]))


def weight_of(pairs: int) -> float:
    """What so many pairs weigh beside the moods, 0 to 1."""
    return pairs / (pairs + _HALF)
