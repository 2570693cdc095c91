"""Changes of colour: richer, quieter, fewer hues, warmer against cooler."""

from __future__ import annotations

import math

import numpy as np

from gesso.study.easel import Floats
from gesso.study.measures.colour import NEUTRAL, WARM_HUE, hues
from gesso.study.tools.what_if.change import Changes, Scene


def enrich(scene: Scene, amount: float) -> Floats:
    """Every colour further from gray."""
    return _coloured(scene, np.float32(1 + 0.7 * amount))


def mute(scene: Scene, amount: float) -> Floats:
    """Every colour nearer to gray."""
    return _coloured(scene, np.float32(1 - 0.45 * amount))


def limit_palette(scene: Scene, amount: float) -> Floats:
    """Hues far from the leading one fall back to gray."""
    lab = scene.easel.lab
    shares = scene.easel.once(hues)
    if not shares.any():
        return lab
    leading = (int(shares.argmax()) + 0.5) * 2 * math.pi / len(shares)
    apart = np.cos(np.arctan2(lab[..., 2], lab[..., 1]) - np.float32(leading))
    far = np.clip((np.float32(0.75) - apart) / np.float32(1.25), 0, 1)
    return _coloured(scene, 1 - np.float32(amount) * far)


def split_temperature(scene: Scene, amount: float) -> Floats:
    """Lights one way, darks the other, in the direction that they lean already."""
    lab, values = scene.easel.lab, scene.easel.values
    middle = np.median(values)
    side = np.clip((values - middle) / np.float32(25), -1, 1)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    warmth = chroma * np.cos(np.arctan2(lab[..., 2], lab[..., 1]) - np.float32(WARM_HUE))
    leans = float((warmth * side).mean(dtype=np.float64)) - float(
        warmth.mean(dtype=np.float64)
    ) * float(side.mean(dtype=np.float64))
    step = np.float32(NEUTRAL * amount * (-1 if leans < 0 else 1)) * side
    moved = lab.copy()
    moved[..., 1] += step * np.float32(math.cos(WARM_HUE))
    moved[..., 2] += step * np.float32(math.sin(WARM_HUE))
    return moved


def _coloured(scene: Scene, factor: np.float32 | Floats) -> Floats:
    moved = scene.easel.lab.copy()
    moved[..., 1] *= factor
    moved[..., 2] *= factor
    return moved


COLOURS: Changes = {
    "enrich-colour": enrich,
    "mute-colour": mute,
    "limit-palette": limit_palette,
    "split-temperature": split_temperature,
}
