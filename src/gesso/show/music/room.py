"""The room of music: tracks for a picture, pictures for a track, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem
from gesso.core.pixels.derived.mood import MOOD_SCORER, mood_of_picture
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work
from gesso.core.sound.records import Track
from gesso.show.music.places import diversified, nearness, shares_below, usual_shares
from gesso.show.music.reasons import looks_of, reason_of
from gesso.show.music.records import TrackMatch, WorkMatch
from gesso.show.music.words import WordMatcher

Floats = NDArray[np.float64]

_TRACK_SPREAD = 0.35
"""How far moods of tracks lie apart, as a standard deviation: that of the sample music."""
_MOST_WORKS = 1_000_000
_LOOKED_AT = 200
"""Works nearest in mood that are looked at for words and variety."""


@dataclass(frozen=True)
class MatchOptions:
    """How matches are weighed; the weights are ours.

    Attributes:
        words: what words in common can add to a score.
        keen: 1 for the best alone, less for more variety.
    """

    words: float = 0.15
    keen: float = 0.7


_DEFAULT = MatchOptions()


@dataclass(frozen=True)
class _Moods:
    """The moods of all works: (n,) numbers, (n, 2) valence and arousal, and each axis sorted."""

    ids: NDArray[np.int64]
    values: Floats
    in_order: Floats

    def places(self, values: Floats) -> Floats:
        """(m, 2) where moods stand among all works; what is usual is as among the paintings."""
        return np.stack(
            [shares_below(values[:, i], self.in_order[:, i], values[:, i]) for i in (0, 1)], axis=1
        )


@dataclass(frozen=True)
class _Seen:
    """A picture that is held against tracks: its place, its looks, what is said of it."""

    place: Floats
    looks: str
    words: str


class MusicRoom:
    """Matches pictures and tracks by their moods and words.

    Args:
        catalogue: whose works and tracks.
        options: how they are weighed.
    """

    def __init__(self, catalogue: Catalogue, options: MatchOptions = _DEFAULT) -> None:
        self._catalogue = catalogue
        self._options = options

    def for_work(self, work_id: int, count: int = 5) -> list[TrackMatch]:
        """The tracks that fit a work, best first.

        Raises:
            UnknownItem: there is no such work, or no picture of it.
            InputError: there is no music.
        """
        work = self._catalogue.works.get(work_id)
        moods = self._moods()
        place = moods.places(self._mood_of(work, moods)[None])[0]
        return self._tracks_for(_Seen(place, looks_of(work.swatches), self._words_of(work)), count)

    def for_picture(self, picture: Picture, words: str = "", count: int = 5) -> list[TrackMatch]:
        """The tracks that fit a picture that need not be a work, best first.

        Args:
            picture: its pixels.
            words: what is known of it.
            count: how many at most.

        Raises:
            InputError: there is no music.
        """
        place = self._moods().places(_measured(picture)[None])[0]
        return self._tracks_for(_Seen(place, looks_of(swatches(picture)), words), count)

    def for_track(self, track_id: int, count: int = 5) -> list[WorkMatch]:
        """The works that fit a track, best first: of those whose mood is measured.

        Raises:
            UnknownItem: there is no such track.
            InputError: it is no music, or no work has a mood yet.
        """
        track = self._catalogue.tracks.get(track_id)
        if not track.hearing.is_music:
            raise InputError(
                f"Track {track_id} has neither a pulse nor clear pitches, so it has no mood.",
                "Choose one of: gesso music list",
            )
        moods = self._moods()
        if not len(moods.ids):
            raise InputError("No work has a mood yet.", "Measure them with: gesso caption")
        music = self._music()
        at = next(i for i, one in enumerate(music) if one.id == track.id)
        wanted, places = _places_of(music)[at], moods.places(moods.values)
        near = nearness(wanted, places)
        best = np.argsort(-near, kind="stable")[:_LOOKED_AT]
        works = {int(i): self._catalogue.works.get(int(moods.ids[i])) for i in best}
        kept = [i for i, work in works.items() if work.standing == "kept"]
        common = WordMatcher([self._words_of(works[i]) for i in kept]).match(_track_words(track))
        scores = self._weighed(near[kept], [share for share, _ in common])
        order = diversified(
            scores,
            places[kept],
            [works[i].creator for i in kept],
            count,
            self._options.keen,
        )
        return [
            WorkMatch(
                works[kept[at]],
                float(scores[at]),
                reason_of(track.hearing, looks_of(works[kept[at]].swatches), common[at][1]),
                common[at][1],
            )
            for at in order
        ]

    def _tracks_for(self, seen: _Seen, count: int) -> list[TrackMatch]:
        tracks = self._music()
        places = _places_of(tracks)
        common = WordMatcher([_track_words(track) for track in tracks]).match(seen.words)
        near = nearness(seen.place, places)
        scores = self._weighed(near, [share for share, _ in common])
        artists = [track.artist for track in tracks]
        order = diversified(scores, places, artists, count, self._options.keen)
        return [
            TrackMatch(
                tracks[at],
                float(scores[at]),
                reason_of(tracks[at].hearing, seen.looks, common[at][1]),
                common[at][1],
            )
            for at in order
        ]

    def _weighed(self, near: Floats, common: Sequence[float]) -> Floats:
        """Scores 0 to 1: the mood, and words on top of it."""
        share = self._options.words
        return np.asarray((near + share * np.asarray(common, float)) / (1 + share))

    def _music(self) -> list[Track]:
        """The tracks that have a mood.

        Raises:
            InputError: there are none.
        """
        music = [track for track in self._catalogue.tracks.list() if track.hearing.is_music]
        if not music:
            raise InputError("There is no music here yet.", "Add some: gesso music add FOLDER")
        return music

    def _moods(self) -> _Moods:
        scores = self._catalogue.scores
        valence = {
            score.work: score.value for score in scores.ranked(MOOD_SCORER, "valence", _MOST_WORKS)
        }
        arousal = {
            score.work: score.value for score in scores.ranked(MOOD_SCORER, "arousal", _MOST_WORKS)
        }
        both = sorted(valence.keys() & arousal.keys())
        values = np.array([(valence[one], arousal[one]) for one in both], float).reshape(-1, 2)
        return _Moods(np.array(both, np.int64), values, np.sort(values, axis=0))

    def _mood_of(self, work: Work, moods: _Moods) -> Floats:
        """(2,) as it is kept, else measured now."""
        at = int(np.searchsorted(moods.ids, work.id))
        if at < len(moods.ids) and moods.ids[at] == work.id:
            return np.asarray(moods.values[at])
        if work.standing == "record":
            raise UnknownItem(f"There is no picture of work {work.id} here.", "Choose another.")
        return _measured(self._catalogue.picture(work))

    def _words_of(self, work: Work) -> str:
        tags = " ".join(self._catalogue.works.tags(work.id))
        return " ".join((work.title, work.caption, tags))


def _measured(picture: Picture) -> Floats:
    mood = mood_of_picture(picture)
    return np.array([mood["valence"], mood["arousal"]])


def _places_of(tracks: Sequence[Track]) -> Floats:
    """(n, 2) where each track stands among all of them."""
    values = np.array([(track.mood.valence, track.mood.arousal) for track in tracks])
    axes = [
        shares_below(axis, np.sort(axis), usual_shares(axis, _TRACK_SPREAD)) for axis in values.T
    ]
    return np.stack(axes, axis=1)


def _track_words(track: Track) -> str:
    return " ".join((track.title, track.album, *track.tags))
