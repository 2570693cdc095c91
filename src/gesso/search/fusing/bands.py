"""From which nearness on a hit can be believed: measured in each space, on its own works."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from gesso.core.indexes.space_index import SpaceIndex
from gesso.search.columns.rows import Ids

_SAMPLE = 1000
_LEAST = 40
_UNSURE = 0.9
# Of two works taken by lot, one pair in two hundred is as near as this: in a library of a few
# hundred styles and hands that is about how often two are truly alike. In a smaller one it is
# oftener: so often that a work has one likely neighbour, taken over all of them.
_RARE = 0.005
# Copies would set the bar for all others too high.
_COPY = 0.97
_WORDS_SPREADS = 2.5


@dataclass(frozen=True)
class Bands:
    """The bars of one space.

    Attributes:
        pictures: the cosine of a likely hit for a picture.
        sample: vectors of some works, against which words are held.
    """

    pictures: float
    sample: NDArray[np.float32]

    def words(self, query: NDArray[np.float32]) -> float:
        """The cosine of a likely hit for these words.

        Words lie far from all pictures, each at another distance, so every query has its own.

        Args:
            query: (size,) the words' vector.
        """
        if len(self.sample) < _LEAST:
            return 1.0
        near = self.sample @ query
        return float(near.mean() + _WORDS_SPREADS * near.std())


class Calibration:
    """Measures the bars of spaces, again when they have grown by a fifth."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, tuple[int, Bands]] = {}

    def of(self, index: SpaceIndex, known: Ids) -> Bands:
        """The bars of a space.

        Args:
            index: the space.
            known: works that have a vector in it.
        """
        with self._lock:
            held = self._known.get(index.space.id)
        if held is not None and abs(len(known) - held[0]) <= held[0] // 5:
            return held[1]
        _, sample = index.held(_some(known))
        bands = measured(sample)
        with self._lock:
            self._known[index.space.id] = len(known), bands
        return bands


def measured(sample: NDArray[np.float32]) -> Bands:
    """The bars of a space of which some vectors are known."""
    if len(sample) < _LEAST:
        return Bands(_UNSURE, np.asarray(sample, dtype=np.float32))
    near = (sample @ sample.T)[np.triu_indices(len(sample), k=1)]
    near = near[near < _COPY]
    rare = max(_RARE, 1 / len(sample))
    bar = float(np.quantile(near, 1 - rare)) if len(near) else _UNSURE
    return Bands(bar, np.asarray(sample, dtype=np.float32))


def _some(known: Ids) -> Ids:
    """Works spread evenly over all, the same ones each time."""
    if len(known) <= _SAMPLE:
        return known
    return known[np.linspace(0, len(known) - 1, _SAMPLE).astype(np.int64)]
