"""Big shapes, numbered and named by how much they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from gesso.study.drawing.lettering import PAPER, Word, lettered, places, readable_on
from gesso.study.drawing.plates import (
    Bytes,
    drawn_later,
    filled,
    gray_of,
    in_rgb,
    sheet,
    size_of,
    wide_blocks,
)
from gesso.study.easel import Easel, Surface
from gesso.study.measures.edges import boundaries
from gesso.study.records import Figure, Reading
from gesso.study.regions.blocks import BlockMap
from gesso.study.tools.tool import measured_by

_NUMBERED = 0.01
"""Shapes below this share carry no number on the sheet."""
_NUMBER_PX = 26
_TIED = 0.02
"""Two largest levels within this share lead together."""


@dataclass(frozen=True)
class BlocksOptions:
    """Nothing to choose here: levels, coherence and detail belong to the easel."""


class Blocks:
    """Reads the big shapes.

    Args:
        options: none.
        company: not used.
    """

    Options: ClassVar[type] = BlocksOptions
    name = "blocks"

    def __init__(self, options: BlocksOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """Levels with roles and shares, who borders on whom, the sheet, the outlines, the map."""
        blocks = easel.blocks()
        roles = roles_of(blocks)
        size, surface = size_of(blocks.labels.shape), easel.surface
        wide = easel.once(wide_blocks)
        return Reading(
            tool=self.name,
            title="Big shapes",
            note=_note(blocks, roles),
            figures={
                "k_asked": blocks.asked,
                "k_used": blocks.used,
                "levels": _levels(blocks, roles),
                "shapes": len(blocks.patches),
                "areas": _areas(blocks),
                "adjacency": adjacency(blocks),
                "sha256": blocks.sha256,
            },
            sheets=(
                drawn_later(
                    "blocks",
                    "The big shapes, numbered by value.",
                    size,
                    lambda: _numbered(blocks, wide()),
                ),
                drawn_later(
                    "outlines",
                    "The same shapes over the picture.",
                    size,
                    lambda: _outlined(surface, wide()),
                ),
                sheet(
                    "blocks-map",
                    "The number of the level at each pixel, 0 the darkest.",
                    blocks.labels.astype(np.uint8),
                    is_map=True,
                ),
            ),
            maker=measured_by("blocks", "1", self._options, easel),
        )


def roles_of(blocks: BlockMap) -> tuple[str, ...]:
    """Dominant, Secondary or Supporting for each level, dark to light; a tie leads together."""
    order = np.argsort(-blocks.shares, kind="stable")
    roles = ["Supporting"] * blocks.used
    roles[int(order[0])] = "Dominant"
    if blocks.used > 1:
        lead = float(blocks.shares[order[0]] - blocks.shares[order[1]])
        roles[int(order[1])] = "Dominant" if lead < _TIED else "Secondary"
    return tuple(roles)


def adjacency(blocks: BlockMap) -> list[Figure]:
    """Pairs of levels that touch, with the length of their border in pixels, longest first."""
    labels, many = blocks.labels, blocks.used
    lengths = np.zeros((many, many), dtype=np.int64)
    for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        counted = np.bincount((one * many + other).ravel(), minlength=many * many)
        lengths += counted.reshape(many, many)
    lengths = np.triu(lengths + lengths.T, 1)
    first, second = np.nonzero(lengths)
    order = np.argsort(-lengths[first, second], kind="stable")
    return [
        {
            "blocks": [int(first[at]) + 1, int(second[at]) + 1],
            "border_px": int(lengths[first[at], second[at]]),
            "gap": round(float(blocks.levels[second[at]] - blocks.levels[first[at]]), 2),
        }
        for at in order.tolist()
    ]


def _areas(blocks: BlockMap) -> list[Figure]:
    """Shares of the shapes that are large enough to bear a number, largest first."""
    shares = np.sort(blocks.patches.areas)[::-1] / blocks.labels.size
    return [round(float(share), 6) for share in shares[shares >= _NUMBERED]]


def _levels(blocks: BlockMap, roles: tuple[str, ...]) -> list[Figure]:
    return [
        {
            "block": number + 1,
            "level": round(float(blocks.levels[number]), 2),
            "munsell": round(float(blocks.levels[number]) / 10, 1),
            "share": round(float(blocks.shares[number]), 6),
            "role": roles[number],
        }
        for number in range(blocks.used)
    ]


def _note(blocks: BlockMap, roles: tuple[str, ...]) -> str:
    short = (
        ""
        if blocks.used == blocks.asked
        else f" You asked for {blocks.asked}; the picture has {blocks.used}."
    )
    leading = [
        f"{number + 1} ({blocks.levels[number]:.0f} L*, {blocks.shares[number]:.0%})".replace(
            "%", " %"
        )
        for number, role in enumerate(roles)
        if role == "Dominant"
    ]
    if len(leading) > 1:
        return f"Blocks {leading[0]} and {leading[1]} share the lead.{short}"
    return f"Block {leading[0]} leads.{short}"


def _numbered(blocks: BlockMap, wide: Bytes) -> Bytes:
    plate = in_rgb(filled(wide, gray_of(blocks.levels)))
    height, width = wide.shape
    words = []
    for patch, x, y in places(blocks.patches.index, blocks.patches.areas, _NUMBERED):
        level = int(blocks.patches.labels[patch])
        colour = readable_on(float(blocks.levels[level]))
        words.append(Word(str(level + 1), x * width, y * height, colour, _NUMBER_PX))
    return lettered(plate, words)


def _outlined(surface: Surface, wide: Bytes) -> Bytes:
    plate = surface.photo((wide.shape[1], wide.shape[0])).copy()
    edge = boundaries(wide).view(np.uint8)
    rim = cv2.dilate(edge, np.ones((3, 3), np.uint8))
    pixels = plate.reshape(-1, 3)
    pixels[np.flatnonzero(rim)] = 20
    pixels[np.flatnonzero(edge)] = PAPER
    return plate
