"""The subject's mask on pictures whose mask is known, beside simpler ways, and after strokes.

    python benchmarks/study_subject.py [--seeds 3] [--strokes 4] [--sheet OUT.png]

The pictures are composed (tests/study/tools/subject/scenes.py): eight grounds, three of them by the
embedded painter, under five shapes that are lighter, darker, of another hue, or little of each;
every second one is painted over in strokes. Printed: intersection over union of our estimate, of
one rectangle cut by GrabCut, and of an ellipse in the middle; the same after each stroke that a
person would add where the mask is most wrong; CPU ms.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel, EaselOptions
from gesso.study.tools.subject.cutting import cut_out
from gesso.study.tools.subject.guidance import Guidance
from stubs import of_tests

made: Any = of_tests("study.tools.subject.scenes")
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Score:
    """One picture: likeness after 0, 1, 2, ... strokes, of the simpler ways, and CPU ms."""

    name: str
    ours: tuple[float, ...]
    rectangle: float
    ellipse: float
    ms: float
    tile: NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--strokes", type=int, default=4)
    parser.add_argument("--sheet", type=Path)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    scores = [
        scored(scene, wanted.strokes) for seed in range(wanted.seeds) for scene in made.scenes(seed)
    ]
    report(scores)
    if wanted.sheet:
        tiles = [score.tile for score in scores][: len(scores) // 8 * 8]
        rows = [np.hstack(tiles[at : at + 8]) for at in range(0, len(tiles), 8)]
        cv2.imwrite(str(wanted.sheet), np.vstack(rows)[..., ::-1])


def scored(scene: Any, strokes: int) -> Score:
    easel = Easel(scene.picture, EaselOptions())
    lab = easel.lab
    mask = made.fitted(scene.mask, lab.shape)
    start = time.process_time()
    found = estimate(easel, Guidance())
    ms = (time.process_time() - start) * 1000
    tile = easel.rgb.copy()
    tile[~found] //= 3
    likenesses, guidance = [made.likeness(found, mask)], Guidance()
    for _ in range(strokes):
        guidance = more(guidance, found, mask)
        found = estimate(easel, guidance)
        likenesses.append(made.likeness(found, mask))
    return Score(
        scene.name,
        tuple(likenesses),
        made.likeness(rectangle(easel.rgb), mask),
        made.likeness(ellipse(mask.shape), mask),
        ms,
        np.asarray(cv2.resize(tile, (200, 160)), dtype=np.uint8),
    )


def estimate(easel: Easel, guidance: Guidance) -> Mask:
    cut = cut_out(easel.lab, guidance)
    return np.zeros(easel.lab.shape[:2], np.bool_) if cut is None else cut.mask


def more(guidance: Guidance, found: Mask, mask: Mask) -> Guidance:
    """One stroke more, over the larger of what is missed and what is wrongly held."""
    missed, wrong = mask & ~found, found & ~mask
    if missed.sum() >= wrong.sum():
        stroke = made.strokes_over(missed)
        return guidance if stroke is None else replace(guidance, keep=(*guidance.keep, stroke))
    stroke = made.strokes_over(wrong)
    return guidance if stroke is None else replace(guidance, drop=(*guidance.drop, stroke))


def rectangle(rgb: NDArray[np.uint8]) -> Mask:
    """GrabCut of a rectangle 6 % inside the picture: what the usual example does."""
    height, width = rgb.shape[:2]
    x, y = round(0.06 * width), round(0.06 * height)
    held = np.zeros((height, width), np.uint8)
    ground, subject = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    box = (x, y, width - 2 * x, height - 2 * y)
    cv2.grabCut(np.ascontiguousarray(rgb), held, box, ground, subject, 5, cv2.GC_INIT_WITH_RECT)
    return (held & 1).view(np.bool_)


def ellipse(shape: tuple[int, ...]) -> Mask:
    height, width = shape[:2]
    down, across = np.mgrid[:height, :width]
    far = ((across / width - 0.5) / 0.25) ** 2 + ((down / height - 0.5) / 0.33) ** 2
    return np.asarray(far < 1)


def report(scores: list[Score]) -> None:
    grounds: dict[str, list[float]] = {}
    for score in scores:
        grounds.setdefault(score.name.partition("/")[0], []).append(score.ours[0])
    ours = np.array([score.ours for score in scores])
    print(f"{len(scores)} pictures, intersection over union (bar: 0.75; after strokes 0.9)")
    for name, values in (
        ("our estimate", ours[:, 0]),
        ("GrabCut of a rectangle", np.array([score.rectangle for score in scores])),
        ("ellipse in the middle", np.array([score.ellipse for score in scores])),
    ):
        print(f"  {name:24} mean {values.mean():.3f}  worst {values.min():.2f}  "
              f">= 0.75: {(values >= 0.75).mean():.0%}")  # fmt: skip
    for count in range(1, ours.shape[1]):
        values, said = ours[:, count], f"after {count} stroke{'s' if count > 1 else ''}"
        print(f"  {said:24} mean {values.mean():.3f}  worst {values.min():.2f}  "
              f">= 0.9: {(values >= 0.9).mean():.0%}")  # fmt: skip
    print("  by ground: " + ", ".join(f"{g} {np.mean(v):.2f}" for g, v in grounds.items()))
    print(f"  {np.median([score.ms for score in scores]):.0f} CPU ms for an estimate (median)")
    for score in sorted(scores, key=lambda one: one.ours[0])[:5]:
        told = " ".join(f"{value:.2f}" for value in score.ours)
        print(f"  hardest: {score.name:28} {told}")


if __name__ == "__main__":
    main()
