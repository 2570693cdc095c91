"""Changes of value: range, key, darks, lights, levels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Floats
from gesso.study.tools.what_if.change import Changes, Scene, with_values


def widen(scene: Scene, amount: float) -> Floats:
    """Darks darker, lights lighter, about the mean."""
    values = scene.easel.values
    mean = values.mean(dtype=np.float64)
    return _valued(scene, mean + (values - mean) * (1 + 0.6 * amount))


def lift_darks(scene: Scene, amount: float) -> Floats:
    """Darks lighter, black most of all; above the middle nothing moves."""
    values = scene.easel.values
    return _valued(scene, values + 24 * amount * np.square(np.clip(1 - values / 60, 0, 1)))


def lower_lights(scene: Scene, amount: float) -> Floats:
    """Lights darker, white most of all; below the middle nothing moves."""
    values = scene.easel.values
    return _valued(scene, values - 24 * amount * np.square(np.clip((values - 40) / 60, 0, 1)))


def raise_key(scene: Scene, amount: float) -> Floats:
    """Everything lighter, the ends least."""
    return _shifted(scene, 18 * amount)


def lower_key(scene: Scene, amount: float) -> Floats:
    """Everything darker, the ends least."""
    return _shifted(scene, -18 * amount)


def separate_levels(scene: Scene, amount: float) -> Floats:
    """The levels of the big shapes spread evenly between the darkest and the lightest."""
    levels = scene.easel.blocks().levels
    if len(levels) < 3:
        return widen(scene, amount)
    even = np.linspace(levels[0], levels[-1], len(levels))
    wanted = levels + amount * (even - levels)
    known = np.concatenate([[0.0], levels, [100.0]])
    moved = np.concatenate([[0.0], wanted, [100.0]])
    return _valued(scene, np.interp(scene.easel.values, known, moved).astype(np.float32))


def _shifted(scene: Scene, by: float) -> Floats:
    values = scene.easel.values
    return _valued(scene, values + by * (1 - np.square(values / 50 - 1)))


def _valued(scene: Scene, wanted: NDArray[Any]) -> Floats:
    return with_values(scene.easel.lab, scene.easel.values, wanted.astype(np.float32, copy=False))


TONES: Changes = {
    "widen-values": widen,
    "lift-darks": lift_darks,
    "lower-lights": lower_lights,
    "raise-key": raise_key,
    "lower-key": lower_key,
    "separate-levels": separate_levels,
}
