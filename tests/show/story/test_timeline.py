"""The timeline: whole frames, whole samples, holds that end on beats."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesso.core.errors import InputError
from gesso.core.records.codec import from_json, to_json
from gesso.show.story.records import (
    RATES,
    TICKS,
    Cue,
    Frame,
    Point,
    Scene,
    Soundtrack,
    Story,
    Transition,
)
from gesso.show.story.timeline import laid_out, ticks_of, timeline_of, transition


def story(count: int = 4, hold: int = 5 * TICKS, **told: object) -> Story:
    scenes = tuple(Scene(number, wish=hold, into=transition("blocks")) for number in range(count))
    return replace(Story("Four", scenes), **told)  # type: ignore[arg-type]  # fields by name


def test_a_story_goes_into_json_and_back():
    made = story(
        soundtrack=Soundtrack("tracks", (3,), (Cue(3, 0, 480, speed=1.02),), (0, 24_000)),
        notes=("One.",),
        scenes=(Scene(7, focal=Point(0.2, 0.9), into=Transition("cut", 0), title="Größe"),),
    )

    assert from_json(Story, to_json(made)) == made


@pytest.mark.parametrize("fps", RATES)
def test_every_scene_is_whole_frames_and_the_frames_are_whole_samples(fps):
    made = laid_out(story(7, 3 * TICKS + 777, frame=Frame(fps=fps)))
    frame = made.frame.ticks

    assert TICKS % fps == 0
    assert all(scene.hold % frame == 0 and scene.into.ticks % frame == 0 for scene in made.scenes)
    line = timeline_of(made)
    assert line.frames * frame == line.ticks == made.ticks
    assert [shot.end for shot in line.shots[:-1]] == [shot.start for shot in line.shots[1:]]


def test_holds_end_on_the_nearest_beat_to_within_half_a_frame():
    beats = tuple(range(0, 60 * TICKS, 31_307))
    made = laid_out(story(soundtrack=Soundtrack(beats=beats)))

    for shot in timeline_of(made).shots:
        nearest = min(abs(beat - shot.start) for beat in beats)
        assert nearest <= made.frame.ticks / 2


def test_what_one_beat_takes_the_next_gives_back():
    beats = tuple(range(0, 400 * TICKS, round(1.3 * TICKS)))
    made = laid_out(story(40, soundtrack=Soundtrack(beats=beats)))

    assert made.ticks - made.opening - made.closing == pytest.approx(200 * TICKS, abs=TICKS)


def test_no_picture_waits_for_a_beat_that_is_far_away():
    made = laid_out(story(soundtrack=Soundtrack(beats=(0, 100 * TICKS))))

    assert [scene.hold for scene in made.scenes] == [5 * TICKS] * 4


def test_a_transition_takes_half_of_the_shorter_neighbour_at_most():
    made = laid_out(story(3, TICKS))

    assert all(scene.into.ticks <= TICKS // 2 for scene in made.scenes)


def test_without_a_title_the_first_picture_is_there_at_once():
    made = laid_out(story(opening=0))

    assert made.scenes[0].into.ticks == 0
    assert timeline_of(made).shots[0].start == 0


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"scenes": ()}, "one work at least"),
        ({"frame": Frame(fps=23)}, "no 23 frames"),
        ({"frame": Frame(961, 541)}, "Make both even: 960x540"),
        ({"frame": Frame(60, 60)}, "60x60"),
        ({"scenes": (Scene(1, wish=10),)}, "cannot be shown for"),
    ],
)
def test_what_cannot_be_a_film_is_refused_in_a_sentence(told, said):
    with pytest.raises(InputError, match=said):
        laid_out(story(**told))


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf"), 1e308])
def test_what_is_no_span_is_refused(seconds):
    with pytest.raises(InputError, match="Nothing in a film takes"):
        ticks_of(seconds)
    with pytest.raises(InputError):
        transition("dissolve", seconds)
