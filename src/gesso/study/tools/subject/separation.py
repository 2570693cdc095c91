"""How a subject stands apart from what surrounds it: value, chroma, hue, outline."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel
from gesso.study.measures.edges import HARD, LOST, boundaries, steepness
from gesso.study.tools.subject.cutting import rings

_GRAY = 0.02
"""OKLab chroma below which a hue is nobody's."""


def measure_separation(easel: Easel, mask: NDArray[np.bool_]) -> dict[str, float]:
    """Figures of a subject against its surroundings.

    Surroundings are a ring outside the outline, 4 % of the long side wide; the subject is read in
    a ring of the same width inside it, for that is where the two meet, and as a whole.

    Args:
        easel: the picture, set up.
        mask: (height, width) bool at working size, neither empty nor full.

    Returns:
        subject_share: of the picture, 0 to 1; subject_x, subject_y: its middle, 0 to 1.
        subject_value, ground_value: mean L* of the whole subject and of all the rest.
        value_apart: L* of the inner ring less the outer one; chroma_apart: the same in OKLab
            chroma; hue_apart: degrees, 0 to 180, left out where either is gray.
        outline_hard, outline_lost: shares of the outline inside the picture; outline_mean: its
            mean gradient, L* for each pixel; all three left out where it has none.
    """
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    values, lab = easel.values, easel.lab
    found = {
        "subject_share": float(mask.mean()),
        "subject_x": float(columns.mean() + 0.5) / width,
        "subject_y": float(rows.mean() + 0.5) / height,
        "subject_value": float(values[mask].mean(dtype=np.float64)),
        "ground_value": float(values[~mask].mean(dtype=np.float64)),
    }
    inner, outer = rings(mask)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    for name, plane in (("value_apart", values), ("chroma_apart", chroma)):
        inside, outside = (float(plane[ring].mean(dtype=np.float64)) for ring in (inner, outer))
        found[name] = inside - outside
    hues = [_hue(lab[ring]) for ring in (inner, outer)]
    if hues[0] is not None and hues[1] is not None:
        found["hue_apart"] = abs((math.degrees(hues[0] - hues[1]) + 180) % 360 - 180)
    return found | _outline(easel, mask)


def _hue(lab: NDArray[np.float32]) -> float | None:
    a, b = (float(lab[:, part].mean(dtype=np.float64)) for part in (1, 2))
    return math.atan2(b, a) if math.hypot(a, b) >= _GRAY else None


def _outline(easel: Easel, mask: NDArray[np.bool_]) -> dict[str, float]:
    edge = boundaries(mask.astype(np.int32))
    if not edge.any():
        return {}
    along = easel.once(steepness)[edge]
    return {
        "outline_hard": float((along > HARD).mean()),
        "outline_lost": float((along < LOST).mean()),
        "outline_mean": float(along.mean(dtype=np.float64)),
    }
