"""What a palette alone would do to somebody: valence and arousal, from five figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture

MOOD_SCORER = "measured-1"
"""Under this scorer the catalogue keeps the scores "valence" and "arousal"."""
MOOD_SIDE = 512
"""Moods are read at this long side, so that sizes do not count."""

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


def mood_of_picture(picture: Picture) -> dict[str, float]:
    """The "valence" and "arousal" of a picture, 0 to 1, as `mood_of_figures` has them."""
    rgb = reduced(picture.rgb, MOOD_SIDE)
    return mood_of_figures(mood_figures(lightness(rgb), srgb_to_oklab(rgb)))


def mood_of_figures(figures: Mapping[str, float]) -> dict[str, float]:
    """Sad to glad ("valence") and calm to stirring ("arousal"), 0 to 1; 0.5 is usual.

    Valence rises with lightness, colour and warmth; arousal with colour, edges, contrast and
    warmth. Signs and the first weights from Valdez and Mehrabian, "Effects of color on emotions"
    (J. Exp. Psychol. General 123, 1994), whose brightness lowers arousal and is left out, as Wilms
    and Oberfeld (Psychological Research 82, 2018) found the contrary; the other weights are ours.
    What a picture shows counts for nothing here.

    Args:
        figures: as `mood_figures` gives them.
    """
    z = {name: (figures[name] - usual) / spread for name, (usual, spread) in _USUAL.items()}
    found = {"valence": _mood(z, _VALENCE), "arousal": _mood(z, _AROUSAL)}
    return {name: round(min(1.0, max(0.0, value)), 4) for name, value in found.items()}


def mood_figures(values: Floats, lab: Floats) -> dict[str, float]:
    """What moods are made of: mean L*, chroma, warmth (-1 to 1), edges (L* a pixel), spread.

    Args:
        values: (height, width) L*, 0 to 100, at `MOOD_SIDE`.
        lab: (height, width, 3) OKLab of the same.
    """
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


def _mood(z: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Weighted standard scores as a share: 0.5 where all are usual."""
    total = sum(weight * z[name] for name, weight in weights.items())
    return 0.5 * (1 + math.erf(total / math.hypot(*weights.values()) / math.sqrt(2)))
