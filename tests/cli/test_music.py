"""`gesso music`: sounds come in, are listed, shown and matched."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture

from .conftest import Gesso

pytest.importorskip("av")

RATE = 16_000


def tune(notes: tuple[int, ...], bpm: float, seconds: float = 6.0) -> bytes:
    """A file of plucked notes."""
    at = np.arange(round(seconds * RATE)) / RATE
    since = at % (60 / bpm)
    number = (at // (60 / bpm)).astype(int)
    hz = 440 * 2 ** ((np.array(notes)[number % len(notes)] - 69) / 12)
    made = np.exp(-6 * since) * np.sin(2 * np.pi * hz * since)
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes((20000 * made).astype("<i2").tobytes())
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    music = tmp_path / "music"
    music.mkdir()
    (music / "glad.wav").write_bytes(tune((72, 76, 79, 84, 79, 76), 160))
    (music / "sad.wav").write_bytes(tune((57, 60, 64, 60), 60))
    (music / "broken.mp3").write_bytes(b"no sound")
    (music / "notes.txt").write_text("not looked at")
    return music


def test_a_folder_comes_in_once_and_what_is_broken_is_told(gesso: Gesso, folder: Path) -> None:
    first = gesso("music", "add", folder, "--licence", "CC0-1.0", "--tag", "calm")
    again = gesso("music", "add", folder)

    assert first.code == 1
    assert "broken.mp3" in first.out
    assert "2 tracks came in, 1 was passed over." in first.out
    assert "0 tracks came in, 2 were here already, 1 was passed over." in again.out


def test_tracks_are_listed_and_shown(gesso: Gesso, folder: Path) -> None:
    gesso("music", "add", folder, "--licence", "CC0-1.0", "--tag", "calm")
    listed = gesso("music", "list")
    shown = gesso("music", "show", "1", "--json").document

    assert "glad.wav" in listed.out
    assert "CC0-1.0" in listed.out
    assert shown["tags"] == ["calm"]
    assert shown["hearing"]["seconds"] == pytest.approx(6)
    assert "LUFS" in gesso("music", "show", "2").out


def test_a_picture_gets_its_music_with_the_reason(gesso: Gesso, folder: Path) -> None:
    gesso("music", "add", folder)
    rng = np.random.default_rng(0)
    rgb = np.array([250, 205, 60]) + rng.integers(-5, 6, (64, 64, 3))
    Path("sunny.png").write_bytes(encode(Picture(rgb.clip(0, 255).astype(np.uint8))))

    found = gesso("music", "match", "sunny.png", "--json").document

    assert found[0]["track"]["source"] == "glad.wav"
    assert found[0]["reason"].startswith("major, ")
    assert "light, saturated" in found[0]["reason"]
    assert "because" in gesso("music", "match", "sunny.png").out


def test_what_is_not_there_is_said_in_two_lines(gesso: Gesso, folder: Path) -> None:
    gesso("music", "add", folder)
    for call, said in (
        (("music", "show", "99"), "no track number 99"),
        (("music", "match", "work:99"), "work"),
        (("music", "match", "track:1"), "No work has a mood yet"),
        (("music", "match", "gone.png"), "gone.png"),
        (("music", "add", "nowhere"), "nowhere"),
    ):
        ended = gesso(*call)
        assert ended.code == 2
        assert said in ended.err
        assert len(ended.err.strip().splitlines()) <= 3
