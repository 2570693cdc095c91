"""The scores of a picture, each 0 to 1 and defined; none of them is taste."""

from __future__ import annotations

import math
from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.collect.caption.measured.technical import technical
from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture

SCORER = "measured-1"
"""Who scores; the number changes when a score no longer compares with earlier ones."""
NAMES = ("complexity", "contrast", "colourfulness", "valence", "arousal", "technical")
SIDE = 512
"""All but technical quality is read at this long side, so that sizes do not count."""

_EXTREME = 109.0
"""Hasler and Süsstrunk's M3 of what people call extremely colourful."""
_MEDIAN_BITS = 1.15
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 75)
_WARM_HUE = math.radians(60)
_NEUTRAL = 0.03

# Means and standard deviations over 440 artworks (benchmarks/caption.py --statistics).
_USUAL: Mapping[str, tuple[float, float]] = {
    "light": (42.4, 14.8),
    "chroma": (0.040, 0.016),
    "warm": (0.64, 0.40),
    "edges": (1.91, 0.91),
    "spread": (20.2, 5.9),
}
_VALENCE: Mapping[str, float] = {"light": 0.69, "chroma": 0.22, "warm": 0.20}
_AROUSAL: Mapping[str, float] = {"chroma": 0.60, "edges": 0.35, "spread": 0.25, "warm": 0.20}

Floats = NDArray[np.float32]


def scores_of(picture: Picture) -> dict[str, float]:
    """All scores of a picture, by name.

    - complexity: how much there is to say of it: bits a pixel of its values as JPEG (quality 75,
      512 pixels), b / (b + 1.15), where 1.15 is the median of paintings. That the length of a
      compressed file goes with what people call complex: Machado et al., "Computerized measures
      of visual complexity" (Acta Psychologica 160, 2015); Forsythe et al., "Predicting beauty"
      (British Journal of Psychology 102, 2011).
    - contrast: the standard deviation of L* over 50, the most there can be: root mean square
      contrast (Peli, "Contrast in complex images", JOSA A 7, 1990) on the scale of lightness.
    - colourfulness: M3 of Hasler and Süsstrunk, "Measuring colourfulness in natural images" (SPIE
      5007, 2003), over 109, which they call extremely colourful.
    - valence, arousal: what the palette alone would do, sad to glad and calm to stirring; 0.5 is
      the usual painting. Valence rises with lightness, colour and warmth; arousal with colour,
      edges, contrast and warmth. Signs and the first weights from Valdez and Mehrabian, "Effects
      of color on emotions" (J. Exp. Psychol. General 123, 1994), whose brightness lowers arousal
      and is left out, as Wilms and Oberfeld (Psychological Research 82, 2018) found the contrary;
      the other weights are ours. What a picture shows counts for nothing here.
    - technical: the file as a reproduction, see `technical`.

    Args:
        picture: upright sRGB pixels, whole; technical quality is that of these pixels.
    """
    rgb = reduced(picture.rgb, SIDE)
    values, lab = lightness(rgb), srgb_to_oklab(rgb)
    figures = figures_of(values, lab)
    z = {name: (value - _USUAL[name][0]) / _USUAL[name][1] for name, value in figures.items()}
    found = {
        "complexity": _complexity(values),
        "contrast": figures["spread"] / 50,
        "colourfulness": colourfulness(rgb) / _EXTREME,
        "valence": _mood(z, _VALENCE),
        "arousal": _mood(z, _AROUSAL),
        "technical": technical(picture),
    }
    return {name: round(min(1.0, max(0.0, value)), 4) for name, value in found.items()}


def figures_of(values: Floats, lab: Floats) -> dict[str, float]:
    """What moods are made of: mean L*, chroma, warmth (-1 to 1), edges (L* a pixel), spread."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    warmth = chroma * np.cos(np.arctan2(lab[..., 2], lab[..., 1]) - np.float32(_WARM_HUE))
    coloured = float(chroma[chroma > _NEUTRAL].sum(dtype=np.float64))
    pull = float(warmth[chroma > _NEUTRAL].sum(dtype=np.float64))
    soft = cv2.GaussianBlur(values, (0, 0), 1.2)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    steep = np.sqrt(across * across + down * down) / np.float32(8)
    return {
        "light": float(values.mean(dtype=np.float64)),
        "chroma": float(chroma.mean(dtype=np.float64)),
        "warm": pull / coloured if coloured else 0.0,
        "edges": float(steep.mean(dtype=np.float64)),
        "spread": float(values.std(dtype=np.float64)),
    }


def colourfulness(rgb: NDArray[np.uint8]) -> float:
    """M3 of Hasler and Süsstrunk (2003): 0 for grays, 109 for what is extremely colourful."""
    red, green, blue = (rgb[..., i].astype(np.float32) for i in range(3))
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = math.hypot(
        float(red_green.std(dtype=np.float64)), float(yellow_blue.std(dtype=np.float64))
    )
    mean = math.hypot(
        float(red_green.mean(dtype=np.float64)), float(yellow_blue.mean(dtype=np.float64))
    )
    return spread + 0.3 * mean


def _complexity(values: Floats) -> float:
    bits = bits_of(values)
    return bits / (bits + _MEDIAN_BITS)


def bits_of(values: Floats) -> float:
    """Bits a pixel that the values take as JPEG, less those that a flat picture takes."""
    plane = np.clip(np.rint(values * 2.55), 0, 255).astype(np.uint8)
    flat = np.zeros_like(plane)
    full, least = (len(cv2.imencode(".jpg", one, _JPEG)[1]) for one in (plane, flat))
    return float(8 * max(0, full - least) / plane.size)


def _mood(z: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Weighted standard scores as a share: 0.5 where all are usual."""
    total = sum(weight * z[name] for name, weight in weights.items())
    return 0.5 * (1 + math.erf(total / math.hypot(*weights.values()) / math.sqrt(2)))
