"""Sound: joins on the beat, equal power, one loudness, no peak above the ceiling."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.show.story.props import tune, wav

from gesso.core.sound.decoder import SoundLimits
from gesso.core.sound.ear import hear, listen
from gesso.core.sound.measured.loudness import LoudnessMeter
from gesso.core.sound.measured.spectra import novelty, powers
from gesso.core.sound.records import KEYS, Track
from gesso.show.story.records import TICKS, Cue, Soundtrack
from gesso.show.story.sound.joining import in_order, key_steps, lay, tempo_step
from gesso.show.story.sound.listening import beats_of, listen_to
from gesso.show.story.sound.mastering import Master
from gesso.show.story.sound.mixing import mixed
from gesso.show.story.sound.score.performing import performed, plan_of

LIMITS = SoundLimits()


def track(number: int, data: bytes) -> Track:
    heard = listen(data)
    return Track(
        number, "", len(data), heard.media_type, heard.codec, heard.rate, heard.channels,
        f"track {number}", "", "", (), "", "", "", False, heard.hearing, heard.mood, b"", "",
        datetime.now(UTC),
    )  # fmt: skip


def clicks(bpm: float, seconds: int = 20) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    sound = np.zeros(seconds * TICKS)
    places = np.arange(2_000, len(sound) - 4_000, round(60 * TICKS / bpm))
    for at in places:
        sound[at : at + 2_400] += rng.normal(0, 0.3, 2_400) * np.exp(-np.arange(2_400) / 400)
    return sound, places


def mix(cues: tuple[Cue, ...], ticks: int, *datas: bytes) -> np.ndarray:
    return np.concatenate(list(mixed(cues, ticks, lambda n: datas[n], LIMITS)), axis=1)


@pytest.mark.parametrize("bpm", [72.0, 97.0, 140.0])
def test_beats_are_found_to_within_fifteen_milliseconds(bpm):
    sound, places = clicks(bpm)
    found = np.array(beats_of(novelty(powers(sound.astype(np.float32))), bpm))
    apart = np.array([np.abs(found - at).min() for at in places[1:-1]])

    assert np.median(apart) < 0.008 * TICKS
    assert apart.max() < 0.015 * TICKS


def test_what_has_no_beats_has_none():
    assert beats_of(np.zeros(100, np.float32), 100) == ()


def test_keys_are_as_far_as_on_the_circle_of_fifths():
    c = track(1, tune(6, hz=261.63))
    g = track(2, tune(6, hz=392.0))
    f_sharp = track(3, tune(6, hz=369.99))

    assert (c.hearing.tonic, g.hearing.tonic, f_sharp.hearing.tonic) == ("C", "G", "F#")
    assert key_steps(c, c) == 0
    assert key_steps(c, g) == 1
    assert key_steps(c, f_sharp) == 6


def test_tempos_are_held_against_their_nearest_octave():
    assert tempo_step(120, 62) == pytest.approx(120 / 124)
    assert tempo_step(90, 180) == 1


def test_tracks_follow_each_other_by_key_and_tempo():
    c, g, f_sharp = (track(n, tune(6, hz=hz)) for n, hz in enumerate((261.63, 392.0, 369.99)))

    assert [one.id for one in in_order([c, f_sharp, g])] == [c.id, g.id, f_sharp.id]


def test_beats_of_two_tracks_meet_where_they_are_joined():
    datas = [wav(clicks(120.0)[0]), wav(clicks(118.0)[0])]
    pieces = [listen_to(track(n, data), data, LIMITS) for n, data in enumerate(datas)]
    laid = lay(pieces, 30 * TICKS)
    one, two = laid.cues[0], laid.cues[1]
    middle = two.at + two.fade_in // 2
    first = [one.at + (b - one.start) / one.speed for b in pieces[0].beats]
    second = [two.at + (b - two.start) / two.speed for b in pieces[1].beats]
    here = min(first, key=lambda at: abs(at - middle))
    there = min(second, key=lambda at: abs(at - here))

    assert abs(here - there) < 0.004 * TICKS
    assert two.speed == pytest.approx(120 / 118, rel=0.01)
    assert one.at + one.ticks == two.at + two.fade_in


def test_a_track_that_is_too_short_comes_again_and_again():
    data = tune(5)
    laid = lay([listen_to(track(0, data), data, LIMITS)], 31 * TICKS)

    assert len(laid.cues) > 5
    assert laid.cues[-1].at + laid.cues[-1].ticks == 31 * TICKS
    sound = mix(laid.cues, 31 * TICKS, data)
    loud = np.sqrt((sound**2).reshape(2, -1, TICKS).mean(axis=(0, 2)))
    assert loud[:-3].min() > 0.3 * loud[:-3].max()


def test_cues_are_placed_to_the_sample():
    mark = np.zeros(TICKS)
    mark[1_000] = 0.9
    sound = mix((Cue(0, 12_345, TICKS),), 2 * TICKS, wav(mark))

    assert sound.shape == (2, 2 * TICKS)
    assert int(np.abs(sound[0]).argmax()) == 13_345


def test_a_join_keeps_the_power():
    rng = np.random.default_rng(3)
    datas = [wav(rng.normal(0, 0.1, 6 * TICKS)) for _ in range(2)]
    cues = (
        Cue(0, 0, 4 * TICKS, fade_out=2 * TICKS),
        Cue(1, 2 * TICKS, 4 * TICKS, fade_in=2 * TICKS),
    )
    sound = mix(cues, 6 * TICKS, *datas)
    power = (sound**2).reshape(2, -1, TICKS // 2).mean(axis=(0, 2))

    assert power.max() / power.min() < 1.15


def test_a_stretched_cue_keeps_its_pitch_and_plays_faster():
    data = tune(12, bpm=100)
    plain, fast = (
        mix((Cue(0, 0, 9 * TICKS, speed=speed),), 9 * TICKS, data) for speed in (1, 1.06)
    )

    assert hear(fast).tonic == hear(plain).tonic
    assert hear(fast).tempo == pytest.approx(1.06 * (hear(plain).tempo or 0), rel=0.015)


@pytest.mark.parametrize("wished", [-16.0, -23.0])
def test_a_soundtrack_is_as_loud_as_wished_and_never_too_high(tmp_path, wished):
    rng = np.random.default_rng(1)
    sound = rng.normal(0, 0.02, (2, 8 * TICKS)).astype(np.float32)
    sound[:, :: TICKS // 3] = 0.9
    with Master([sound], tmp_path) as master:
        done = master.brought_to(wished, -1.5)
        blocks = np.concatenate(list(master.blocks(done.gain, -1.5)), axis=1)
    meter = LoudnessMeter()
    meter.feed(blocks)

    assert blocks.shape == sound.shape
    assert meter.loudness() == pytest.approx(wished, abs=0.1)
    assert (meter.peak() or 0) <= -1.49


def test_a_soundtrack_in_pieces_is_limited_as_one_in_a_whole(tmp_path):
    rng = np.random.default_rng(2)
    sound = rng.normal(0, 0.3, (2, 9 * TICKS)).astype(np.float32)
    found = []
    for blocks in ([sound], [sound[:, at : at + 7_777] for at in range(0, sound.shape[1], 7_777)]):
        with Master(blocks, tmp_path) as master:
            found.append(np.concatenate(list(master.blocks(3.0, -1.0)), axis=1))

    assert np.array_equal(found[0], found[1])


def test_silence_stays_silent_and_nothing_is_left_on_the_disk(tmp_path):
    with Master([np.zeros((2, TICKS), np.float32)], tmp_path) as master:
        assert master.brought_to(-16.0, -1.0).loudness is None
        assert list(Path(tmp_path).iterdir()) == []
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize(("valence", "arousal"), [(0.9, 0.8), (0.7, 0.1), (0.3, 0.5), (0.1, 0.9)])
def test_a_score_is_heard_in_the_key_and_the_tempo_of_its_mood(valence, arousal):
    sound = Soundtrack(valence=valence, arousal=arousal, seed=4)
    samples = np.concatenate(list(performed(sound, 24 * TICKS)), axis=1)
    plan, heard = plan_of(sound), hear(samples)

    assert samples.shape == (2, 24 * TICKS)
    assert heard.is_major == plan.is_major == (valence >= 0.5)
    assert heard.tonic == KEYS[plan.tonic % 12]
    assert heard.tempo == pytest.approx(plan.tempo, rel=0.02)
    assert np.abs(samples).max() < 1.3
    assert not samples[:, -1].any() or np.abs(samples[:, -1]).max() < 1e-3


def test_a_score_is_the_same_each_time_and_another_by_another_seed():
    one, two, other = (
        np.concatenate(list(performed(Soundtrack(seed=seed), 12 * TICKS)), axis=1)
        for seed in (1, 1, 2)
    )

    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
