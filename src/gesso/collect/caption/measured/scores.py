"""The scores of a picture, each 0 to 1 and defined; none of them is taste."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.collect.caption.measured.technical import technical
from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.derived.mood import (
    MOOD_SCORER,
    MOOD_SIDE,
    mood_figures,
    mood_of_figures,
)
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture

SCORER = MOOD_SCORER
"""Who scores; the number changes when a score no longer compares with earlier ones."""
NAMES = ("complexity", "contrast", "colourfulness", "valence", "arousal", "technical")
SIDE = MOOD_SIDE
"""All but technical quality is read at this long side, so that sizes do not count."""

_EXTREME = 109.0
"""Hasler and Süsstrunk's M3 of what people call extremely colourful."""
_MEDIAN_BITS = 1.15
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 75)
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
      the usual painting: see `mood_of_figures`.
    - technical: the file as a reproduction, see `technical`.

    Args:
        picture: upright sRGB pixels, whole; technical quality is that of these pixels.
    """
    rgb = reduced(picture.rgb, SIDE)
    values, lab = lightness(rgb), srgb_to_oklab(rgb)
    figures = mood_figures(values, lab)
    found = {
        "complexity": _complexity(values),
        "contrast": figures["spread"] / 50,
        "colourfulness": colourfulness(rgb) / _EXTREME,
        **mood_of_figures(figures),
        "technical": technical(picture),
    }
    return {name: round(min(1.0, max(0.0, value)), 4) for name, value in found.items()}


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
