"""Cutting a subject out: several first guesses, each cut by its colours, the best one refined.

GrabCut after Rother, Kolmogorov and Blake (SIGGRAPH 2004), in OKLab, first at half the size, where
texture says less. Which of the cuts is the subject is told by how little its colours overlap with
those around it, how strong its outline is, and how little of it leaves the picture by the sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Floats
from gesso.study.tools.subject.guidance import DROPPED, KEPT, Guidance, Zones
from gesso.study.tools.subject.parts import as_bytes, parts_of
from gesso.study.tools.subject.prior import priors_of

Mask = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

_ROUNDS = 3
_COARSE = 130
"""The long side at which guesses are cut, pixels."""
_INSET = 0.06
"""What a subject leaves free at the sides and the top, where nothing else is known."""
_LEAST, _MOST = 0.005, 0.95
"""Shares of the picture between which a cut is a subject."""
_PIECE = 0.15
"""Pieces smaller than this part of the largest are dropped."""
_HOLE = 0.01
"""Holes smaller than this share of the picture are filled."""
_RING = 0.04
"""Width of the rings along an outline, of the long side."""
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Cut:
    """A subject, cut out.

    Attributes:
        mask: (height, width) bool.
        overlap: of the colours within and without, 0 (none in common) to 1 (the same).
        agreement: how far the other guesses say the same, 0 to 1.
    """

    mask: Mask
    overlap: float
    agreement: float


@dataclass(frozen=True)
class _Guess:
    mask: Mask
    overlap: float
    score: float


def cut_out(lab: Floats, guidance: Guidance) -> Cut | None:
    """The subject as far as colours tell; None where nothing stands out.

    Args:
        lab: (height, width, 3) OKLab, 16 pixels or more each way.
        guidance: what a person says; strokes are obeyed.
    """
    said = guidance.drawn(lab.shape)
    parts = parts_of(lab)
    priors = [prior[parts.index].astype(np.float32) for prior in priors_of(parts, said)]
    if not priors:
        return None
    starts = [*(_zones(prior) for prior in priors), _standing(lab.shape)]
    planes = _calm(lab)
    scale = _COARSE / max(lab.shape[:2])
    small = _resized(planes, scale) if scale < 1 else planes
    coarse, marks = _lab_of(small), _nearest(said, small.shape)
    cuts = [_coarse(small, _marked(_nearest(start, small.shape), marks)) for start in starts]
    guesses = [guess for mask in cuts if (guess := _weighed(mask, coarse, small)) is not None]
    if not guesses:
        return None
    best = max(guesses, key=lambda guess: guess.score)
    others = [_likeness(best.mask, guess.mask) for guess in guesses if guess is not best]
    mask = _refined(planes, best.mask, said)
    agreement = max(others, default=0.0)
    return Cut(mask, best.overlap, agreement) if mask.any() and not mask.all() else None


def corrected(lab: Floats, likely: Floats, guidance: Guidance) -> Mask:
    """A model's mask after a person's strokes.

    Args:
        lab: (height, width, 3) OKLab.
        likely: (height, width) float32, how likely each pixel is the subject's, 0 to 1.
        guidance: what a person says.
    """
    planes = _calm(lab)
    zones = np.where(likely > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    zones[likely > 0.95], zones[likely < 0.05] = cv2.GC_FGD, cv2.GC_BGD
    said = guidance.drawn(lab.shape)
    # Where a person spoke near, the model is only probably right.
    near = cv2.dilate((said != 0).astype(np.uint8), _SQUARE, iterations=24).view(np.bool_)
    zones[near] = np.where(likely[near] > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    return _tidy(_grab(planes, _marked(zones, said), _ROUNDS), said)


def _calm(lab: Floats) -> Bytes:
    """OKLab as bytes, without texture, edges kept."""
    return np.asarray(cv2.bilateralFilter(as_bytes(lab), 7, 30, 5), dtype=np.uint8)


def _zones(likely: Floats) -> Zones:
    """GrabCut's four zones of a prior, parted where its histogram parts (Otsu)."""
    told = np.rint(likely * 255).astype(np.uint8)
    middle = float(cv2.threshold(told, 0, 255, cv2.THRESH_OTSU)[0]) / 255
    zones = np.full(likely.shape, cv2.GC_PR_BGD, np.uint8)
    zones[likely > middle] = cv2.GC_PR_FGD
    zones[likely > middle + 0.6 * (1 - middle)] = cv2.GC_FGD
    zones[likely < 0.3 * middle] = cv2.GC_BGD
    return zones


def _standing(shape: tuple[int, ...]) -> Zones:
    """A subject that fills the picture and stands on its foot."""
    height, width = shape[:2]
    zones = np.full((height, width), cv2.GC_BGD, np.uint8)
    left, top = max(1, round(width * _INSET)), max(1, round(height * _INSET))
    zones[top:, left : width - left] = cv2.GC_PR_FGD
    return zones


def _marked(zones: Zones, said: Zones) -> Zones:
    """Zones with what a person said; where nobody did, a box leaves it open."""
    found = zones.copy()
    found[said == KEPT], found[said == DROPPED] = cv2.GC_FGD, cv2.GC_BGD
    return found


