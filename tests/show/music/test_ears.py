"""A model that hears brings words and tracks together; each track is heard once."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
from tests.stubs.tiny_clap import write_clap

from gesso.studio import Studio

RATE = 48_000


def tone(hz: float) -> bytes:
    at = np.arange(3 * RATE) / RATE
    beat = (np.sin(2 * np.pi * 2 * at) > 0).astype(float)
    made = 0.4 * np.sin(2 * np.pi * hz * at) * beat
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, RATE, 0, "NONE", ""))
        written.writeframes((made * 32767).astype("<i2").tobytes())
    return file.getvalue()


def test_what_a_model_hears_moves_a_match_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_clap(tmp_path / "hears")
    flags = {"music.encoder": "clap", "sound_encoders.clap.model": str(model)}
    with Studio.open(tmp_path / "studio", flags) as studio:
        tracks = [studio.catalogue.tracks.accept(tone(hz)).track for hz in (220, 440, 880, 1760)]
        ears = studio.music._ears
        assert ears is not None

        fits = ears.fits("the sea at night", tracks)
        assert fits is not None
        assert sorted(fits) == [0.125, 0.375, 0.625, 0.875]
        assert ears.fits("", tracks) is None
        assert (studio.folder / "vectors" / ears._encoder.space.id).is_dir()

    with Studio.open(tmp_path / "studio", flags) as studio:
        again = studio.music._ears
        assert again is not None
        monkeypatch.setattr(again._encoder, "sounds", None)  # nobody may listen
        kept = again.fits("the sea at night", tracks)
        assert kept is not None
        assert np.array_equal(kept, fits)


def test_a_studio_without_a_model_hears_nothing(tmp_path: Path) -> None:
    with Studio.open(tmp_path / "studio") as studio:
        assert studio.music._ears is None
