"""Hints: which blocks to merge, which mass to split, by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gesso.study.drawing.plates import Bytes, drawn_later, filled, gray_of, size_of, wide_blocks
from gesso.study.easel import Easel
from gesso.study.records import Figure, Reading
from gesso.study.regions.blocks import BlockMap
from gesso.study.tips.kinds import no_picture
from gesso.study.tools.tool import measured_by

_MARK = np.array([205, 92, 40], dtype=np.float32)


@dataclass(frozen=True)
class HintsOptions:
    """What asks for a decision.

    Attributes:
        near: neighbouring levels closer than this, L*, read as one (the 10th percentile of
            paintings).
        large: a level that covers more than this, 0 to 1, is a mass to look into (the 90th).
        uneven: spread of L* inside such a mass from which it wants to be two.
    """

    near: float = 6.7
    large: float = 0.486
    uneven: float = 9.0


class Hints:
    """Reads what to merge and what to split.

    Args:
        options: what asks for a decision.
        company: not used.
    """

    Options: ClassVar[type] = HintsOptions
    name = "hints"

    def __init__(self, options: HintsOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """Pairs of blocks that read as one, masses that want a step; nothing of noise or text."""
        maker = measured_by("hints", "1", self._options, easel)
        if why := easel.once(no_picture):
            return Reading(self.name, "Hints", "", {}, (), maker, why)
        blocks = easel.blocks()
        merges, splits = self._merges(blocks), self._splits(easel, blocks)
        said = [
            f"Blocks {low + 1} and {low + 2} lie {gap:.0f} L* apart: merge them, or separate them."
            for low, gap in merges
        ]
        said += [
            f"Block {level + 1} covers {blocks.shares[level]:.0%} and is uneven inside: "
            "split it by one quiet step.".replace("%", " %")
            for level in splits
        ]
        told: list[Figure] = [
            {"blocks": [low + 1, low + 2], "gap": round(gap, 2)} for low, gap in merges
        ]
        marked = {number for low, _ in merges for number in (low, low + 1)} | set(splits)
        size, wide = size_of(blocks.labels.shape), easel.once(wide_blocks)
        caption = "Where a decision would help." if marked else "Nothing here asks for a decision."
        return Reading(
            tool=self.name,
            title="Hints",
            note=" ".join(said) or _apart(blocks),
            figures={"merge": told, "split": [level + 1 for level in splits]},
            sheets=(drawn_later("hints", caption, size, lambda: _marked(wide(), blocks, marked)),),
            maker=maker,
        )

    def _merges(self, blocks: BlockMap) -> list[tuple[int, float]]:
        gaps = np.diff(blocks.levels).tolist()
        return [(low, gap) for low, gap in enumerate(gaps) if gap < self._options.near]

    def _splits(self, easel: Easel, blocks: BlockMap) -> list[int]:
        large = np.flatnonzero(blocks.shares > self._options.large).tolist()
        return [
            level
            for level in large
            if float(easel.values[blocks.labels == level].std(dtype=np.float64))
            > self._options.uneven
        ]


def _apart(blocks: BlockMap) -> str:
    if blocks.used == 1:
        return "There is one block alone: nothing to merge, nothing to split."
    return "Every block stands apart from its neighbours."


def _marked(wide: Bytes, blocks: BlockMap, marked: set[int]) -> Bytes:
    grays = gray_of(blocks.levels).astype(np.float32)
    tones = np.repeat(grays[:, np.newaxis], 3, axis=1)
    inside = sorted(marked)
    # The value stays readable under the mark: half gray, half colour.
    tones[inside] = tones[inside] * 0.55 + _MARK * 0.45
    return filled(wide, np.rint(tones).astype(np.uint8))