def _coarse(planes: Bytes, zones: Zones) -> Mask:
    said = np.where(zones == cv2.GC_FGD, np.uint8(KEPT), np.uint8(0))
    return _tidy(_grab(planes, zones, _ROUNDS), said)


def _grab(planes: Bytes, zones: Zones, rounds: int) -> Mask:
    inside = (zones & 1).view(np.bool_)
    if inside.all() or not inside.any():
        return inside
    # GrabCut begins with colours drawn by chance: from the same seed they are the same.
    cv2.setRNGSeed(1)
    held, ground, subject = zones.copy(), np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, zones.shape[1], zones.shape[0])
    cv2.grabCut(planes, held, whole, ground, subject, rounds, cv2.GC_INIT_WITH_MASK)
    return (held & 1).view(np.bool_)


def _refined(planes: Bytes, mask: Mask, said: Zones) -> Mask:
    """The mask at full size: one more cut along its outline alone."""
    size = planes.shape[1], planes.shape[0]
    wide = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(wide, (0, 0), 3)
    zones = np.where(soft > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    zones[soft > 0.98], zones[soft < 0.02] = cv2.GC_FGD, cv2.GC_BGD
    return _tidy(_grab(planes, _marked(zones, said), 1), said)


def _tidy(mask: Mask, said: Zones) -> Mask:
    """Without crumbs and pinholes, but for those that a person marked."""
    if not mask.any():
        return mask
    count, index, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    sizes = stats[:, cv2.CC_STAT_AREA]
    kept = sizes >= _PIECE * sizes[1:].max()
    kept[np.unique(index[said == KEPT])] = True
    kept[0] = False
    mask = kept[index]
    holes = (~mask).astype(np.uint8)
    count, index, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < _HOLE * mask.size
    small[0] = False
    small[np.unique(index[said == DROPPED])] = False
    return np.asarray(mask | small[index]) if count > 1 else mask


def _weighed(mask: Mask, lab: Floats, planes: Bytes) -> _Guess | None:
    if not _LEAST < float(mask.mean()) < _MOST:
        return None
    height, width = mask.shape
    overlap = _overlap(mask, planes)
    leaving = int(mask[:, 0].sum()) + int(mask[:, -1].sum()) + int(mask[0].sum())
    sides = leaving / (2 * height + width)
    score = 0.1 * _outline(mask, lab) + 2 * _contrast(mask, lab) - overlap - 2 * sides
    return _Guess(mask, overlap, score)


def _overlap(mask: Mask, planes: Bytes) -> float:
    """Bhattacharyya's coefficient of the colours within and without, in 4,096 steps."""
    steps = (planes >> 4).astype(np.int32)
    index = (steps[..., 0] * 16 + steps[..., 1]) * 16 + steps[..., 2]
    within = np.bincount(index[mask], minlength=4096) / mask.sum()
    without = np.bincount(index[~mask], minlength=4096) / (~mask).sum()
    return float(np.sqrt(within * without).sum())


def _outline(mask: Mask, lab: Floats) -> float:
    """How steep colours are along the outline, of how steep they are on average."""
    soft = cv2.GaussianBlur(lab, (0, 0), 1.0)
    steep = np.zeros(mask.shape, np.float32)
    for plane in cv2.split(soft):
        across, down = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
        steep += across * across + down * down
    steep = np.sqrt(steep)
    edge = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, _SQUARE).view(np.bool_)
    edge[[0, -1]], edge[:, [0, -1]] = False, False
    mean = float(steep.mean(dtype=np.float64))
    return float(steep[edge].mean(dtype=np.float64)) / mean if edge.any() and mean > 1e-9 else 0.0


def _contrast(mask: Mask, lab: Floats) -> float:
    """OKLab distance between the rings within and without the outline."""
    inner, outer = rings(mask)
    if not inner.any() or not outer.any():
        return 0.0
    return float(np.linalg.norm(lab[inner].mean(axis=0) - lab[outer].mean(axis=0)))


def rings(mask: Mask) -> tuple[Mask, Mask]:
    """The rings along an outline, within and without."""
    steps = max(2, round(_RING * max(mask.shape)))
    told = mask.astype(np.uint8)
    # What leaves the picture goes on behind its frame: no ring runs along it.
    inner = mask & ~cv2.erode(told, _SQUARE, iterations=steps).view(np.bool_)
    outer = cv2.dilate(told, _SQUARE, iterations=steps).view(np.bool_) & ~mask
    return inner, outer


def _likeness(one: Mask, other: Mask) -> float:
    return float((one & other).sum()) / max(1, int((one | other).sum()))


def _resized(planes: Bytes, scale: float) -> Bytes:
    size = max(1, round(planes.shape[1] * scale)), max(1, round(planes.shape[0] * scale))
    return np.asarray(cv2.resize(planes, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _nearest(zones: Zones, shape: tuple[int, ...]) -> Zones:
    size = shape[1], shape[0]
    return np.asarray(cv2.resize(zones, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def _lab_of(planes: Bytes) -> Floats:
    away = np.array([0, 128, 128], np.float32)
    steps = np.array([255, 640, 640], np.float32)
    return np.asarray((planes.astype(np.float32) - away) / steps, dtype=np.float32)
