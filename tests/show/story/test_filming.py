"""Stories are filmed: picture, sound and letters, also what was stopped, broken or missing."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import replace

import numpy as np
import pytest
from tests.core.pixels.type.fonts import font_with
from tests.show.story.props import (
    QUICK,
    SCORED,
    SILENT,
    SMALL,
    added,
    frames_of,
    sound_of,
    tune,
    wav,
)

from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.errors import Interrupted, SoundError
from gesso.core.pixels.type.faces import OWN, Faces
from gesso.core.pixels.type.spare import SpareFonts
from gesso.core.sound.measured.loudness import LoudnessMeter
from gesso.show.story.composing.composer import Eyes, StoryWish
from gesso.show.story.composing.editing import retitled
from gesso.show.story.film.painter import Hands
from gesso.show.story.records import TICKS, Frame
from gesso.show.story.room import StoryRoom
from gesso.show.story.sound.choosing import SoundWish


def test_the_same_story_is_the_same_bytes_in_every_format(room, works, track, tmp_path):
    made = room.new(works[:3], replace(QUICK, sound=SoundWish(tracks=(track,))))

    for form in ("mp4", "webm", "av1"):
        digests = set()
        for number in range(2):
            path = tmp_path / f"{number}.{form}"
            room.render(made, path, form)
            digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
            assert list(tmp_path.glob(".*.part")) == []
        assert len(digests) == 1
        grays, times = frames_of(path)
        sound, _ = sound_of(path)
        assert len(grays) == made.ticks // made.frame.ticks
        assert times[0] == 0
        assert sound.shape[1] / TICKS == pytest.approx(made.seconds, abs=1 / 12)


def test_a_film_is_as_loud_as_wished_when_it_is_decoded_again(room, works, track, tmp_path):
    wish = replace(QUICK, hold=2.0, sound=SoundWish(tracks=(track,), loudness=-23.0))
    made = room.new(works, wish)
    done = room.render(made, tmp_path / "film.mp4")
    sound, _ = sound_of(done.film.path)
    meter = LoudnessMeter()
    meter.feed(sound)

    assert meter.loudness() == pytest.approx(-23.0, abs=0.5)
    assert (meter.peak() or 0) <= -1.0


def test_pictures_change_at_the_frame_and_sound_at_the_sample(room, catalogue, tmp_path):
    gray = [added(catalogue, np.full((90, 160, 3), g), f"{g}") for g in (20, 235, 21, 236)]
    clicks = np.random.default_rng(0).normal(0, 0.001, 10 * TICKS)
    for second in (2, 4, 6):
        clicks[second * TICKS : second * TICKS + 96] += 0.6 * np.sin(np.arange(96) * 0.5)
    number = catalogue.tracks.accept(wav(clicks), source="clicks.wav").track.id
    wish = replace(QUICK, hold=2.0, into="cut", order="manual", move="still")
    made = room.compose(gray, replace(wish, sound=SoundWish(tracks=(number,))))
    scenes = tuple(replace(scene, hold=2 * TICKS) for scene in made.scenes)
    cue = replace(made.soundtrack.cues[0], at=0, start=0, ticks=8 * TICKS, speed=1.0)
    sounding = replace(made.soundtrack, cues=(cue,))
    made = replace(
        made, scenes=scenes, soundtrack=sounding, frame=Frame(160, 90, 24, "gray", "none")
    )
    path = room.render(made, tmp_path / "film.mp4").film.path
    grays, times = frames_of(path)
    sound, start = sound_of(path)
    light = [float(frame[30:60, 60:100].mean()) for frame in grays]

    for second in (2, 4, 6):
        near = range(second * 24 - 6, second * 24 + 6)
        change = max(near, key=lambda i: abs(light[i] - light[i - 1]))
        first = round((second - 0.1 - start) * TICKS)
        part = sound[:, first : first + TICKS // 5].mean(axis=0)
        fits = np.correlate(part, np.sin(np.arange(96) * 0.5), "valid")
        heard = start + (first + int(np.abs(fits).argmax())) / TICKS
        assert times[change] == pytest.approx(second, abs=1e-6)
        assert heard - times[change] == pytest.approx(0, abs=0.001)


def test_a_film_that_is_stopped_leaves_nothing(room, works, stop, tmp_path):
    made = room.new(works[:2], SCORED)

    def heard(doing: str, done: int, whole: int) -> None:
        if doing == "film" and done == 3:
            stop.set()

    with pytest.raises(Interrupted, match="frame"):
        room.render(made, tmp_path / "out" / "film.mp4", heard=heard)
    assert list((tmp_path / "out").iterdir()) == []


def test_one_film_can_be_stopped_alone(room, works, stop, tmp_path):
    alone = threading.Event()
    alone.set()

    with pytest.raises(Interrupted):
        room.render(room.new(works[:1], SILENT), tmp_path / "film.mp4", stop=alone)
    assert not stop.is_set()


def test_a_film_that_was_there_stays_when_the_next_is_stopped(room, works, stop, tmp_path):
    made = room.new(works[:2], SCORED)
    path = tmp_path / "film.mp4"
    path.write_bytes(b"the one before")
    stop.set()

    with pytest.raises(Interrupted):
        room.render(made, path)
    assert path.read_bytes() == b"the one before"


def test_poster_sheet_captions_and_credits_tell_of_every_work(room, works, track):
    wish = replace(StoryWish(), hold=1.5, frame=SMALL, sound=SoundWish(tracks=(track,)))
    made = room.new(works, wish)

    assert room.poster(made).startswith(b"\xff\xd8")
    assert room.sheet(made).startswith(b"\x89PNG")
    told = room.credits_text(made)
    for title in ("Red", "Blue", "Pale", "Night", "Gray", "tune.wav"):
        assert title in told
    assert told.count("CC0-1.0") == 5
    assert "licence unknown" in told
    captions = room.captions(made)
    assert captions.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert captions.count("-->") == 6


def test_captions_hold_no_markup_of_strangers(room, works, catalogue):
    catalogue.works.set_title(works[0], "<b>Big</b>\n\n00:00 --> 99:00 & more")
    told = room.captions(room.compose(works[:1], SILENT))

    assert "<b>" not in told
    assert told.count("\n\n") == 2 or "&lt;b&gt;" in told
    assert sum(line.startswith("00:00 -->") for line in told.splitlines()) == 0


def test_everything_goes_into_one_folder(room, works, tmp_path):
    files = room.export(room.new(works[:1], SILENT), tmp_path / "all", ("mp4", "webm"))

    assert sorted(path.name for path in files) == [
        "captions.vtt", "credits.txt", "poster.jpg", "story.json",
        "version-1.mp4", "version-1.webm",
    ]  # fmt: skip
    assert all(path.stat().st_size for path in files)


# What nobody should give it ------------------------------------------------------------------


def test_silence_is_left_out_and_a_score_stands_in(room, works, catalogue):
    silent = catalogue.tracks.accept(wav(np.zeros(4 * TICKS)), source="nothing.wav").track.id
    made = room.compose(works[:2], replace(QUICK, sound=SoundWish(tracks=(silent,))))

    assert made.soundtrack.kind == "score"
    assert any("is silent and is left out" in note for note in made.notes)


def test_noise_and_speech_are_laid_under_and_nothing_waits_for_their_beats(room, works, catalogue):
    rng = np.random.default_rng(0)
    rustle = catalogue.tracks.accept(
        wav(np.clip(rng.normal(0, 0.1, 9 * TICKS), -1, 1)), source="rustle.wav"
    ).track
    made = room.compose(works[:2], replace(QUICK, sound=SoundWish(tracks=(rustle.id,))))

    assert not rustle.hearing.is_music
    assert made.soundtrack.kind == "tracks"
    assert made.soundtrack.beats == ()
    assert any("speech or noise" in note for note in made.notes)


def test_a_track_shorter_than_a_scene_comes_again(room, works, catalogue, tmp_path):
    short = catalogue.tracks.accept(tune(3), source="short.wav").track.id
    made = room.new(works[:2], replace(QUICK, hold=5.0, sound=SoundWish(tracks=(short,))))

    assert len(made.soundtrack.cues) > 3
    sound, _ = sound_of(room.render(made, tmp_path / "f.mp4").film.path)
    middle = sound[:, 2 * TICKS : 8 * TICKS].reshape(2, -1, TICKS)
    assert np.abs(middle).max(axis=(0, 2)).min() > 0.02


def test_what_lasts_a_moment_is_no_music_for_a_film(room, works, catalogue):
    moment = catalogue.tracks.accept(tune(1), source="moment.wav").track.id
    made = room.compose(works[:2], replace(QUICK, sound=SoundWish(tracks=(moment,))))

    assert made.soundtrack.kind == "score"
    assert any("lasts 1.0 seconds" in note for note in made.notes)


def test_a_clipped_track_is_said_to_be(room, works, catalogue):
    loud = np.frombuffer(tune(6)[44:], "<i2") / 32768 * 8
    number = catalogue.tracks.accept(wav(np.clip(loud, -1, 1)), source="loud.wav").track.id
    made = room.compose(works[:2], replace(QUICK, sound=SoundWish(tracks=(number,))))

    assert any("was clipped" in note for note in made.notes)


def test_a_track_whose_file_broke_is_left_out(room, works, catalogue, track, monkeypatch):
    def broken(_track: object) -> bytes:
        raise SoundError("'tune.wav' is damaged or cut off: no sound could be read.")

    monkeypatch.setattr(catalogue.tracks, "data", broken)
    made = room.compose(works[:2], replace(QUICK, sound=SoundWish(tracks=(track,))))

    assert made.soundtrack.kind == "score"
    assert any("It is left out" in note for note in made.notes)


def test_letters_that_no_face_has_are_told_in_a_sentence(room, works, catalogue):
    catalogue.works.set_title(works[0], "Hokusai 葛飾")
    made = room.compose(works[:1], SILENT)

    assert any("No face here has the letters 葛飾" in note for note in made.notes)
    assert room.frame(made, 0.5).width == 160


def test_that_letters_are_missing_is_told_as_long_as_they_are(room, works, catalogue):
    facts = TrackFacts(title="Haru", artist="春")
    number = catalogue.tracks.accept(tune(4), source="haru.wav", facts=facts).track.id
    wish = replace(QUICK, has_credits=True, title="Night 夜", sound=SoundWish(tracks=(number,)))
    made = room.new(works[:1], wish)
    renamed = room.keep(retitled(made, "Night"))

    rest = "; labels and credits leave them out. Name a font file that has them: [story] font."
    lacking = [[note for note in one.notes if "letters" in note] for one in (made, renamed)]
    assert lacking[0] == [f"No face here has the letters 夜春{rest}"]
    assert lacking[1] == [f"No face here has the letters 春{rest}"]


def test_letters_come_from_a_font_that_is_named(catalogue, works, stop, tmp_path):
    font = font_with(tmp_path / "Own.ttf", "葛飾")
    faces = Faces(SpareFonts([font]))

    def picture(number):
        return catalogue.picture(catalogue.works.get(number))

    catalogue.works.set_title(works[0], "葛飾")
    story, frames = None, []
    for some in (faces, OWN):
        films = StoryRoom(
            catalogue, Hands(picture, faces=some), Eyes(faces=some), stop, tmp_path / "films"
        )
        story = films.compose(works[:1], SILENT)
        frames.append(films.frame(story, 0.9).rgb)
        lacking = [note for note in story.notes if "No face here" in note]
        assert len(lacking) == (some is OWN)

    assert (frames[0] != frames[1]).any(), "the label stands on the wall"


def test_what_a_killed_process_left_of_a_film_goes_with_the_next_one(room, works, tmp_path):
    left, fresh, other = (tmp_path / f".{name}.part" for name in ("a" * 32, "b" * 32, "other"))
    for path in (left, fresh, other):
        path.write_bytes(b"half")
        if path != fresh:
            os.utime(path, (0, 0))
    room.render(room.new(works[:1], SILENT), tmp_path / "film.mp4")

    assert [path.exists() for path in (left, fresh, other)] == [False, True, True]


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (701, 3), (64, 65)])
def test_pictures_of_any_size_and_shape_are_filmed(room, catalogue, tmp_path, size):
    number = added(catalogue, np.full((size[1], size[0], 3), 200), f"{size}")
    made = room.new([number], SILENT)

    assert room.render(made, tmp_path / "f.mp4").film.frames == made.ticks // SMALL.ticks
