"""The shelf of reducers: who makes a smaller model of one, and what a reducer owes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gesso.core.encoders.clip.model.folder import ModelFolder
from gesso.core.registry import Entry, Registry

Tell = Callable[[str], None]

LEAST_COSINE = 0.995
"""What a smaller tower must agree with the one that it was made of, over every probe."""


@dataclass(frozen=True)
class Reduced:
    """What was made.

    Attributes:
        folder: of the new model.
        cosine: the least between old and new, by tower, over all probes.
        left: how many large products were left as they were, by tower.
        before, after: bytes of all files.
    """

    folder: ModelFolder
    cosine: Mapping[str, float]
    left: Mapping[str, int]
    before: int
    after: int


class Reducer(Protocol):
    """Makes a smaller model of one, in the same layout.

    What every reducer owes: the old model stays as it is; nothing is claimed for the new one that
    was not measured; below `LEAST_COSINE` nothing is kept.
    """

    def __call__(self, model: ModelFolder, into: Path, tell: Tell) -> Reduced:
        """Make it.

        Args:
            model: to be made smaller.
            into: a folder for the new one; whole when this returns.
            tell: told what is being done.

        Raises:
            InputError: it would lose too much, or there is nothing to make smaller.
            SettingsError: the old model cannot be run.
            StorageError: there is no room.
        """
        ...


_HERE = "gesso.core.encoders.clip.quantise"

REDUCERS: Registry[Reducer] = Registry(
    "reducer",
    "reducers",
    {
        "int8": Entry(_HERE, "to_int8", "quantise", "weights of 8 bits: fast on processors"),
        "fp16": Entry(_HERE, "to_fp16", "quantise", "weights of 16 bits: for graphics cards"),
    },
)
