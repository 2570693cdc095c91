"""Values: how light, how wide, how much of it dark or light. All on CIE L*, 0 to 100."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel
from gesso.study.regions.tones import A_VALUE, counted, natural_cuts, parted


def measure_value(easel: Easel) -> dict[str, float]:
    """Key, spread and coverage.

    Returns:
        L_mean, L_std, L_p5, L_p95, L_range (p95 - p5): L*.
        dark25, dark35, light70, light80: the share below or above that L*, 0 to 1.
    """
    values = easel.values
    low, _, _, high = easel.once(spread_of)
    return {
        "L_mean": float(values.mean(dtype=np.float64)),
        "L_std": float(values.std(dtype=np.float64)),
        "L_p5": float(low),
        "L_p95": float(high),
        "L_range": float(high - low),
        "dark25": float((values < 25).mean()),
        "dark35": float((values < 35).mean()),
        "light70": float((values > 70).mean()),
        "light80": float((values > 80).mean()),
    }


def spread_of(easel: Easel) -> NDArray[np.float64]:
    """(4,) the L* below which 5, 30, 70 and 95 % of the picture lie."""
    return np.asarray(np.percentile(easel.values, (5, 30, 70, 95)), dtype=np.float64)


def measure_notan(easel: Easel) -> dict[str, float]:
    """How well two values alone carry the picture, measured on its smoothed tones.

    Returns:
        notan_cut: L*, the cut with the least error.
        notan_dark: the share below it, 0 to 1.
        notan_expl: the part of the values' variance that two levels explain, 0 to 1; left out for
            a picture of one value.
    """
    tones, values = easel.tones(easel.options.strength), easel.values
    cuts = natural_cuts(counted(tones), 2, nearest=0.0)
    light = parted(tones, cuts) > 0
    found = {
        "notan_cut": cuts[0] / A_VALUE if cuts else float(tones.flat[0]) / A_VALUE,
        "notan_dark": 1 - float(light.mean()) if cuts else 0.0,
    }
    spread = float(values.var(dtype=np.float64))
    if spread > 1e-3:
        halves = (values[light], values[~light])
        left = sum(float(half.var(dtype=np.float64)) * half.size for half in halves if half.size)
        found["notan_expl"] = max(0.0, 1 - left / values.size / spread)
    return found
