"""Colour: how much of it, how far spread, how warm."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel

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
    weight = np.where(chroma > NEUTRAL, chroma, np.float32(0))
    turn = (np.arctan2(lab[..., 2], lab[..., 1]) / (2 * math.pi)) % 1.0
    bins = np.minimum((turn * HUE_BINS).astype(np.int64), HUE_BINS - 1)
    counts = np.bincount(bins.ravel(), weights=weight.ravel(), minlength=HUE_BINS)
    total = counts.sum()
    if total <= 0:
        return np.zeros(HUE_BINS)
    around = np.concatenate([counts[-3:], counts, counts[:3]]) / total
    return np.convolve(around, np.full(7, 1 / 7), mode="valid")


def hues(easel: Easel) -> NDArray[np.float64]:
    """The hue histogram of the picture at working size."""
    return hue_histogram(easel.lab)


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
    rgb, lab, values = easel.rgb.astype(np.float32), easel.lab, easel.values
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    red_green = rgb[..., 0] - rgb[..., 1]
    yellow_blue = (rgb[..., 0] + rgb[..., 1]) / 2 - rgb[..., 2]
    found = {
        "chroma": float(chroma.mean(dtype=np.float64)),
        "chroma_p95": float(np.percentile(chroma, 95)),
        "neutral": float((chroma < NEUTRAL).mean()),
        "colourful": math.hypot(red_green.std(dtype=np.float64), yellow_blue.std(dtype=np.float64))
        + 0.3 * math.hypot(red_green.mean(dtype=np.float64), yellow_blue.mean(dtype=np.float64)),
    }
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    warmth = chroma * np.cos(hue - np.float32(WARM_HUE))
    found |= _hues(easel.once(hues))
    weight = np.where(chroma > NEUTRAL, chroma, np.float32(0))
    if float(weight.sum(dtype=np.float64)) > 0:
        pulled = np.where(chroma > NEUTRAL, warmth, np.float32(0)).sum(dtype=np.float64)
        found["warm"] = float(pulled / weight.sum(dtype=np.float64))
    light, dark = values > np.percentile(values, 70), values < np.percentile(values, 30)
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
