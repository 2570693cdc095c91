"""Files of sound, good and hostile, as they come from anywhere."""

from __future__ import annotations

import io
import os
import random
import struct
import sys
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from gesso.core.errors import MissingExtra, SoundError
from gesso.core.sound import decoder
from gesso.core.sound.decoder import SoundLimits
from gesso.core.sound.ear import listen

RATE = 48_000
BAD = Path(os.environ.get("GESSO_SAMPLE_DATA", Path(__file__).resolve().parents[4] / "shared/data"))
BAD = BAD / "bad" / "audio"


def samples(seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    at = np.arange(round(seconds * rate)) / rate
    return np.stack([0.5 * np.sin(2 * np.pi * hz * at) for hz in (440, 660)])


def wav(seconds: float = 2.0, rate: int = RATE, channels: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(channels)
        made.setsampwidth(2)
        made.setframerate(rate)
        both = np.resize(samples(seconds, rate), (channels, round(seconds * rate)))
        made.writeframes((both.T * 32767).astype("<i2").tobytes())
    return file.getvalue()


def encoded(form: str, codec: str, rate: int = RATE, **tags: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        container.metadata.update(tags)
        # FFmpeg calls its own Vorbis an experiment; the wheel has no other.
        strict = {"strict": "experimental"}
        stream = container.add_stream(codec, rate=rate, options=strict, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            samples(rate=rate).astype(np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = rate, 0
        context = stream.codec_context
        fit = av.AudioResampler(context.format.name, "stereo", rate, frame_size=context.frame_size)
        for part in [*fit.resample(frame), *fit.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "codec", "media_type"),
    [
        ("mp3", "libmp3lame", "audio/mpeg"),
        ("ogg", "vorbis", "audio/ogg"),
        ("ogg", "libopus", "audio/ogg"),
        ("flac", "flac", "audio/flac"),
        ("wav", "pcm_s16le", "audio/wav"),
        ("ipod", "aac", "audio/mp4"),
    ],
)
def test_each_format_is_heard_alike(form: str, codec: str, media_type: str) -> None:
    heard = listen(encoded(form, codec))

    assert heard.media_type == media_type
    assert (heard.rate, heard.channels) == (RATE, 2)
    assert heard.hearing.seconds == pytest.approx(2, abs=0.08)
    assert heard.hearing.loudness == pytest.approx(-6.7, abs=0.5)
    # A codec that loses something overshoots where a tone begins at once.
    assert heard.hearing.peak is not None
    assert -6.7 < heard.hearing.peak < -2


def test_tags_are_read_and_made_harmless() -> None:
    heard = listen(encoded("mp3", "libmp3lame", title="Night\x1b[31m", artist="N. N.", genre="x"))

    assert heard.tags.title == "Night [31m"
    assert (heard.tags.artist, heard.tags.genre) == ("N. N.", "x")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a sound at all, only words",
        b"\0" * 4000,
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"ID3\x04\0\0\0\0\0\x0a" + bytes(10),
        b"OggS" + bytes(60),
        b"fLaC" + bytes(60),
        b"\0\0\0\x18ftypM4A " + bytes(60),
        wav()[:44],
    ],
)
def test_what_is_no_sound_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(SoundError) as caught:
        listen(data, name="tune.mp3")

    assert "tune.mp3" in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    ("data", "limits", "said"),
    [
        (wav(3), SoundLimits(max_seconds=2), "longer than"),
        (wav(), SoundLimits(max_bytes=1000), "MB"),
        (wav(rate=3000), SoundLimits(), "3,000 samples"),
        (wav(0.2, channels=12), SoundLimits(), "12 channels"),
    ],
)
def test_what_asks_for_too_much_is_refused(data: bytes, limits: SoundLimits, said: str) -> None:
    with pytest.raises(SoundError, match=said):
        listen(data, limits)


def test_a_header_that_lies_about_its_length_is_not_believed() -> None:
    data = bytearray(wav(1))
    data[40:44] = struct.pack("<I", 0xFFFFFF00)

    assert listen(bytes(data)).hearing.seconds == pytest.approx(1, abs=0.01)


def test_a_file_that_was_cut_off_is_heard_as_far_as_it_goes() -> None:
    data = encoded("mp3", "libmp3lame")

    assert 0.7 < listen(data[: len(data) // 2]).hearing.seconds < 1.3


def test_numbers_that_are_none_become_silence() -> None:
    body = np.full(RATE, np.nan, "<f4").tobytes()
    head = b"RIFF" + struct.pack("<I", 36 + len(body)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 3, 1, RATE, RATE * 4, 4, 32) + b"data"

    heard = listen(head + struct.pack("<I", len(body)) + body)

    assert heard.hearing.loudness is None
    assert not heard.hearing.is_music


@pytest.mark.parametrize("form", [("mp3", "libmp3lame"), ("ogg", "vorbis"), ("ipod", "aac")])
def test_damage_ends_in_sound_or_in_our_error_and_nothing_else(form: tuple[str, str]) -> None:
    whole, rng = encoded(*form), random.Random(1)
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(40):
            data[rng.randrange(4, len(data))] = rng.randrange(256)
        try:
            heard = listen(bytes(data))
        except SoundError:
            continue
        assert 0 < heard.hearing.seconds < 60


def test_without_its_packages_the_decoder_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.delitem(sys.modules, "gesso.core.sound.pyav", raising=False)

    with pytest.raises(MissingExtra) as caught:
        decoder.open_sound(wav())

    assert "gesso[sound]" in caught.value.advice


@pytest.mark.skipif(not BAD.is_dir(), reason="the sample data is not here")
def test_the_hostile_files_of_the_sample_data_end_in_sound_or_in_our_error() -> None:
    wanted = {".mp3", ".ogg", ".wav", ".m4a", ".flac", ".opus"}
    refused = set()
    for path in sorted(BAD.iterdir()):
        if path.suffix in wanted:
            try:
                listen(path.read_bytes(), name=path.name)
            except SoundError:
                refused.add(path.name)

    assert refused >= {"zero.mp3", "id3-only.mp3", "no-moov.m4a", "text.ogg", "header-only.wav"}
    assert not refused & {"silence.wav", "dc.wav", "u8.wav", "s24.wav", "phase-inverted.wav"}
