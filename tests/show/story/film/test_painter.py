"""Frames: any of them by its number, whole, and the same each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gesso.core.errors import InputError
from gesso.core.pixels.colour import srgb_to_linear
from gesso.core.pixels.picture import Picture
from gesso.show.story.film.cards import Credit, Credits, Roll
from gesso.show.story.film.painter import FramePainter, Hands
from gesso.show.story.film.reveal import Masses
from gesso.show.story.records import TICKS, Change, Frame, Scene, Story
from gesso.show.story.timeline import laid_out, transition

DARK, LIGHT = np.full((90, 160, 3), 40, np.uint8), np.full((90, 160, 3), 220, np.uint8)
CREDITS = Credits((Credit("One", "Ada. CC0-1.0"),))


def picture(number: int) -> Picture:
    return Picture((DARK, LIGHT)[number % 2])


def masses(shown: Picture) -> Masses:
    return Masses(np.zeros((9, 16), np.int32), 1)


def story(into: Change, **told: object) -> Story:
    scenes = tuple(Scene(n, wish=2 * TICKS, into=transition(into), move="still") for n in (0, 1))
    made = Story("Two", scenes, frame=Frame(320, 180), opening=0, closing=0)
    return laid_out(replace(made, **told))  # type: ignore[arg-type]  # fields by name


def middle(painter: FramePainter, number: int) -> float:
    return float(painter.paint(number)[80:100, 150:170].mean())


def test_a_cut_falls_exactly_between_two_frames():
    painter = FramePainter(story("cut"), CREDITS, Hands(picture))
    assert painter.frames == 96
    assert [middle(painter, n) for n in (0, 47, 48, 95)] == [40, 40, 220, 220]


def test_a_dissolve_mixes_light_not_numbers():
    made = story("dissolve")
    half = made.scenes[1].into.ticks // 2 // made.frame.ticks
    painter = FramePainter(made, CREDITS, Hands(picture))
    found = middle(painter, 48 + half)
    ends = srgb_to_linear(np.array([[40, 220]], np.uint8))[0]
    mixed = srgb_to_linear(np.array([[round(found)]], np.uint8)).item()

    assert mixed == pytest.approx(float(ends.mean()), abs=0.06)
    assert found > 140  # the mean of the numbers is 130


def test_without_anybody_who_knows_masses_pictures_dissolve():
    painter = FramePainter(story("blocks"), CREDITS, Hands(picture))
    assert painter.paint(60).std(axis=(0, 1)).max() < 90


def test_frames_are_the_same_in_any_order():
    made = story("blocks", opening=TICKS, closing=3 * TICKS)
    painter = FramePainter(made, CREDITS, Hands(picture, masses))
    forward = [painter.paint(number).copy() for number in range(0, painter.frames, 7)]
    backward = [painter.paint(number) for number in reversed(range(0, painter.frames, 7))]

    assert all(np.array_equal(a, b) for a, b in zip(forward, backward[::-1], strict=True))


def test_the_film_begins_and_ends_on_the_bare_wall():
    made = story("dissolve", opening=TICKS, closing=3 * TICKS)
    painter = FramePainter(made, CREDITS, Hands(picture))
    first, last = painter.paint(0), painter.paint(painter.frames - 1)

    assert np.ptp(first) == 0
    assert np.ptp(last) < 12


def test_nothing_is_written_over_a_picture():
    made = story("dissolve", opening=3 * TICKS, closing=8 * TICKS)
    named, bare = (
        FramePainter(one, told, Hands(picture))
        for one, told in ((made, CREDITS), (replace(made, title=""), Credits(())))
    )
    fps = made.frame.fps
    comes, gone = 3 * fps, (3 + 4 + 1) * fps
    alike = [np.array_equal(named.paint(n), bare.paint(n)) for n in range(comes, gone + 1)]

    assert not np.array_equal(named.paint(fps), bare.paint(fps))
    assert all(alike)
    assert not np.array_equal(named.paint(gone + fps), bare.paint(gone + fps))


def test_in_betweens_without_a_painter_are_refused_in_a_sentence():
    painter = FramePainter(story("between"), CREDITS, Hands(picture))

    with pytest.raises(InputError, match="No painter here"):
        painter.paint(60)


def test_in_betweens_are_shown_between():
    made = story("between")
    asked = []

    def between(one: Picture, other: Picture, count: int) -> list[Picture]:
        asked.append(count)
        return [Picture(np.full((90, 160, 3), (0, 255, 0), np.uint8))] * count

    painter = FramePainter(made, CREDITS, Hands(picture, None, between))
    at = 48 + made.scenes[1].into.ticks // made.frame.ticks // 2
    red, green, blue = painter.paint(at)[90, 160]
    assert asked == [5]
    assert green > 200 > max(red, blue)


def test_credits_that_stand_still_stay_until_they_are_read():
    few, more = (
        Roll(
            Credits(tuple(Credit(f"Work {n}", "Somebody. CC0-1.0") for n in range(count))), Frame()
        )
        for count in (1, 7)
    )

    assert few.ticks < 6 * TICKS
    assert few.ticks + 6 * TICKS // 2 < more.ticks < few.ticks + 6 * TICKS
    assert np.array_equal(more.label(0, more.ticks).ink, more.label(more.ticks, more.ticks).ink)


def test_credits_of_two_hundred_works_roll_to_their_end_and_end():
    many = Credits(tuple(Credit(f"Work {n}", "Somebody. CC0-1.0") for n in range(200)))
    roll = Roll(many, Frame(320, 180))
    first, last = roll.label(0, roll.ticks), roll.label(roll.ticks, roll.ticks)

    assert roll.ticks < 90 * TICKS
    assert not np.array_equal(first.ink, last.ink)
    assert last.ink.shape[0] == 180
    assert last.ink[:120].any()
