"""A space at work: the encoder that makes its vectors, and the index that finds them."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np

from gesso.core.encoders.encoder import Encoder
from gesso.core.indexes.found import IndexState
from gesso.core.indexes.space_index import SpaceIndex
from gesso.search.columns.columns import State
from gesso.search.columns.rows import Ids


@dataclass(frozen=True)
class OpenSpace:
    """One space.

    Attributes:
        name: of the encoder, as the settings call it.
        encoder: makes vectors.
        index: keeps and finds them.
    """

    name: str
    encoder: Encoder
    index: SpaceIndex


class Spaces(Protocol):
    """The spaces of a studio, each opened when it is first asked for."""

    @property
    def default(self) -> str:
        """The name of the encoder that searches use."""
        ...

    @property
    def standby(self) -> str:
        """Who answers while the default has too few of the works; "" for nobody."""
        ...

    def open(self, name: str) -> OpenSpace:
        """A space by the name of its encoder.

        Raises:
            SettingsError: there is no such encoder, or it cannot be used.
        """
        ...


class Coverage:
    """Which works have a vector in a space, and which are missing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, tuple[tuple[int, int, int], Ids, Ids]] = {}

    def of(self, space: OpenSpace, state: State, now: IndexState | None = None) -> tuple[Ids, Ids]:
        """(works that have a vector, works with a picture that have none), ascending each.

        Vectors of works that are gone count as none.

        Args:
            space: where the vectors are.
            state: the works.
            now: how the space stands, where somebody has asked already.
        """
        now = now or space.index.state()
        key = state.seq, now.count, now.moment
        with self._lock:
            held = self._known.get(space.index.space.id)
        if held is None or held[0] != key:
            found = covered(space.index.known(), state)
            held = (key, *found)
            with self._lock:
                self._known[space.index.space.id] = held
        return held[1], held[2]


def covered(known: Ids, state: State) -> tuple[Ids, Ids]:
    """The works of the catalogue that have a vector, and those with a picture that have none."""
    shown = state.core.ids[state.core.columns["has_picture"]]
    return np.intersect1d(known, shown), np.setdiff1d(shown, known)
