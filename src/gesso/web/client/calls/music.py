"""Calls of music. Written by tools/client.py."""

from __future__ import annotations

from typing import Any

from gesso.web.client.shapes.music import TracksTold, TrackTold, Word
from gesso.web.client.wire import Wire, quoted


class MusicCalls(Wire):
    """Calls of music."""

    def tracks(self, *, after: int | None = None, limit: int | None = None) -> TracksTold:
        """Tracks."""
        told: TracksTold = self._json("GET", "/api/tracks", query={"after": after, "limit": limit})
        return told

    def track(self, number: int) -> TrackTold:
        """One track."""
        told: TrackTold = self._json("GET", f"/api/tracks/{quoted(number)}")
        return told

    def track_sound(self, number: int) -> bytes:
        """Hear a track."""
        return self._data("GET", f"/api/tracks/{quoted(number)}/sound")

    def track_works(self, number: int, *, count: int | None = None) -> Any:
        """Pictures for a track."""
        return self._json("GET", f"/api/tracks/{quoted(number)}/works", query={"count": count})

    def work_music(self, number: int, *, count: int | None = None) -> Any:
        """Music for a work."""
        return self._json("GET", f"/api/works/{quoted(number)}/music", query={"count": count})

    def pair_music(self, number: int, track: int, body: Word) -> None:
        """Say whether a track fits a work."""
        self._nothing("PUT", f"/api/works/{quoted(number)}/music/{quoted(track)}", json=body)
