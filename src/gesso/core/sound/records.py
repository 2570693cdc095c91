"""What is heard in a sound, and the record of one that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclass(frozen=True)
class Hearing:
    """What is heard in a sound; what cannot be told is None, never a guess.

    Attributes:
        seconds: how long it truly is, from its samples.
        loudness: integrated, LUFS after ITU-R BS.1770-4; None for silence.
        peak: true peak, dBTP; None for silence.
        tempo: beats a minute, an estimate that may be an octave off; None without a pulse.
        tempo_sureness: how far the tempo stands out from the next that is no multiple, 0 to 1.
        pulse: how regular its onsets are, 0 to 1.
        tonic: the key's first note, one of `KEYS`; None without pitch.
        mode: how much more major than minor its notes are: the difference of the two best
            correlations, about -0.3 to 0.3; 0 without pitch.
        onsets: beginnings of notes and beats a second.
        brightness: the centre of its spectrum, Hz; 0 for silence.
        register: the mean height of its pitches, MIDI note numbers; None without pitch.
        is_music: it lasts three seconds and has a pulse or clear pitches; speech, noise and beeps
            are kept, but have no mood.
    """

    seconds: float
    loudness: float | None
    peak: float | None
    tempo: float | None
    tempo_sureness: float
    pulse: float
    tonic: str | None
    mode: float
    onsets: float
    brightness: float
    register: float | None
    is_music: bool

    @property
    def is_major(self) -> bool:
        """Whether major fits better than minor."""
        return self.mode >= 0

    @property
    def key(self) -> str:
        """The key in words, "D minor"; "" without one."""
        return "" if self.tonic is None else f"{self.tonic} {'major' if self.is_major else 'minor'}"


@dataclass(frozen=True)
class Mood:
    """What a sound would do to somebody, -1 to 1: sad to glad, calm to stirring."""

    valence: float
    arousal: float


@dataclass(frozen=True)
class Track:
    """A sound in the catalogue.

    Attributes:
        id: its number.
        blob: where its bytes are; the hash in it tells the track from others.
        size_bytes: of the file.
        media_type: by content.
        codec: what it is encoded with.
        rate: samples a second, as in the file.
        channels: as in the file.
        title, artist, album: as its tags or its owner say, "" for unknown.
        tags: further words: genres and moods.
        licence: as stated, "" where nobody said.
        credit: how it wants to be named.
        source: the file's name as it came.
        is_damaged: parts of it could not be decoded.
        hearing: what is heard in it.
        mood: from what is heard.
        waveform: 2 signed bytes a column, lowest and highest of -127 to 127.
        heard_by: the version of the ear, "measured-1".
        added_at: UTC.
    """

    id: int
    blob: str
    size_bytes: int
    media_type: str
    codec: str
    rate: int
    channels: int
    title: str
    artist: str
    album: str
    tags: tuple[str, ...]
    licence: str
    credit: str
    source: str
    is_damaged: bool
    hearing: Hearing
    mood: Mood
    waveform: bytes = field(repr=False)
    heard_by: str
    added_at: datetime

    @property
    def name(self) -> str:
        """What to call it where it has no title."""
        return self.title or plain_line(self.source) or f"track {self.id}"

    @property
    def line(self) -> str:
        """What credits say of it: title, artist, licence."""
        by = f" by {self.artist}" if self.artist else ""
        under = f" ({self.licence})" if self.licence else ""
        return self.credit or f"{self.name}{by}{under}"


@dataclass(frozen=True)
class Tags:
    """What a file says of itself, made harmless; "" where it says nothing."""

    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    licence: str = ""


_LONGEST = 500
_LICENCE_WORDS = ("licence", "license", "copyright", "copyright_url", "wcop")


def tags_of(told: Mapping[str, str]) -> Tags:
    """The tags of a file, whatever it calls them; control characters go, 500 letters are kept."""
    lower = {key.lower(): plain_line(value) for key, value in told.items()}
    licences = (lower[word] for word in _LICENCE_WORDS if lower.get(word))
    return Tags(
        title=lower.get("title", ""),
        artist=lower.get("artist", "") or lower.get("album_artist", ""),
        album=lower.get("album", ""),
        genre=lower.get("genre", ""),
        licence=next(licences, ""),
    )


def plain_line(text: str) -> str:
    """Words as one line of at most 500 letters that can be shown; white space for all else."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _LONGEST])
    return " ".join(kept.split())[:_LONGEST]
