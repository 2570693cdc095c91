"""What is heard in sounds that are made here, so that the right answer is known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.core.sound.ear import hear
from gesso.core.sound.measured.waveform import Outline, as_svg
from gesso.core.sound.mood import mood_of

RATE = 48_000
Sound = NDArray[np.float32]


def tone(hz: float, seconds: float, level: float = 1.0, phase: float = 0.0) -> Sound:
    at = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * math.pi * hz * at + phase)).astype(np.float32)


def chords(notes: list[list[int]], bpm: float, seconds: float = 12.0) -> Sound:
    """(1, samples): plucked chords of MIDI notes, one a beat."""
    made = np.zeros(round(seconds * RATE), np.float32)
    beat = 60 / bpm
    for number in range(int(seconds / beat)):
        start = round(number * beat * RATE)
        part = made[start : start + round(1.5 * beat * RATE)]
        fade = np.exp(-3 * np.arange(len(part)) / RATE)
        for note in notes[number % len(notes)]:
            hz = 440 * 2 ** ((note - 69) / 12)
            for harmonic in (1, 2, 3):
                part += fade * tone(hz * harmonic, len(part) / RATE, 0.05 / harmonic)[: len(part)]
    return made[None]


C_MAJOR = [[60, 64, 67], [65, 69, 72], [67, 71, 74], [60, 64, 67]]
A_MINOR = [[57, 60, 64], [62, 65, 69], [64, 67, 71], [57, 60, 64]]


def test_a_tone_in_both_channels_is_as_loud_as_the_standard_says() -> None:
    sound = np.stack([tone(997, 5, 10 ** (-23 / 20))] * 2)

    assert hear(sound).loudness == pytest.approx(-23.0, abs=0.1)


def test_one_channel_alone_is_three_decibels_quieter() -> None:
    assert hear(tone(997, 5)[None]).loudness == pytest.approx(-3.01, abs=0.1)


def test_what_is_quiet_for_long_does_not_count() -> None:
    # EBU Tech 3341, case 3: 10 s at -36, 60 s at -23, 10 s at -36 dBFS are -23 LUFS.
    parts = [tone(997, s, 10 ** (level / 20)) for s, level in ((2, -36), (30, -23), (2, -36))]

    assert hear(np.stack([np.concatenate(parts)] * 2)).loudness == pytest.approx(-23.0, abs=0.1)


def test_low_tones_count_for_less() -> None:
    low, high = (hear(tone(hz, 3, 0.5)[None]).loudness for hz in (30, 4000))

    assert low is not None
    assert high is not None
    assert high - low > 10


def test_the_peak_between_two_samples_is_found() -> None:
    # A quarter of the rate, half way between: every sample is at 0.707 of the true height.
    sound = tone(RATE / 4, 1, 0.5, math.pi / 4)[None]

    assert 20 * math.log10(np.abs(sound).max()) == pytest.approx(-9.03, abs=0.01)
    assert hear(sound).peak == pytest.approx(-6.02, abs=0.3)


@pytest.mark.parametrize("bpm", [72, 100, 128, 150])
def test_the_tempo_of_plucked_chords_is_told(bpm: int) -> None:
    heard = hear(chords(C_MAJOR, bpm))

    assert heard.tempo is not None
    octaves = math.log2(heard.tempo / bpm)
    assert abs(octaves - round(octaves)) < 0.03
    assert heard.pulse > 0.5


@pytest.mark.parametrize(("notes", "key"), [(C_MAJOR, "C major"), (A_MINOR, "A minor")])
@pytest.mark.parametrize("up", [0, 5])
def test_the_key_is_told_and_moves_with_the_notes(
    notes: list[list[int]], key: str, up: int
) -> None:
    heard = hear(chords([[note + up for note in chord] for chord in notes], 100))
    moved = {0: key, 5: key.replace("C ", "F ").replace("A ", "D ")}

    assert heard.key == moved[up]


def test_higher_notes_have_a_higher_register_and_are_brighter() -> None:
    low = hear(chords(C_MAJOR, 100))
    high = hear(chords([[note + 12 for note in chord] for chord in C_MAJOR], 100))

    assert low.register is not None
    assert high.register is not None
    assert 6 < high.register - low.register < 14
    assert high.brightness > 1.3 * low.brightness


def test_silence_has_no_loudness_no_tempo_and_no_key() -> None:
    heard = hear(np.zeros((2, 4 * RATE), np.float32))

    assert (heard.loudness, heard.peak, heard.tempo, heard.tonic) == (None, None, None, None)
    assert not heard.is_music
    assert mood_of(heard).valence == mood_of(heard).arousal == 0


@pytest.mark.parametrize("count", [1, 480, 5000, 20_000])
def test_a_sound_too_short_to_have_a_rhythm_is_still_heard(count: int) -> None:
    heard = hear(tone(440, 1)[None, :count])

    assert heard.tempo is None
    assert all(math.isfinite(value) for value in (heard.mode, heard.onsets, heard.brightness))


def test_a_constant_is_no_music() -> None:
    assert not hear(np.full((1, 4 * RATE), 0.5, np.float32)).is_music


def test_noise_is_no_music() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 8 * RATE)).astype(np.float32)

    assert not hear(noise).is_music


@pytest.mark.parametrize("seconds", [0.01, 0.5, 2.9])
def test_a_clip_of_a_moment_is_no_music_however_clear_its_notes(seconds: float) -> None:
    chord = chords(C_MAJOR, 100, max(seconds, 0.6))[:, : round(seconds * RATE)]
    heard = hear(chord)

    assert heard.seconds == pytest.approx(seconds, abs=1e-3)
    assert not heard.is_music
    assert mood_of(heard).valence == mood_of(heard).arousal == 0


def test_a_phrase_of_a_few_seconds_is_music() -> None:
    assert hear(chords(C_MAJOR, 120, 4)).is_music


def test_channels_that_cancel_out_are_still_heard() -> None:
    sound = chords(C_MAJOR, 100)

    assert hear(np.concatenate([sound, -sound])).key == "C major"


def test_major_is_gladder_and_faster_is_more_stirring() -> None:
    glad, sad = (mood_of(hear(chords(notes, 100))) for notes in (C_MAJOR, A_MINOR))
    slow, fast = (mood_of(hear(chords(C_MAJOR, bpm))) for bpm in (66, 160))

    assert glad.valence > sad.valence + 0.2
    assert fast.arousal > slow.arousal + 0.2


def test_the_outline_is_that_of_the_sound(tmp_path: Path) -> None:
    outline = Outline()
    outline.feed(np.concatenate([tone(100, 5, 0.25), tone(100, 5, 1.0)])[None])
    drawn = np.frombuffer(outline.drawn(), np.int8).reshape(-1, 2)

    assert len(drawn) == 469
    assert drawn[100].tolist() == pytest.approx([-32, 32], abs=1)
    assert drawn[400].tolist() == pytest.approx([-127, 127], abs=1)
    assert as_svg(drawn.tobytes()).count("L") == 2 * len(drawn) + 1
    assert "<path" in as_svg(b"")
    (tmp_path / "outline.svg").write_text(as_svg(drawn.tobytes()))
