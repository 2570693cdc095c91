"""What a sound would do to somebody: valence and arousal, from what is heard in it."""

from __future__ import annotations

import math

from gesso.core.sound.records import Hearing, Mood

# What is usual and how far others are from it. Signs and ranks of the weights: Eerola et al.,
# "Emotional expression in music: contribution, linearity, and additivity of primary musical cues"
# (Frontiers in Psychology 4, 2013), in whose order mode comes first, then tempo, register,
# dynamics, articulation and timbre, and whose cues add up nearly linearly. The weights themselves
# and the scales are ours; no listener has confirmed them.
_VALENCE = {"mode": 0.45, "tempo": 0.25, "register": 0.15, "pulse": 0.10}
_AROUSAL = {"tempo": 0.30, "onsets": 0.30, "loudness": 0.20, "brightness": 0.20}

_MANY_NOTES, _FEW_NOTES = 2.5, 0.5
_FAST, _SLOW = 100, 110

_NEUTRAL = Mood(0.0, 0.0)


def mood_of(heard: Hearing) -> Mood:
    """The mood of a sound, -1 to 1 each; what is not music has none, and stands in the middle."""
    if not heard.is_music:
        return _NEUTRAL
    cues = _cues(heard)
    return Mood(_weighed(cues, _VALENCE), _weighed(cues, _AROUSAL))


def _cues(heard: Hearing) -> dict[str, float]:
    """Each -1 to 1; what could not be told is usual."""
    tempo = 0.0 if heard.tempo is None else math.tanh(math.log2(_pace(heard) / 105) / 0.6)
    register = 0.0 if heard.register is None else math.tanh((heard.register - 66) / 8)
    loudness = 0.0 if heard.loudness is None else math.tanh((heard.loudness + 20) / 7)
    bright = 0.0 if heard.brightness <= 0 else math.tanh(math.log2(heard.brightness / 2000))
    return {
        "mode": math.tanh(heard.mode / 0.12),
        "tempo": tempo,
        "register": register,
        "pulse": math.tanh((heard.pulse - 0.55) / 0.25),
        "onsets": math.tanh((heard.onsets - 3.2) / 1.6),
        "loudness": loudness,
        "brightness": bright,
    }


def _pace(heard: Hearing) -> float:
    """Beats a minute, an octave higher where many notes fall on each, lower where hardly any does.

    A tempo that is told an octave too low or too high would turn a mood round; how many notes there
    are tells the two apart.
    """
    tempo = heard.tempo or 0.0
    each = 60 * heard.onsets / tempo if tempo else 1.0
    if each > _MANY_NOTES and tempo < _FAST:
        return 2 * tempo
    if each < _FEW_NOTES and tempo > _SLOW:
        return tempo / 2
    return tempo


def _weighed(cues: dict[str, float], weights: dict[str, float]) -> float:
    total = sum(weight * cues[name] for name, weight in weights.items())
    return round(total / sum(weights.values()), 4)
