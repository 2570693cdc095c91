"""Balance: where the visual weight lies."""

from __future__ import annotations

import numpy as np

from gesso.study.easel import Easel
from gesso.study.measures.colour import chromas


def measure_balance(easel: Easel) -> dict[str, float]:
    """First moments of visual weight: distance from the middle value, plus chroma.

    Returns:
        bal_lr: -1 (all left) to 1 (all right); bal_tb: -1 (all top) to 1 (all bottom); tilt_lr,
            tilt_tb: the same without their sides, 0 to 1; all left out where nothing weighs.
    """
    values = easel.values
    weight = np.abs(values - np.median(values)) / np.float32(100)
    weight = weight + easel.once(chromas)
    total = float(weight.sum(dtype=np.float64))
    if total < 1e-3:
        return {}
    height, width = weight.shape
    across = (np.arange(width) + 0.5) * 2 / width - 1
    down = (np.arange(height) + 0.5) * 2 / height - 1
    columns = weight.sum(axis=0, dtype=np.float64)
    rows = weight.sum(axis=1, dtype=np.float64)
    left_right = float((columns * across).sum()) / total
    top_bottom = float((rows * down).sum()) / total
    return {
        "bal_lr": left_right,
        "bal_tb": top_bottom,
        "tilt_lr": abs(left_right),
        "tilt_tb": abs(top_bottom),
    }
