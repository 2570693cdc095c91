"""What every sound decoder owes (core/sound/decoder.py), asked of each row that opens here."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.core.errors import MissingExtra, SoundError
from gesso.core.sound.decoder import (
    DECODERS,
    MP3,
    RATE,
    WAV,
    Decoder,
    Kind,
    Opened,
    SoundLimits,
)

USUAL = SoundLimits()


@pytest.fixture(params=DECODERS.names())
def decoder(request: pytest.FixtureRequest) -> Decoder:
    try:
        return DECODERS.open(request.param)
    except MissingExtra as error:
        pytest.skip(str(error))  # its package is an extra that may be absent here


def tone(seconds: float = 2.0, rate: int = RATE, channels: int = 2) -> bytes:
    """A WAV of 440 Hz at half the height."""
    at = np.arange(round(seconds * rate)) / rate
    samples = np.repeat(0.5 * np.sin(2 * np.pi * 440 * at)[:, None], channels, axis=1)
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((channels, 2, rate, 0, "NONE", ""))
        made.writeframes((samples * 32767).astype("<i2").tobytes())
    return file.getvalue()


def opened(
    decoder: Decoder, data: bytes, limits: SoundLimits = USUAL, kind: Kind = WAV
) -> AbstractContextManager[Opened]:
    return decoder(data, kind, limits, "tone.wav")


def heard(
    decoder: Decoder, data: bytes, limits: SoundLimits = USUAL, kind: Kind = WAV
) -> NDArray[np.float32]:
    """(channels, samples) all that comes out."""
    with opened(decoder, data, limits, kind) as sound:
        return np.concatenate(list(sound.blocks), axis=1)


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (44_100, 1), (8_000, 2)])
def test_what_is_in_the_file_comes_out_at_one_rate(
    decoder: Decoder, rate: int, channels: int
) -> None:
    with opened(decoder, tone(2.0, rate, channels)) as sound:
        told = sound.rate, sound.channels
        blocks = list(sound.blocks)

    whole = np.concatenate(blocks, axis=1)
    assert told == (rate, channels)
    assert all(block.dtype == np.float32 and block.ndim == 2 for block in blocks)
    assert whole.shape[0] == channels
    assert whole.shape[1] == pytest.approx(2 * RATE, abs=RATE // 50)
    assert np.abs(whole).max() == pytest.approx(0.5, abs=0.02)


def test_the_same_bytes_give_the_same_samples(decoder: Decoder) -> None:
    assert np.array_equal(heard(decoder, tone(0.5)), heard(decoder, tone(0.5)))


def test_no_more_than_a_block_is_held_at_once(decoder: Decoder) -> None:
    with opened(decoder, tone(20.0)) as sound:
        assert isinstance(sound.blocks, Iterator)
        assert max(block.shape[1] for block in sound.blocks) <= 5 * RATE


@pytest.mark.parametrize("data", [b"", b"RIFF", b"not a sound at all" * 100, tone()[:30]])
def test_bytes_that_hold_no_sound_are_refused_in_words(decoder: Decoder, data: bytes) -> None:
    with pytest.raises(SoundError) as refused:
        heard(decoder, data)

    assert refused.value.message.endswith(".")
    assert refused.value.advice


def test_what_asks_for_too_much_is_refused(decoder: Decoder) -> None:
    for limits in (SoundLimits(max_seconds=0.5), SoundLimits(min_rate=96_000)):
        with pytest.raises(SoundError):
            heard(decoder, tone(2.0), limits)


def test_no_other_file_is_read_whatever_the_bytes_ask_for(decoder: Decoder, tmp_path: Path) -> None:
    other = tmp_path / "secret.wav"
    other.write_bytes(tone())
    for playlist in (f"#EXTM3U\n{other}\n", f"ffconcat version 1.0\nfile '{other}'\n"):
        for kind in (WAV, MP3):
            with pytest.raises(SoundError):
                heard(decoder, playlist.encode(), kind=kind)
