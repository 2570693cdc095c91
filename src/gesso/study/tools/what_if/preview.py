"""A change shown: the picture after it, and the measurements before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.core.pixels.colour import oklab_to_bytes, srgb_to_oklab
from gesso.core.pixels.picture import Picture
from gesso.study.easel import Easel, Floats, Surface
from gesso.study.measures.focus import find_focus
from gesso.study.measures.measures import measure
from gesso.study.records import WhatIf
from gesso.study.tips.percentiles import percentile_of
from gesso.study.tips.wording import told
from gesso.study.tools.what_if.change import Changes, Scene
from gesso.study.tools.what_if.colours import COLOURS
from gesso.study.tools.what_if.places import PLACES
from gesso.study.tools.what_if.shapes import SHAPES
from gesso.study.tools.what_if.tones import TONES

CHANGES: Changes = {**TONES, **SHAPES, **PLACES, **COLOURS}


@dataclass(frozen=True)
class Preview:
    """What a change would do.

    Attributes:
        picture: at working size.
        before, after: measurements by id.
    """

    picture: Picture
    before: Mapping[str, float]
    after: Mapping[str, float]


@dataclass(frozen=True)
class Moved:
    """A measurement that a change moves.

    Attributes:
        metric: its id.
        before, after: as measured.
        by: how far it moved among paintings, parts of all, 0 to 1.
    """

    metric: str
    before: float
    after: float
    by: float


def moved(shown: Preview, most: int = 8) -> tuple[Moved, ...]:
    """What a change moved so far that it is seen in the figures as they are told, most first."""
    found = []
    for metric, before in shown.before.items():
        after = shown.after.get(metric)
        then = percentile_of(metric, before)
        now = None if after is None else percentile_of(metric, after)
        if after is None or then is None or now is None:
            continue
        if told(metric, before) != told(metric, after):
            found.append(Moved(metric, before, after, abs(now - then)))
    return tuple(sorted(found, key=lambda one: -one.by)[:most])


def preview(easel: Easel, what_if: WhatIf) -> Preview:
    """Make a change at working size, and measure what it did.

    Raises:
        InputError: there is no such change, no such block, or the amount is not 0 to 1.
    """
    return Preview(
        picture := changed(easel, what_if),
        easel.once(measure),
        measure(Easel(picture, easel.options)),
    )


def added_by(easel: Easel, after: Picture) -> Floats:
    """What a change adds to each colour: (height, width, 3) OKLab at working size."""
    return np.asarray(srgb_to_oklab(after.rgb) - easel.lab, dtype=np.float32)


def laid_on(surface: Surface, added: Floats, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture at (width, height) after a change.

    What a change adds is small and smooth beside the picture itself, so it is enlarged, and the
    picture keeps its detail.
    """
    large = np.asarray(cv2.resize(added, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    return oklab_to_bytes(srgb_to_oklab(surface.photo(size)) + large)


def changed(easel: Easel, what_if: WhatIf) -> Picture:
    """The picture at working size, after a change.

    Raises:
        InputError: there is no such change, no such block, or the amount is not 0 to 1.
    """
    change = CHANGES.get(what_if.name)
    if change is None:
        near = get_close_matches(what_if.name, CHANGES, 1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        raise InputError(
            f"There is no change called '{what_if.name}'.",
            f"{hint}The changes are: {', '.join(CHANGES)}.",
        )
    if not 0 <= what_if.amount <= 1:
        raise InputError(
            f"A change of {what_if.amount} cannot be made.", "Ask for an amount from 0 to 1."
        )
    known = easel.blocks().used
    unknown = [number for number in what_if.blocks if not 1 <= number <= known]
    if unknown:
        raise InputError(
            f"Block {unknown[0]} is not in this picture.",
            f"Its blocks are numbered 1 to {known}, the darkest first.",
        )
    scene = Scene(easel, easel.once(find_focus), what_if.blocks)
    return Picture.adopt(oklab_to_bytes(change(scene, what_if.amount)))
