"""Why a track and a picture fit, in the plainest words for what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gesso.core.records.works import Swatch
from gesso.core.sound.records import Hearing

_LIGHT, _DARK = 0.68, 0.45
_SATURATED, _MUTED = 0.065, 0.03
_SURE = 0.15


def heard_words(heard: Hearing) -> str:
    """What is heard: "major, 152 bpm"."""
    if not heard.is_music:
        return "not music"
    told = [] if heard.tonic is None else ["major" if heard.is_major else "minor"]
    if heard.tempo is not None:
        about = "" if heard.tempo_sureness >= _SURE else "about "
        told.append(f"{about}{heard.tempo:.0f} bpm")
    return ", ".join(told) or "music"


def looks_of(swatches: Sequence[Swatch]) -> str:
    """What is seen: "light, saturated"; "" without colours."""
    whole = sum(swatch.share for swatch in swatches)
    if not whole:
        return ""
    light = sum(swatch.lightness * swatch.share for swatch in swatches) / whole
    chroma = sum(math.hypot(swatch.a, swatch.b) * swatch.share for swatch in swatches) / whole
    value = "light" if light > _LIGHT else "dark" if light < _DARK else "of middle value"
    colour = "saturated" if chroma > _SATURATED else "muted" if chroma < _MUTED else "coloured"
    return f"{value}, {colour}"


def reason_of(heard: Hearing, looks: str, words: Sequence[str]) -> str:
    """Both sides, and the words in common: 'major, 152 bpm; light, saturated; both: "sea"'."""
    both = "both: " + ", ".join(f'"{word}"' for word in words[:3]) if words else ""
    return "; ".join(part for part in (heard_words(heard), looks, both) if part)
