"""Composition: where the eye lands, how it is placed, how the weight lies, how edges meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from gesso.study.drawing.lettering import line, ring
from gesso.study.drawing.plates import (
    Bytes,
    drawn_later,
    filled,
    gray_of,
    in_rgb,
    plane,
    size_of,
    wide_blocks,
)
from gesso.study.easel import Easel, Floats, Surface
from gesso.study.measures.balance import measure_balance
from gesso.study.measures.edges import HARD, LOST, boundaries, measure_edges, steepness
from gesso.study.measures.focus import Focus, find_focus, measured_focus
from gesso.study.records import Reading, Sheet
from gesso.study.tips.wording import told
from gesso.study.tools.tool import measured_by

_NO_FOCUS = "Nothing stands out from anything, so there is no focal point."
_FIRST, _SECOND = (255, 196, 64), (150, 205, 255)
_EDGE_TONES = {"hard": (214, 74, 44), "soft": (120, 120, 120), "lost": (66, 130, 214)}


@dataclass(frozen=True)
class CompositionOptions:
    """Nothing to choose here."""


class Composition:
    """Reads the composition.

    Args:
        options: none.
        company: not used.
    """

    Options: ClassVar[type] = CompositionOptions
    name = "composition"

    def __init__(self, options: CompositionOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """Focal point, thirds and centre, balance, border, edges, with three sheets."""
        focus = easel.once(find_focus)
        metrics = (
            easel.once(measured_focus) | easel.once(measure_balance) | easel.once(measure_edges)
        )
        return Reading(
            tool=self.name,
            title="Composition",
            note=_note(metrics, focus),
            figures={**metrics, **_second(focus)},
            sheets=_sheets(easel, focus),
            maker=measured_by(self.name, "1", self._options, easel),
            abstains=""
            if focus
            else "Nothing stands out from anything, so there is no focal point.",
        )


def _sheets(easel: Easel, focus: Focus | None) -> tuple[Sheet, ...]:
    size, surface = size_of(easel.values.shape), easel.surface
    # What is drawn later holds what it needs, and not the easel with its whole picture.
    wide, levels, steep = easel.once(wide_blocks), easel.blocks().levels, easel.once(steepness)
    return (
        drawn_later(
            "composition",
            "Where the eye lands first, in a large ring, and next, in a small one; and the thirds.",
            size,
            lambda: _placed(surface, focus, size),
        ),
        drawn_later(
            "attention",
            "What stands out from its surroundings.",
            size,
            lambda: _heat(surface, focus, size),
        ),
        drawn_later(
            "edges",
            "Edges: hard red, soft gray, lost blue.",
            size,
            lambda: _edges(wide(), levels, steep),
        ),
    )


def _second(focus: Focus | None) -> dict[str, float]:
    """Where the eye goes next; nothing where nothing else pulls."""
    if focus is None or focus.second <= 0:
        return {}
    return {"second_x": round(focus.second_x, 6), "second_y": round(focus.second_y, 6)}


def _place(x: float, y: float) -> str:
    across = ("left", "middle", "right")[min(2, int(x * 3))]
    down = ("upper", "middle", "lower")[min(2, int(y * 3))]
    return "middle" if across == down == "middle" else f"{down} {across}"


def _note(metrics: dict[str, float], focus: Focus | None) -> str:
    said = []
    if "focal_x" in metrics:
        near = "a point of thirds" if metrics["thirds_d"] < 0.12 else ""
        near = near or ("the centre" if metrics["centre_d"] < 0.14 else "")
        where = f", close to {near}" if near else ""
        place = _place(metrics["focal_x"], metrics["focal_y"])
        then = ""
        if focus is not None and focus.second > 0:
            beyond = _place(focus.second_x, focus.second_y)
            pull = told("second_peak", focus.second)
            then = f", then goes to the {beyond}, which pulls {pull} as strongly"
        said.append(f"The eye lands in the {place}{where}{then}.")
    if "hard" in metrics:
        said.append(
            f"Of the edges {told('hard', metrics['hard'])} are hard and "
            f"{told('lost', metrics['lost'])} lost."
        )
    return " ".join(said) or "There are no shapes and no edges to speak of."


def _placed(surface: Surface, focus: Focus | None, size: tuple[int, int]) -> Bytes:
    plate = surface.photo(size).copy()
    width, height = size
    for part in (1 / 3, 2 / 3):
        line(plate, (part * width, 0), (part * width, height), (235, 235, 235))
        line(plate, (0, part * height), (width, part * height), (235, 235, 235))
    if focus is not None:
        if focus.second > 0:
            x, y = focus.second_x * width, focus.second_y * height
            ring(plate, x, y, 0.045 * max(size), _SECOND)
        ring(plate, focus.x * width, focus.y * height, 0.12 * max(size), _FIRST)
    return plate


def _heat(surface: Surface, focus: Focus | None, size: tuple[int, int]) -> Bytes:
    """Dim where nothing calls, as it is where something does."""
    shown = surface.photo(size)
    if focus is None:
        return np.asarray(cv2.convertScaleAbs(shown, alpha=0.35), dtype=np.uint8)
    strong = np.percentile(focus.saliency, 97)
    light = np.clip(plane(focus.saliency, size) / max(float(strong), 1e-12), 0, 1)
    gray = cv2.convertScaleAbs(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), alpha=0.3)
    dim = cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.blendLinear(shown, dim, light, np.float32(1) - light), dtype=np.uint8)


def _edges(wide: Bytes, levels: Floats, steepness_of: Floats) -> Bytes:
    plate = in_rgb(filled(wide, gray_of(70 + 0.28 * levels)))
    edge = cv2.dilate(boundaries(wide).view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    places = np.flatnonzero(edge)
    steep = plane(steepness_of, (wide.shape[1], wide.shape[0])).ravel()[places]
    tones = np.array([_EDGE_TONES["soft"], _EDGE_TONES["hard"], _EDGE_TONES["lost"]], np.uint8)
    plate.reshape(-1, 3)[places] = tones[np.where(steep > HARD, 1, np.where(steep < LOST, 2, 0))]
    return plate
