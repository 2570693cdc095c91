"""Changes of place: the focal point pushed, a rival or the border quieted, weight evened out."""

from __future__ import annotations

import numpy as np

from gesso.study.easel import Floats
from gesso.study.measures.balance import measure_balance
from gesso.study.tools.what_if.change import Changes, Scene, blurred, falling, pulled, spot

_DISC = 0.12


def push_focal(scene: Scene, amount: float) -> Floats:
    """More contrast and colour where the eye goes, less everywhere else."""
    lab, focus = scene.easel.lab, scene.focus
    if focus is None:
        return lab
    near = spot(lab.shape, focus.x, focus.y, _DISC)
    mean = np.asarray([lab[..., part].mean(dtype=np.float64) for part in range(3)], np.float32)
    around = blurred(lab, _DISC)
    quiet = pulled(lab, np.broadcast_to(mean, lab.shape), (1 - near) * np.float32(0.4 * amount))
    return np.asarray(
        quiet + near[..., np.newaxis] * np.float32(0.8 * amount) * (lab - around), dtype=np.float32
    )


def quiet_rival(scene: Scene, amount: float) -> Floats:
    """The second place gives way."""
    lab, focus = scene.easel.lab, scene.focus
    if focus is None:
        return lab
    there = spot(lab.shape, focus.second_x, focus.second_y, _DISC)
    here = spot(lab.shape, focus.x, focus.y, _DISC)
    return pulled(lab, blurred(lab, 0.2), there * (1 - here) * np.float32(0.85 * amount))


def quiet_border(scene: Scene, amount: float) -> Floats:
    """The border recedes: softer, closer to its own mean."""
    lab = scene.easel.lab
    height, width = lab.shape[:2]
    across = np.minimum(np.arange(width) + 0.5, width - np.arange(width) - 0.5)
    down = np.minimum(np.arange(height) + 0.5, height - np.arange(height) - 0.5)
    inward = np.minimum(across[np.newaxis], down[:, np.newaxis]).astype(np.float32)
    edge = falling(inward / np.float32(max(height, width)), 0.06, 0.14)
    return pulled(lab, blurred(lab, 0.12), edge * np.float32(0.85 * amount))


def even_weight(scene: Scene, amount: float) -> Floats:
    """The heavy side lightens: its values move to the middle one, its colours to gray."""
    lab = scene.easel.lab
    height, width = lab.shape[:2]
    found = scene.easel.once(measure_balance)
    if not found:
        return lab
    across = np.linspace(-1, 1, width, dtype=np.float32)[np.newaxis] * np.sign(found["bal_lr"])
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, np.newaxis] * np.sign(found["bal_tb"])
    share = abs(found["bal_lr"]) / max(1e-6, abs(found["bal_lr"]) + abs(found["bal_tb"]))
    heavy = np.clip(share * across + (1 - share) * down, 0, 1).astype(np.float32)
    calm = np.zeros_like(lab)
    calm[..., 0] = np.median(lab[..., 0])
    return pulled(lab, calm, heavy * np.float32(0.7 * amount))


PLACES: Changes = {
    "push-focal": push_focal,
    "quiet-rival": quiet_rival,
    "quiet-border": quiet_border,
    "even-weight": even_weight,
}
