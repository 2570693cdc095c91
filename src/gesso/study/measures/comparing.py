"""A student's attempt beside its reference: values and shapes after both are laid on each other.

Value relations are compared, not lines: a picture that is darker all over agrees as long as its
order of values does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness
from gesso.core.pixels.picture import Picture
from gesso.study.easel import Easel, EaselOptions, Floats
from gesso.study.measures.measures import measure
from gesso.study.regions.blocks import BlockMap

_SIDE = 240
_STEPS = 60
_GOOD, _CERTAIN = 0.75, 0.97
"""Correlation from which a found alignment is believed, and from which no better one is sought."""
_ALREADY = 0.999
"""Correlation from which two pictures lie on each other as they are."""
_SIZES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4)
_MARGIN, _TRIES = 0.18, 3
"""What is cut from the middle that is looked for, and how many of its places are tried."""

Warp = NDArray[np.float32]


@dataclass(frozen=True)
class Match:
    """How an attempt stands to its reference.

    Attributes:
        agreement: share of pixels that fall into the same block, blocks matched in order of value,
            0 to 1; measured where both pictures lie after alignment.
        correlation: of the smoothed values, -1 to 1.
        aligned: whether an alignment was found; else the pictures are laid edge to edge.
        shift: of the middle of the picture, parts of its width and height.
        overlap: the part of the reference that both cover, 0 to 1.
        levels: L* of the blocks: (reference, attempt), dark to light.
        metrics: by id: (reference, attempt).
    """

    agreement: float
    correlation: float
    aligned: bool
    shift: tuple[float, float]
    overlap: float
    levels: tuple[tuple[float, float], ...]
    metrics: Mapping[str, tuple[float, float]]


def compare(reference: Picture, attempt: Picture, options: EaselOptions) -> Match:
    """Lay an attempt on its reference and say where their values agree.

    Args:
        reference: what was painted after.
        attempt: the student's.
        options: how both are set up.
    """
    first, second = Easel(reference, options), Easel(attempt, options)
    height, width = first.values.shape
    laid, covered, aligned, shift = _aligned(first.values, second)
    # Values part elsewhere in a part than in the whole, and in grays than in colours: both are cut
    # alike, by what both show.
    wanted = _blocks_of(first.values, covered, options.levels, options)
    found = _blocks_of(laid, covered, wanted.used, options)
    agreement, pairs = _agreement(wanted, found, covered)
    before, after = measure(first), measure(second)
    smooth_first, smooth_second = (
        np.asarray(cv2.GaussianBlur(plane, (0, 0), 4), dtype=np.float32)
        for plane in (first.values, laid)
    )
    both = {name: (before[name], after[name]) for name in before if name in after}
    return Match(
        agreement=agreement,
        correlation=_correlation(smooth_first[covered], smooth_second[covered]),
        aligned=aligned,
        shift=shift,
        overlap=float(covered.mean()) if height * width else 0.0,
        levels=pairs,
        metrics=both,
    )


def _aligned(
    values: Floats, attempt: Easel
) -> tuple[Floats, NDArray[np.bool_], bool, tuple[float, float]]:
    """The attempt's values on the reference's pixels, and where it covers them.

    An affine map that raises the correlation of the values (Evangelidis and Psarakis, ECC, PAMI
    30, 2008), begun edge to edge and where the reference's middle is found again at eight sizes;
    where none leads to a picture that is plainly the same, it is left aside.
    """
    height, width = values.shape
    laid = np.asarray(
        cv2.resize(attempt.values, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32
    )
    every = np.ones((height, width), dtype=np.bool_)
    scale = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = _small(values, size), _small(laid, size)
    if min(small[0].shape) < 16 or small[0].std() < 1 or small[1].std() < 1:
        return laid, every, False, (0.0, 0.0)
    if _correlation(*small) > _ALREADY:
        return laid, every, True, (0.0, 0.0)
    warp = _best_warp(*small)
    if warp is None:
        return laid, every, False, (0.0, 0.0)
    warp[:, 2] /= np.float32(scale)
    back = cv2.WARP_INVERSE_MAP
    size = (width, height)
    moved = cv2.warpAffine(laid, warp, size, flags=cv2.INTER_LINEAR | back)
    covered = cv2.warpAffine(every.astype(np.uint8), warp, size, flags=cv2.INTER_NEAREST | back)
    middle = np.array([width / 2, height / 2, 1.0])
    across, down = (warp @ middle - middle[:2]).tolist()
    shift = across / width, down / height
    return np.asarray(moved, dtype=np.float32), covered.astype(np.bool_), True, shift


def _best_warp(wanted: Floats, found: Floats) -> Warp | None:
    """The gentle map of highest correlation, None where none is believed."""
    best, highest = None, _GOOD
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _STEPS, 1e-5)
    for start in (np.eye(2, 3, dtype=np.float32), *_starts(wanted, found)):
        try:
            reached, held = cv2.findTransformECC(wanted, found, start, cv2.MOTION_AFFINE, stop)
        except cv2.error:
            continue
        warp = np.array(held, dtype=np.float32)
        if reached > highest and _is_gentle(warp, wanted.shape):
            best, highest = warp, reached
        if highest > _CERTAIN:
            break
    return best


def _starts(wanted: Floats, found: Floats) -> list[Warp]:
    """Where the middle of one picture is found in the other, best first, a few of eight sizes."""
    height, width = wanted.shape
    top, left = round(_MARGIN * height), round(_MARGIN * width)
    middle = wanted[top : height - top, left : width - left]
    places: list[tuple[float, Warp]] = []
    for size in _SIZES:
        part = cv2.resize(middle, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
        if part.shape[0] > height or part.shape[1] > width or min(part.shape) < 8:
            continue
        scores = cv2.matchTemplate(found, part, cv2.TM_CCOEFF_NORMED)
        _, score, _, (x, y) = cv2.minMaxLoc(scores)
        warp = np.array([[size, 0, x - size * left], [0, size, y - size * top]], dtype=np.float32)
        places.append((score, warp))
    places.sort(key=lambda place: -place[0])
    return [warp for _, warp in places[:_TRIES]]


def _small(plane: Floats, size: tuple[int, int]) -> Floats:
    reduced = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(reduced, (0, 0), 2), dtype=np.float32)


def _is_gentle(warp: NDArray[np.float32], shape: tuple[int, ...]) -> bool:
    """A crop, a shift, a little turn: nothing that a person would not do by hand."""
    turned = np.abs(warp[:, :2] - np.eye(2)).max()
    moved = np.abs(warp[:, 2]) / np.array([shape[1], shape[0]])
    return bool(turned < 0.5 and moved.max() < 0.45)


def _blocks_of(
    values: Floats, covered: NDArray[np.bool_], count: int, options: EaselOptions
) -> BlockMap:
    filled = np.where(covered, values, np.float32(np.median(values[covered])))
    gray = np.repeat(np.clip(filled, 0, 100)[..., np.newaxis], 3, axis=2)
    easel = Easel(_gray_picture(gray[..., 0]), options)
    return easel.blocks(levels=count)


def _gray_picture(values: Floats) -> Picture:
    levels = lightness(np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1))
    grays = np.searchsorted(levels, values).clip(0, 255).astype(np.uint8)
    return Picture(np.repeat(grays[..., np.newaxis], 3, axis=2))


def _agreement(
    wanted: BlockMap, found: BlockMap, covered: NDArray[np.bool_]
) -> tuple[float, tuple[tuple[float, float], ...]]:
    """Levels are matched in order; where one picture has more, the best choice of them."""
    labels = np.asarray(
        cv2.resize(
            found.labels.astype(np.int16),
            (wanted.labels.shape[1], wanted.labels.shape[0]),
            interpolation=cv2.INTER_NEAREST,
        ),
        dtype=np.int32,
    )
    inside = covered.ravel()
    here, there = wanted.labels.ravel()[inside], labels.ravel()[inside]
    counts = np.zeros((wanted.used, found.used))
    np.add.at(counts, (here, there), 1)
    few, many = sorted((wanted.used, found.used))
    table = counts if wanted.used <= found.used else counts.T
    choices = [c for c in permutations(range(many), few) if list(c) == sorted(c)]
    best = max(choices, key=lambda chosen: sum(table[at, to] for at, to in enumerate(chosen)))
    pairs = [(at, to) if wanted.used <= found.used else (to, at) for at, to in enumerate(best)]
    agreed = sum(counts[at, to] for at, to in pairs)
    return float(agreed / max(1, len(here))), tuple(
        (float(wanted.levels[at]), float(found.levels[to])) for at, to in pairs
    )


def _correlation(one: Floats, other: Floats) -> float:
    first, second = one - one.mean(), other - other.mean()
    spread = float(np.sqrt(np.square(first).sum() * np.square(second).sum()))
    return float((first * second).sum() / spread) if spread > 1e-6 else 0.0
