"""The shelf of encoders: what an encoder owes an index, and who stands on the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.picture import Picture
from gesso.core.registry import Entry, Factory, Registry

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Space:
    """What vectors can be compared with: those of one space, never others.

    Attributes:
        id: unique and short: the encoder's name and a hash over everything that shapes a vector
            (weights, statistics, preprocessing, code version).
        encoder: as the registry names it.
        size: numbers in a vector.
        reads_words: whether words have vectors in it too.
        knows: one honest sentence on what nearness means here.
    """

    id: str
    encoder: str
    size: int
    reads_words: bool
    knows: str


class Encoder(Protocol):
    """An encoder turns pictures, and perhaps words, into vectors of length 1.

    What every encoder owes an index: the same picture gives the same vector, up to rounding, for
    ever under one space id; it may be called from several threads; it loads what it needs at the
    first call, never when it is built.
    """

    @property
    def space(self) -> Space:
        """Where its vectors lie; known without loading anything heavy."""
        ...

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        """(pictures, size) float32, each of length 1."""
        ...

    def words(self, texts: Sequence[str]) -> Vectors:
        """(texts, size) float32, each of length 1.

        Raises:
            InputError: this space knows no words.
        """
        ...

    @property
    def loaded(self) -> bool:
        """Whether its weights are in memory now; to ask loads nothing."""
        ...

    def unload_idle(self) -> None:
        """Let go of weights that nobody has needed for a while; the next call loads them again."""
        ...


ENCODERS: Registry[Factory[Encoder]] = Registry(
    "encoder",
    "encoders",
    {
        "look": Entry(
            "gesso.core.encoders.look.look",
            "Look",
            summary="colours, textures and values, without weights; knows no subjects",
        ),
        "clip": Entry(
            "gesso.core.encoders.clip.clip",
            "Clip",
            extra="clip",
            summary="subjects, in pictures and in words, by a model of yours that runs here",
        ),
    },
)
