"""The ear: a sound's bytes, listened to once, with no more than two minutes of it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.decoder import RATE, Block, Opened, SoundLimits, kind_of, open_sound
from gesso.core.sound.measured.loudness import LoudnessMeter
from gesso.core.sound.measured.pitch import Pitch, pitch_of
from gesso.core.sound.measured.rhythm import Rhythm, rhythm_of
from gesso.core.sound.measured.spectra import brightness, novelty, powers
from gesso.core.sound.measured.waveform import Outline
from gesso.core.sound.mood import mood_of
from gesso.core.sound.records import Hearing, Mood, Tags

HEARD_BY = "measured-1"
"""The number changes when what is heard no longer compares with earlier hearings."""

_GATHERED = 1 << 16
_EXCERPT_S = 120.0
_SKIPPED_S = 30.0
_OPPOSED = 0.1
"""Below this share of the louder channel's power the two cancel each other out."""

# Of 43 recordings the two that are no music (speech, a forest) have neither; of the 41 others two
# have neither as well: both are hardly more than rustling.
_PULSE = 0.35
_CLEAR = 0.62
# What is shorter has no tempo either; any beep has clear pitches.
_SHORTEST_S = 3.0


@dataclass(frozen=True)
class Heard:
    """All that follows from a sound's bytes.

    Attributes:
        media_type: by content.
        codec: what it is encoded with.
        rate, channels: as in the file.
        tags: what it says of itself.
        is_damaged: parts of it could not be decoded.
        hearing: what is heard in it.
        mood: from what is heard.
        waveform: as `Outline.drawn` gives it.
    """

    media_type: str
    codec: str
    rate: int
    channels: int
    tags: Tags
    is_damaged: bool
    hearing: Hearing
    mood: Mood
    waveform: bytes


_LIMITS = SoundLimits()


def listen(data: bytes, limits: SoundLimits = _LIMITS, name: str = "") -> Heard:
    """Listen to a file.

    Loudness, peak and outline are of the whole; tempo, key and the rest of 120 seconds, from the
    30th second on where there are as many.

    Args:
        data: the whole file.
        limits: how much it may ask for.
        name: the file's name, for errors.

    Raises:
        SoundError: it is no sound that we accept, too large, damaged or empty.
        MissingExtra: nothing that decodes is installed.
    """
    media_type = kind_of(data, limits, name).media_type
    with open_sound(data, limits, name) as opened:
        meter, outline, excerpt = LoudnessMeter(), Outline(), _Excerpt()
        for block in _gathered(opened):
            meter.feed(block)
            outline.feed(block)
            excerpt.feed(block)
        hearing = _hearing(excerpt, meter)
        return Heard(
            media_type=media_type,
            codec=opened.codec,
            rate=opened.rate,
            channels=opened.channels,
            tags=opened.tags,
            is_damaged=opened.damaged > 0,
            hearing=hearing,
            mood=mood_of(hearing),
            waveform=outline.drawn(),
        )


def excerpt(data: bytes, name: str = "", limits: SoundLimits = _LIMITS) -> NDArray[np.float32]:
    """(samples,) of the two minutes that a sound is judged by, one channel at 48 kHz.

    Raises:
        SoundError: as `listen`.
    """
    held = _Excerpt()
    with open_sound(data, limits, name) as opened:
        for block in _gathered(opened):
            held.feed(block)
    return held.mono()


def hear(samples: Block) -> Hearing:
    """Listen to (channels, samples) float32 at 48 kHz, one or two channels."""
    meter, excerpt = LoudnessMeter(), _Excerpt()
    for at in range(0, samples.shape[1], _GATHERED):
        meter.feed(samples[:, at : at + _GATHERED])
        excerpt.feed(samples[:, at : at + _GATHERED])
    return _hearing(excerpt, meter)


def _gathered(opened: Opened) -> Iterator[Block]:
    """Blocks of a second or so: a codec's own are of a few milliseconds."""
    parts: list[Block] = []
    count = 0
    for block in opened.blocks:
        parts.append(block)
        count += block.shape[1]
        if count >= _GATHERED:
            yield np.concatenate(parts, axis=1)
            parts, count = [], 0
    if parts:
        yield np.concatenate(parts, axis=1)


class _Excerpt:
    """The samples that tempo and key are read from, and how many there were in all."""

    def __init__(self) -> None:
        self._parts: list[Block] = []
        self._held = 0
        self.count = 0

    def feed(self, block: Block) -> None:
        room = round((_SKIPPED_S + _EXCERPT_S) * RATE) - self._held
        if room > 0:
            part = block[:, :room]
            self._parts.append(part)
            self._held += part.shape[1]
        self.count += block.shape[1]

    @property
    def seconds(self) -> float:
        return self.count / RATE

    def mono(self) -> NDArray[np.float32]:
        """(samples,) around 0: the middle of both channels, or the louder where they cancel out."""
        if not self._parts:
            return np.zeros(0, np.float32)
        channels = np.concatenate(self._parts, axis=1)[:, -round(_EXCERPT_S * RATE) :]
        channels = channels - channels.mean(axis=1, keepdims=True)
        middle = channels.mean(axis=0)
        strengths = np.square(channels, dtype=np.float64).mean(axis=1)
        if np.square(middle, dtype=np.float64).mean() < _OPPOSED * strengths.max():
            return np.asarray(channels[int(strengths.argmax())])
        return np.asarray(middle, np.float32)


def _hearing(excerpt: _Excerpt, meter: LoudnessMeter) -> Hearing:
    samples = excerpt.mono()
    power = powers(samples)
    seconds = min(excerpt.seconds, _EXCERPT_S)
    rhythm, pitch = rhythm_of(novelty(power), seconds), pitch_of(samples)
    return Hearing(
        seconds=round(excerpt.seconds, 4),
        loudness=meter.loudness(),
        peak=meter.peak(),
        tempo=rhythm.tempo,
        tempo_sureness=rhythm.sureness,
        pulse=rhythm.pulse,
        tonic=pitch.tonic,
        mode=pitch.mode,
        onsets=rhythm.onsets,
        brightness=brightness(power),
        register=pitch.register,
        is_music=_is_music(excerpt.seconds, rhythm, pitch),
    )


def _is_music(seconds: float, rhythm: Rhythm, pitch: Pitch) -> bool:
    if seconds < _SHORTEST_S:
        return False
    return rhythm.pulse >= _PULSE or pitch.clearness >= _CLEAR
