"""Tracks and matches as plain values, as the command line and the server tell them."""

from __future__ import annotations

from typing import Any

from gesso.core.records.codec import to_plain
from gesso.core.sound.records import Track
from gesso.show.music.records import TrackMatch, WorkMatch


def plain_track(track: Track) -> dict[str, Any]:
    """A track without its waveform, and without where it lies."""
    left_out = ("waveform", "blob")
    plain = {name: value for name, value in vars(track).items() if name not in left_out}
    plain |= {"hearing": to_plain(track.hearing), "mood": to_plain(track.mood)}
    return plain | {
        "key": track.hearing.key,
        "tags": list(track.tags),
        "line": track.line,
        "sha256": track.blob[3:],
        "added_at": track.added_at.isoformat(),
    }


def plain_track_match(match: TrackMatch) -> dict[str, Any]:
    """A track that fits a picture, and why."""
    told = {"score": round(match.score, 4), "reason": match.reason, "words": list(match.words)}
    return told | {"track": plain_track(match.track)}


def plain_work_match(match: WorkMatch) -> dict[str, Any]:
    """A work that fits a track, and why."""
    return {
        "work": match.work.id,
        "title": match.work.title,
        "score": round(match.score, 4),
        "reason": match.reason,
        "words": list(match.words),
    }
