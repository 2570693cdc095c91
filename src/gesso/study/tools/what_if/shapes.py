"""Changes of shape: masses grown, split, calmed or merged; edges softened or cut."""

from __future__ import annotations

import cv2
import numpy as np

from gesso.study.easel import Floats
from gesso.study.regions.smoothing import smooth
from gesso.study.tools.what_if.change import Changes, Scene, blurred, with_values

_BROAD = 0.05
"""Blur of a level's own light, of the long side."""
_STEP, _MIDDLE, _TILT = 16.0, 50.0, 0.5
"""L* of the step that parts a mass, where light fields begin, L* from side to side."""
_CALM = 40.0
"""The smoothing, L*, at which only the largest masses are left."""


def grow_dominant(scene: Scene, amount: float) -> Floats:
    """The nearest level joins the largest one."""
    blocks = scene.easel.blocks()
    if blocks.used < 2:
        return scene.easel.lab
    largest = int(blocks.shares.argmax())
    apart = np.abs(blocks.levels - blocks.levels[largest])
    apart[largest] = np.inf
    joins = blocks.labels == int(apart.argmin())
    values = scene.easel.values
    moved = values + amount * (blocks.levels[largest] - blocks.levels[int(apart.argmin())])
    return _valued(scene, np.where(joins, moved, values))


def split_mass(scene: Scene, amount: float) -> Floats:
    """Half of the largest level takes a step of value away from the other half.

    The halves part where the level's own broad light changes; in a field without any, along a line
    through the focal point.
    """
    blocks, values = scene.easel.blocks(), scene.easel.values
    largest = int(blocks.shares.argmax())
    inside = blocks.labels == largest
    order = blurred(values, _BROAD) + _tilted(scene, values.shape)
    above = order > np.median(order[inside])
    step = _STEP * amount
    # Light fields are parted downwards and dark ones upwards: there the room is.
    moved = (
        values + step * above if blocks.levels[largest] < _MIDDLE else values - step * (1 - above)
    )
    return _valued(scene, np.where(inside, moved, values))


def _tilted(scene: Scene, shape: tuple[int, ...]) -> Floats:
    """(height, width) a slope so slight that only a field without light of its own follows it."""
    height, width = shape[:2]
    x, y = (scene.focus.x, scene.focus.y) if scene.focus else (0.5, 0.5)
    down = (np.arange(height, dtype=np.float32)[:, np.newaxis] + 0.5) / height - y
    across = (np.arange(width, dtype=np.float32)[np.newaxis] + 0.5) / width - x
    return np.asarray(_TILT * (across - 0.5 * down), dtype=np.float32)


def calm_masses(scene: Scene, amount: float) -> Floats:
    """Small differences of value are forgotten, large ones stay."""
    values = scene.easel.values
    return _valued(scene, values + amount * (smooth(values, _CALM) - values))


def merge_blocks(scene: Scene, amount: float) -> Floats:
    """The named levels become one, at their common mean."""
    blocks, values = scene.easel.blocks(), scene.easel.values
    named = [number - 1 for number in scene.blocks]
    inside = np.isin(blocks.labels, named)
    if not inside.any():
        return scene.easel.lab
    mean = values[inside].mean(dtype=np.float64)
    own = blocks.levels[blocks.labels]
    return _valued(scene, np.where(inside, values + amount * (mean - own), values))


def soften_edges(scene: Scene, amount: float) -> Floats:
    """Edges go soft, but for those where the eye goes."""
    lab = scene.easel.lab
    soft = np.asarray(cv2.GaussianBlur(lab, (0, 0), 2.6), dtype=np.float32)
    return np.asarray(lab + np.float32(amount) * (soft - lab), dtype=np.float32)


def cut_edges(scene: Scene, amount: float) -> Floats:
    """Edges are cut harder."""
    values = scene.easel.values
    soft = cv2.GaussianBlur(values, (0, 0), 2.0)
    return _valued(scene, values + 1.6 * amount * (values - soft))


def _valued(scene: Scene, wanted: Floats) -> Floats:
    return with_values(scene.easel.lab, scene.easel.values, wanted)


SHAPES: Changes = {
    "grow-dominant": grow_dominant,
    "split-mass": split_mass,
    "calm-masses": calm_masses,
    "merge-blocks": merge_blocks,
    "soften-edges": soften_edges,
    "cut-edges": cut_edges,
}
