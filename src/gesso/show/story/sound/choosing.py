"""Choosing the soundtrack: the owner's tracks, those that fit the works best, or a score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, SoundError
from gesso.core.sound.decoder import SoundLimits
from gesso.core.sound.records import Track
from gesso.show.music.room import MusicRoom
from gesso.show.story.orders.looks import Look
from gesso.show.story.records import TICKS, Soundtrack
from gesso.show.story.sound.joining import in_order, lay
from gesso.show.story.sound.listening import Listened, listen_to
from gesso.show.story.sound.score.performing import beats_of, plan_of

Music = Literal["auto", "score", "none"]

_ASKED = 8
"""So many of the works are asked for their music."""
_MOST = 4
_EACH = 75
"""Seconds that a track is heard at least, where there are several to choose from."""
_SHORTEST_S = 2.0
_CLIPS = 0.0


@dataclass(frozen=True)
class SoundWish:
    """What shall be heard.

    Attributes:
        music: tracks that fit, or a score where there are none; a score; or nothing.
        tracks: these, whatever `music` says.
        loudness: LUFS: -16 for the web, -23 for broadcasting (EBU R 128).
        seed: of a score.
    """

    music: Music = "auto"
    tracks: tuple[int, ...] = ()
    loudness: float = -16.0
    seed: int = 0


@dataclass(frozen=True)
class Chosen:
    """A soundtrack, and what did not go as wished."""

    soundtrack: Soundtrack
    notes: tuple[str, ...] = ()


@dataclass
class SoundDesk:
    """Chooses and lays soundtracks.

    Attributes:
        catalogue: whose tracks.
        music: who knows which tracks fit a work; None for what is measured alone.
        limits: how much a track may ask for.
    """

    catalogue: Catalogue
    music: Callable[[], MusicRoom] | None = None
    limits: SoundLimits = field(default_factory=SoundLimits)

    def choose(self, wish: SoundWish, looks: Sequence[Look], ticks: int) -> Chosen:
        """A soundtrack for works, as long as a film.

        Raises:
            InputError: a loudness that cannot be.
            UnknownItem: there is no such track.
            MissingExtra: nothing that decodes is installed.
        """
        if not -40 <= wish.loudness <= -8:
            raise InputError(
                f"A soundtrack of {wish.loudness:g} LUFS?",
                "Choose -40 to -8: -16 is usual on the web, -23 in broadcasting.",
            )
        plain = Soundtrack(
            "none",
            loudness=wish.loudness,
            valence=_mean([look.valence for look in looks]),
            arousal=_mean([look.arousal for look in looks]),
            seed=wish.seed,
        )
        if wish.tracks:
            tracks, notes = [self.catalogue.tracks.get(one) for one in wish.tracks], list[str]()
        elif wish.music == "auto":
            tracks, notes = self._fitting(looks, ticks), []
        else:
            tracks, notes = [], []
        pieces = self._listened(tracks, notes)
        if pieces:
            return Chosen(_of_tracks(plain, pieces, ticks), tuple(notes))
        if wish.tracks:
            notes.append("None of the tracks can be used; a score stands in.")
        if wish.music == "none" and not wish.tracks:
            return Chosen(plain, tuple(notes))
        return Chosen(scored(plain, ticks), tuple(notes))

    def _fitting(self, looks: Sequence[Look], ticks: int) -> list[Track]:
        """The tracks that fit most of the works, as many as the film has room for."""
        room = MusicRoom(self.catalogue) if self.music is None else self.music()
        votes: Counter[int] = Counter()
        step = max(1, len(looks) // _ASKED)
        try:
            for look in looks[::step]:
                for place, match in enumerate(room.for_work(look.work.id, 3)):
                    votes[match.track.id] += 3 - place
        except InputError:
            return []
        count = max(1, min(_MOST, round(ticks / TICKS / _EACH)))
        best = sorted(votes.items(), key=lambda one: (-one[1], one[0]))
        return [self.catalogue.tracks.get(number) for number, _ in best[:count]]

    def _listened(self, tracks: Sequence[Track], notes: list[str]) -> list[Listened]:
        """What can be laid under a film, in an order that goes together."""
        usable = []
        for track in tracks:
            heard = track.hearing
            called = f"Track {track.id} ({track.name[:60]})"
            if heard.loudness is None:
                notes.append(f"{called} is silent and is left out.")
            elif heard.seconds < _SHORTEST_S:
                notes.append(f"{called} lasts {heard.seconds:.1f} seconds and is left out.")
            else:
                usable.append(track)
                notes += _cautions(track, called)
        found = []
        for track in in_order(usable) if usable else ():
            try:
                data = self.catalogue.tracks.data(track)
                found.append(listen_to(track, data, self.limits))
            except SoundError as error:
                notes.append(f"{error.message} It is left out.")
        return found


def scored(plain: Soundtrack, ticks: int) -> Soundtrack:
    """A soundtrack that is synthesised, with its beats."""
    found = _with(plain, "score")
    return _with(found, "score", beats=beats_of(plan_of(found), ticks))


def _of_tracks(plain: Soundtrack, pieces: Sequence[Listened], ticks: int) -> Soundtrack:
    laid = lay(pieces, ticks)
    tracks = tuple(piece.track.id for piece in pieces)
    return Soundtrack(
        "tracks", tracks, laid.cues, laid.beats, plain.loudness, plain.valence, plain.arousal,
        plain.seed,
    )  # fmt: skip


def _with(sound: Soundtrack, kind: Literal["score"], beats: tuple[int, ...] = ()) -> Soundtrack:
    return Soundtrack(kind, (), (), beats, sound.loudness, sound.valence, sound.arousal, sound.seed)


def _cautions(track: Track, called: str) -> list[str]:
    found = []
    if not track.hearing.is_music:
        found.append(
            f"{called} has neither a pulse nor clear pitches, so it is taken for speech or noise: "
            "it is laid under the film as it is, and no picture waits for its beats."
        )
    if track.hearing.peak is not None and track.hearing.peak > _CLIPS:
        found.append(f"{called} was clipped when it was made; it is turned down, not mended.")
    if track.is_damaged:
        found.append(f"{called} is damaged in parts, which are passed over.")
    return found


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / max(1, len(values)), 4)
