"""Colour: how much of it, how far spread, how warm."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel, Floats
from gesso.study.measures.value import spread_of

NEUTRAL = 0.03
"""OKLab chroma below which a pixel reads as gray."""
WARM_HUE = math.radians(60)
"""The OKLab hue of the warm pole: between orange and yellow."""
HUE_BINS = 36


def hue_histogram(lab: NDArray[np.float32]) -> NDArray[np.float64]:
    """(36,) shares of hue by 10 degrees of OKLab, weighted by chroma and softened over 70 degrees.

    Neutral pixels have no hue; all zeros where every pixel is neutral.
    """
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    return _shares_of(chroma, np.arctan2(lab[..., 2], lab[..., 1]))


def _shares_of(chroma: Floats, hue: Floats) -> NDArray[np.float64]:
    weight = np.where(chroma > NEUTRAL, chroma, np.float32(0))
    turn = hue / (2 * math.pi)
    turn += turn < 0
    bins = np.minimum((turn * HUE_BINS).astype(np.int64), HUE_BINS - 1)
    counts = np.bincount(bins.ravel(), weights=weight.ravel(), minlength=HUE_BINS)
    total = counts.sum()
    if total <= 0:
        return np.zeros(HUE_BINS)
    around = np.concatenate([counts[-3:], counts, counts[:3]]) / total
    return np.convolve(around, np.full(7, 1 / 7), mode="valid")


def hues(easel: Easel) -> NDArray[np.float64]:
    """The hue histogram of the picture at working size."""
    return _shares_of(easel.once(chromas), easel.once(angles))


def chromas(easel: Easel) -> Floats:
    """(height, width) float32 OKLab chroma at working size."""
    return np.hypot(easel.lab[..., 1], easel.lab[..., 2])


def angles(easel: Easel) -> Floats:
    """(height, width) float32 OKLab hue at working size, radians, -pi to pi."""
    return np.arctan2(easel.lab[..., 2], easel.lab[..., 1])


def measure_colour(easel: Easel) -> dict[str, float]:
    """Figures of colour, in OKLab.

    Returns:
        chroma, chroma_p95: OKLab chroma; neutral: share below 0.03.
        colourful: the M3 of Hasler and Süsstrunk (SPIE 5007, 2003).
        hue_entropy: 0 (one hue) to 1 (all hues); hue_R1: length of the mean hue vector, 0 to 1;
            warm: -1 cool to 1 warm; all three left out where all is neutral.
        temp_split: warmth of the lightest 30 % less that of the darkest 30 %; temp_apart: the
            same without its direction; both left out where there is no light and dark.
    """
    rgb, values = easel.rgb.astype(np.float32), easel.values
    chroma, hue = easel.once(chromas), easel.once(angles)
    red_green = rgb[..., 0] - rgb[..., 1]
    yellow_blue = (rgb[..., 0] + rgb[..., 1]) / 2 - rgb[..., 2]
    found = {
        "chroma": float(chroma.mean(dtype=np.float64)),
        "chroma_p95": float(np.percentile(chroma, 95)),
        "neutral": float((chroma < NEUTRAL).mean()),
        "colourful": math.hypot(red_green.std(dtype=np.float64), yellow_blue.std(dtype=np.float64))
        + 0.3 * math.hypot(red_green.mean(dtype=np.float64), yellow_blue.mean(dtype=np.float64)),
    }
    warmth = chroma * np.cos(hue - np.float32(WARM_HUE))
    found |= _hues(easel.once(hues))
    weight = np.where(chroma > NEUTRAL, chroma, np.float32(0))
    if float(weight.sum(dtype=np.float64)) > 0:
        pulled = np.where(chroma > NEUTRAL, warmth, np.float32(0)).sum(dtype=np.float64)
        found["warm"] = float(pulled / weight.sum(dtype=np.float64))
    _, low, high, _ = easel.once(spread_of)
    light, dark = values > high, values < low
    if light.any() and dark.any():
        apart = float(warmth[light].mean(dtype=np.float64) - warmth[dark].mean(dtype=np.float64))
        found |= {"temp_split": apart, "temp_apart": abs(apart)}
    return found


def _hues(shares: NDArray[np.float64]) -> dict[str, float]:
    if not shares.any():
        return {}
    shares = shares / shares.sum()
    held = shares[shares > 0]
    angles = (np.arange(HUE_BINS) + 0.5) * 2 * math.pi / HUE_BINS
    return {
        "hue_entropy": float(-(held * np.log(held)).sum() / math.log(HUE_BINS)),
        "hue_R1": float(abs((shares * np.exp(1j * angles)).sum())),
    }
