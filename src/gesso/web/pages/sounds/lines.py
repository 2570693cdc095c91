"""What the pages of sounds say of a track, in words and as a line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.records import Track

_COLUMNS = 200
_HEIGHT = 40
_SURE = 0.15


def wave_of(track: Track, columns: int = _COLUMNS) -> str:
    """The waveform as the path of an SVG, `columns` wide and 40 high."""
    return _drawn(_held(track), columns)


def part_of(track: Track, first: float, last: float, columns: int) -> str:
    """The same of a part of a track.

    Args:
        track: whose.
        first: where the part begins, seconds.
        last: where it ends.
        columns: how wide it is drawn.
    """
    held = _held(track)
    scale = len(held) / max(1e-6, track.hearing.seconds)
    return _drawn(held[max(0, round(first * scale)) : round(last * scale)], columns)


def _held(track: Track) -> NDArray[np.float64]:
    """(count, 2) lowest and highest, -1 to 1."""
    return np.frombuffer(track.waveform, dtype=np.int8).reshape(-1, 2).astype(float) / 127


def _drawn(held: NDArray[np.float64], columns: int) -> str:
    if not len(held):
        return f"M0 {_HEIGHT / 2}H{columns}"
    edges = np.linspace(0, len(held), columns + 1).astype(int)
    parts = [held[first : max(last, first + 1)] for first, last in pairwise(edges)]
    tops = [float(part[:, 1].max()) for part in parts]
    return _outline(tops, [float(part[:, 0].min()) for part in parts])


def _outline(tops: Sequence[float], lows: Sequence[float]) -> str:
    middle, reach = _HEIGHT / 2, _HEIGHT / 2 - 0.5
    # A line that is nowhere thinner than can be seen, so that silence is seen, too.
    upper = [f"{at} {middle - max(0.4, top * reach):.1f}" for at, top in enumerate(tops)]
    lower = [f"{at} {middle + max(0.4, -low * reach):.1f}" for at, low in enumerate(lows)]
    return f"M{'L'.join(upper)}L{'L'.join(reversed(lower))}Z"


def length_of(track: Track) -> str:
    """Minutes and seconds: "3:07"."""
    seconds = round(track.hearing.seconds)
    return f"{seconds // 60}:{seconds % 60:02d}"


def heard_of(track: Track) -> str:
    """The key and the tempo in a few words."""
    one = track.hearing
    if not one.is_music:
        return "Neither a pulse nor clear pitches"
    told = [one.key] if one.key else []
    if one.tempo is not None:
        told.append(f"{'' if one.tempo_sureness >= _SURE else 'about '}{one.tempo:.0f} bpm")
    return ", ".join(told) or "Without key or pulse"


def facts_of(track: Track) -> list[tuple[str, str]]:
    """What is heard, as rows."""
    one = track.hearing
    loudness = "silent" if one.loudness is None else f"{one.loudness:.1f} LUFS"
    peak = "silent" if one.peak is None else f"{one.peak:.1f} dBTP"
    rows = [
        ("Length", length_of(track)),
        ("Heard", heard_of(track)),
        ("Onsets", f"{one.onsets:.1f} a second"),
        ("Loudness", f"{loudness}, true peak {peak}"),
        ("Brightness", f"{one.brightness:,.0f} Hz"),
    ]
    if one.is_music:
        rows.append(("Mood", _mood(track)))
    rows.append(("File", f"{track.codec}, {track.rate:,} Hz, {_channels(track.channels)}"))
    if track.is_damaged:
        rows.append(("Damaged", "in parts; what can be heard is heard"))
    return rows


def _mood(track: Track) -> str:
    glad = "glad" if track.mood.valence > 0 else "sad"
    stirring = "stirring" if track.mood.arousal > 0 else "calm"
    return f"{glad} {track.mood.valence:+.2f}, {stirring} {track.mood.arousal:+.2f}"


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")
