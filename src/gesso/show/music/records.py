"""What matching works with, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.core.records.works import Work
from gesso.core.sound.records import Track


@dataclass(frozen=True)
class TrackMatch:
    """A track that fits a picture.

    Attributes:
        track: which.
        score: 0 to 1; how near the moods are, and a little for words in common.
        reason: what was heard and seen: "major, 152 bpm; light, saturated".
        words: those that both have.
    """

    track: Track
    score: float
    reason: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class WorkMatch:
    """A work that fits a track; see `TrackMatch`."""

    work: Work
    score: float
    reason: str
    words: tuple[str, ...]
