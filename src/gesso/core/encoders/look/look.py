"""The look of a picture as a vector: colour, layout, waves, patterns and figures, and a learnt eye.

What is measured is standardised and evened out; beside it stands what a linear eye makes of it that
was taught period, style and hand on sample paintings. Pictures that look alike lie near each other,
and edited copies next to each other. What is on them it does not know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.encoders.look.colour import colour_histogram, layout
from gesso.core.encoders.look.figures import figures
from gesso.core.encoders.look.planes import planes_of
from gesso.core.encoders.look.texture import patterns, waves
from gesso.core.errors import InputError
from gesso.core.pixels.colour import srgb_to_oklab
from gesso.core.pixels.picture import Picture

VERSION = "2"
SIDE = 256
"""Pictures are read at this long side; smaller ones are enlarged."""
WEIGHTS = {"colour": 0.57, "layout": 0.73, "waves": 0.49, "patterns": 1.2, "figures": 1.17}
"""What each part counts, chosen on sample paintings for style and for second scans."""
LEARNT = "learnt.npz"
"""Beside this module: what benchmarks/look_statistics.py learnt on sample paintings."""
_LEAST = 12
_MOST = 4.0
"""Standard deviations beyond which a figure says no more."""

KNOWS = (
    "Near means the same look: palette, values, texture and hand, and edited copies of a picture. "
    "It knows no subjects."
)


@dataclass(frozen=True)
class Learnt:
    """What was learnt on sample paintings.

    Attributes:
        means, spreads: (317,) of everything measured.
        middle: (317,) the mean of the weighted parts.
        evened: (317, 128) their main directions, the strong ones a little weaker.
        taught: (317, targets) what tells period, style and hand.
        usual: how long what is taught usually is; what says less counts less.
    """

    means: NDArray[np.float32]
    spreads: NDArray[np.float32]
    middle: NDArray[np.float32]
    evened: NDArray[np.float32]
    taught: NDArray[np.float32]
    usual: float

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return int(self.evened.shape[1] + self.taught.shape[1])


@dataclass(frozen=True)
class LookOptions:
    """Nothing to choose: another setting would be another space."""


class Look:
    """The embedded encoder.

    Args:
        options: none.
        desk: not used.
    """

    Options: ClassVar[type] = LookOptions

    def __init__(self, options: LookOptions, desk: object = None) -> None:
        del options, desk

    @property
    def space(self) -> Space:
        """Where the vectors lie."""
        return _space()

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        """(pictures, size) float32, each of length 1."""
        if not pictures:
            return np.zeros((0, _space().size), dtype=np.float32)
        return np.stack([vector_of(picture.once(parts_of)) for picture in pictures])

    def words(self, texts: Sequence[str]) -> Vectors:
        """This space knows no words.

        Raises:
            InputError: always.
        """
        raise InputError(
            f"The look of a picture has no words, so {len(texts)} of them cannot be compared.",
            "Search by title, artist and tags, or add an encoder that reads words.",
        )

    @property
    def loaded(self) -> bool:
        """There is nothing to load."""
        return True

    def unload_idle(self) -> None:
        """There is nothing to let go of."""


def parts_of(picture: Picture) -> dict[str, NDArray[np.float32]]:
    """What is measured of a picture, part by part, not yet standardised."""
    lab = srgb_to_oklab(_at_reading_size(picture.rgb))
    planes = planes_of(lab)
    return {
        "colour": colour_histogram(planes),
        "layout": layout(lab),
        "waves": waves(planes.light),
        "patterns": patterns(planes.light),
        "figures": figures(planes),
    }


def weighted(
    parts: Mapping[str, NDArray[np.float32]],
    means: NDArray[np.float32],
    spreads: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(317,) float32: every part standardised, brought to length 1, then weighted."""
    start, found = 0, []
    for name, weight in WEIGHTS.items():
        part = parts[name]
        end = start + len(part)
        scaled = np.clip((part - means[start:end]) / spreads[start:end], -_MOST, _MOST)
        found.append(scaled * (weight / max(float(np.linalg.norm(scaled)), 1e-6)))
        start = end
    return np.concatenate(found).astype(np.float32)


def vector_of(
    parts: Mapping[str, NDArray[np.float32]], learnt: Learnt | None = None
) -> NDArray[np.float32]:
    """(size,) float32 of length 1 from what was measured.

    Args:
        parts: as `parts_of` gives them.
        learnt: None for what comes with gesso.
    """
    eye = learnt or _learnt()
    seen = weighted(parts, eye.means, eye.spreads) - eye.middle
    evened, taught = seen @ eye.evened, seen @ eye.taught
    length = float(np.linalg.norm(evened))
    told = float(np.hypot(np.linalg.norm(taught), eye.usual))
    vector = np.concatenate([evened / max(length, 1e-6), taught / max(told, 1e-6)])
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), dtype=np.float32)


def _at_reading_size(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    scale = SIDE / max(height, width)
    size = max(_LEAST, round(width * scale)), max(_LEAST, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, size, interpolation=how), dtype=np.uint8)


@cache
def _learnt() -> Learnt:
    with files("gesso.core.encoders.look").joinpath(LEARNT).open("rb") as file:
        held = np.load(file, allow_pickle=False)
        told = {name: held[name].astype(np.float32) for name in held.files}
    usual = float(told.pop("usual"))
    return Learnt(**told, usual=usual)


@cache
def _space() -> Space:
    eye = _learnt()
    digest = hashlib.sha256(f"{VERSION}/{SIDE}/{_LEAST}/{_MOST}/{WEIGHTS}/{eye.usual}".encode())
    for numbers in (eye.means, eye.spreads, eye.middle, eye.evened, eye.taught):
        digest.update(numbers.astype("<f4").tobytes())
    return Space(
        f"look-{digest.hexdigest()[:12]}", "look", eye.size, reads_words=False, knows=KNOWS
    )
