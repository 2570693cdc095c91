"""More like this, but: the ways in which hits may be wished to differ from a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.search.columns.rows import Rows


@dataclass(frozen=True)
class Change:
    """One way to differ.

    Attributes:
        measure: what changes.
        sign: 1 for more of it, -1 for less.
        step: the difference from which on it is seen, in the measure's unit.
    """

    measure: str
    sign: int
    step: float


CHANGES = {
    "lighter": Change("light", 1, 8),
    "darker": Change("light", -1, 8),
    "warmer": Change("warm", 1, 10),
    "cooler": Change("warm", -1, 10),
    "more colourful": Change("colourful", 1, 6),
    "quieter": Change("colourful", -1, 6),
    "more contrast": Change("contrast", 1, 4),
    "softer": Change("contrast", -1, 4),
}
_ALSO = {
    "brighter": "lighter",
    "colder": "cooler",
    "colourful": "more colourful",
    "colorful": "more colourful",
    "more colorful": "more colourful",
    "less colourful": "quieter",
    "muted": "quieter",
    "contrast": "more contrast",
    "less contrast": "softer",
}
_WORTH = 0.25
"""What a difference as large as it need be is worth, beside a cosine of 1."""


def read_change(text: str) -> Change:
    """A change by its name.

    Raises:
        InputError: there is none of that name; near names are offered.
    """
    name = " ".join(text.lower().split())
    name = _ALSO.get(name, name)
    if name in CHANGES:
        return CHANGES[name]
    near = get_close_matches(name, CHANGES, n=2)
    guess = f"Did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        f"'{text[:40]}' is no change that can be looked for.",
        f"{guess}The changes are: {', '.join(CHANGES)}.",
    )


def changed(
    swatches: Rows, places: NDArray[np.int64], own: Rows, changes: Sequence[Change]
) -> NDArray[np.float32]:
    """How far works differ in the wished ways: (places,), above 0 where all are as wished.

    A work that does not differ far enough in one way has less than 0.

    Args:
        swatches: the works.
        places: which of them.
        own: the picture that they are compared with, as one row.
        changes: at least one.
    """
    ways = []
    for change in changes:
        column = f"all_{change.measure}"
        there = swatches.columns[column][places]
        steps = (there - own.columns[column][0]) * change.sign / change.step
        ways.append(np.where(steps >= 1, _WORTH * np.minimum(steps / 2, 1), steps - 2))
    return np.asarray(np.min(ways, axis=0), dtype=np.float32)
