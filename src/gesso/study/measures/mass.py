"""Masses: how the big shapes share the picture."""

from __future__ import annotations

import numpy as np

from gesso.study.easel import Easel
from gesso.study.regions.blocks import BlockMap


def measure_mass(easel: Easel) -> dict[str, float]:
    """Figures of the block map.

    Returns:
        dom: share of the largest level, 0 to 1; dom_gap: its lead over the next.
        min_gap: the smallest L* between neighbouring levels; left out for one level.
        regions: connected masses; top5: the part of the area in the five largest.
        busy: edges between levels for each pixel of width plus height.
    """
    blocks = easel.blocks()
    shares = np.sort(blocks.shares)[::-1]
    areas = np.sort(blocks.patches.areas)[::-1] / blocks.labels.size
    found = {
        "dom": float(shares[0]),
        "dom_gap": float(shares[0] - shares[1]) if len(shares) > 1 else float(shares[0]),
        "regions": float(len(areas)),
        "top5": float(areas[:5].sum()),
        "busy": boundary_length(blocks),
    }
    if blocks.used > 1:
        found["min_gap"] = float(np.diff(blocks.levels).min())
    return found


def boundary_length(blocks: BlockMap) -> float:
    """Edges between levels, for each pixel of width plus height."""
    labels = blocks.labels
    edges = (labels[:, 1:] != labels[:, :-1]).sum() + (labels[1:] != labels[:-1]).sum()
    return float(edges) / sum(labels.shape)
