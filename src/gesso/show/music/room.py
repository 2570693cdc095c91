"""The room of music: tracks for a picture, pictures for a track, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import GessoError, InputError, UnknownItem
from gesso.core.pixels.decode import decode
from gesso.core.pixels.derived.mood import MOOD_SCORER, mood_of_picture
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work
from gesso.core.sound.records import Track
from gesso.show.music.ears import Ears
from gesso.show.music.learning.matching import Matching
from gesso.show.music.learning.numbers import Looks
from gesso.show.music.learning.school import School
from gesso.show.music.places import diversified, nearness, shares_below, usual_shares
from gesso.show.music.reasons import looks_of, reason_of
from gesso.show.music.records import TrackMatch, WorkMatch
from gesso.show.music.words import WordMatcher

Floats = NDArray[np.float64]

_TRACK_SPREAD = 0.35
"""How far moods of tracks lie apart, as a standard deviation: that of the sample music."""
_MOST_WORKS = 1_000_000
_CHOSEN = "you put them together"
_MEASURED_AT_ONCE, _SMALL = 60, 256
_LOOKED_AT = 200
"""Works nearest in mood that are looked at for words and variety."""


@dataclass(frozen=True)
class MatchOptions:
    """How matches are weighed; the weights are ours.

    Attributes:
        words: what words in common can add to a score.
        ears: what counts of what a model hears, where there is one, 0 to 1.
        keen: 1 for the best alone, less for more variety.
    """

    words: float = 0.15
    ears: float = 0.5
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
    """A picture that is held against tracks.

    Attributes:
        place: of its mood, (2,).
        looks: in words.
        words: what is said of it.
        look: as numbers, worked out only where something was learnt; None where it cannot be.
        told: a person's word on tracks, by their numbers.
    """

    place: Floats
    looks: str
    words: str
    look: Callable[[], Floats | None]
    told: Mapping[int, bool] = field(default_factory=dict)


class MusicRoom:
    """Matches pictures and tracks by their moods and words, and by what was learnt of pairs.

    Args:
        catalogue: whose works and tracks.
        looks: how pictures look, as numbers, asked for only where something is or was learnt;
            None where nothing can be learnt.
        ears: what a model hears in tracks; None where the owner has none.
        options: how they are weighed.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        looks: Callable[[], Looks] | None = None,
        ears: Ears | None = None,
        options: MatchOptions = _DEFAULT,
    ) -> None:
        self._catalogue = catalogue
        self._looks = looks
        self._ears = ears
        self._options = options
        self._measured: dict[int, tuple[float, float]] = {}
        self._looked_to = 0
        self._matching: tuple[int, Matching | None] | None = None

    @cached_property
    def school(self) -> School:
        """Learns from pairs of works and tracks that a person put together.

        Raises:
            InputError: this room was opened without a way to look at pictures.
        """
        if self._looks is None:
            raise InputError(
                "Nothing can be learnt here without an encoder of pictures.",
                "Open the room by its studio: studio.music",
            )
        return School(self._catalogue, self._looks(), self.usual, _places_of)

    def pair(self, work_id: int, track_id: int, *, fits: bool = True) -> None:
        """Keep a person's word: a work and a track belong together, or do not.

        Matches for this work go by it at once; for others when it was learnt from.

        Raises:
            UnknownItem: there is no such work or track.
        """
        self._catalogue.pairings.put(work_id, track_id, fits=fits)

    def unpair(self, work_id: int, track_id: int) -> bool:
        """Take a word back; False where none was said."""
        return self._catalogue.pairings.forget(work_id, track_id)

    def usual(self, works: Sequence[int], tracks: Sequence[Track]) -> Floats:
        """(works, tracks) how well each fits each by mood and words alone, 0 to 1."""
        moods, places = self._moods(), _places_of(tracks)
        words = WordMatcher([_track_words(track) for track in tracks])
        rows = []
        for work in (self._catalogue.works.get(number) for number in works):
            place = moods.places(self._mood_of(work, moods)[None])[0]
            common = words.match(self._words_of(work))
            rows.append(self._weighed(nearness(place, places), [share for share, _ in common]))
        return np.stack(rows)

    def for_work(self, work_id: int, count: int = 5) -> list[TrackMatch]:
        """The tracks that fit a work, best first.

        Raises:
            UnknownItem: there is no such work, or no picture of it.
            InputError: there is no music.
        """
        work = self._catalogue.works.get(work_id)
        moods = self._moods()
        place = moods.places(self._mood_of(work, moods)[None])[0]
        told = {pair.track: pair.fits for pair in self._catalogue.pairings.list(work=work.id)}
        seen = _Seen(
            place,
            looks_of(work.swatches),
            self._words_of(work),
            lambda: self._looks_of([work.id]).get(work.id),
            told,
        )
        return self._tracks_for(seen, count)

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
        looks = looks_of(swatches(picture))
        seen = _Seen(place, looks, words, lambda: self._looks and self._looks().of_picture(picture))
        return self._tracks_for(seen, count)

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
                "Choose one that is music: a key or a tempo is told of it.",
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
        scores = self._learnt_works(scores, [works[i].id for i in kept], track)
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
        scores = self._heard_tracks(scores, seen, tracks)
        scores = self._learnt_tracks(scores, seen, tracks)
        # A person's word stands: what belongs together comes first, what does not never.
        first = [at for at, track in enumerate(tracks) if seen.told.get(track.id)]
        free = [at for at, track in enumerate(tracks) if track.id not in seen.told]
        artists = [tracks[at].artist for at in free]
        order = diversified(scores[free], places[free], artists, count, self._options.keen)
        return [
            TrackMatch(
                tracks[at],
                1.0 if at in first else float(scores[at]),
                _CHOSEN
                if at in first
                else reason_of(tracks[at].hearing, seen.looks, common[at][1]),
                common[at][1],
            )
            for at in [*first, *(free[at] for at in order)][:count]
        ]

    def _heard_tracks(self, scores: Floats, seen: _Seen, tracks: Sequence[Track]) -> Floats:
        fits = self._ears.fits(seen.words, tracks) if self._ears else None
        if fits is None:
            return scores
        share = self._options.ears
        return np.asarray((1 - share) * scores + share * fits)

    def _learnt_tracks(self, scores: Floats, seen: _Seen, tracks: Sequence[Track]) -> Floats:
        matching = self._in_force()
        look = seen.look() if matching else None
        if matching is None or look is None:
            return scores
        share = matching.share
        return np.asarray((1 - share) * scores + share * matching.alike(look[None], tracks)[0])

    def _learnt_works(self, scores: Floats, works: Sequence[int], track: Track) -> Floats:
        matching = self._in_force()
        if matching is None:
            return scores
        looks = self._looks_of(works)
        known = [at for at, number in enumerate(works) if number in looks]
        blended = scores.copy()
        if known:
            alike = matching.alike(np.stack([looks[works[at]] for at in known]), [track])[:, 0]
            blended[known] = (1 - matching.share) * scores[known] + matching.share * alike
        return blended

    def _looks_of(self, works: Sequence[int]) -> dict[int, Floats]:
        return self._looks().of_works(works) if self._looks else {}

    def _in_force(self) -> Matching | None:
        """What was learnt and promoted; read once for each version."""
        now = self._catalogue.pairings.in_force() if self._looks else None
        if now is None:
            return None
        if self._matching is None or self._matching[0] != now:
            self._matching = now, self.school.in_force()
        return self._matching[1]

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
        self._measure_some()
        known = {one: (valence[one], arousal[one]) for one in valence.keys() & arousal.keys()}
        known = self._measured | known
        both = sorted(known)
        values = np.array([known[one] for one in both], float).reshape(-1, 2)
        return _Moods(np.array(both, np.int64), values, np.sort(values, axis=0))

    def _measure_some(self) -> None:
        """Measure works that nobody has captioned, some at a time; kept while this room is open."""
        wanting = self._catalogue.scores.missing(
            MOOD_SCORER, after=self._looked_to, limit=_MEASURED_AT_ONCE
        )
        for number in wanting:
            self._looked_to = max(self._looked_to, number)
            try:
                small = self._catalogue.thumbnail(self._catalogue.works.get(number), _SMALL)
                mood = _measured(decode(small).picture)
            except GessoError:  # without a picture, or with a damaged one: it has no mood
                continue
            self._measured[number] = float(mood[0]), float(mood[1])

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
