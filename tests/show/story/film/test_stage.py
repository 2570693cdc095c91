"""A picture on its wall is whole at any moment, moves without a jump, and is never tinted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import features

from gesso.core.pixels.picture import Picture
from gesso.core.pixels.type.faces import OWN, Line
from gesso.show.story.film.stage import Stage
from gesso.show.story.film.wall import hang, inked, lettered, wall_of
from gesso.show.story.records import Frame, Point, Scene

FRAME = Frame(320, 180)
LABELLED = Scene(1, title="A title of some length", line="Somebody, 1900", text="Quieter.")


def shown(stage: Stage, progress: float) -> np.ndarray:
    plate = np.full((FRAME.height, FRAME.width, 3), wall_of(FRAME), np.uint8)
    stage.paint(plate, progress)
    return plate


@pytest.mark.parametrize("size", [(400, 300), (90, 700), (1000, 31), (1, 1), (3, 5), (641, 479)])
@pytest.mark.parametrize("scene", [Scene(1), LABELLED])
def test_every_picture_hangs_whole_and_in_its_own_shape(size, scene):
    box = hang(size, scene, FRAME).box

    assert box.x >= 0
    assert box.y >= 0
    assert box.x + box.width <= FRAME.width
    assert box.y + box.height <= FRAME.height
    if min(box.width, box.height) > 2:
        assert box.width / box.height == pytest.approx(size[0] / size[1], rel=0.02)


@pytest.mark.parametrize("size", [(400, 300), (90, 700), (1000, 300)])
def test_a_label_never_lies_on_the_picture_nor_off_the_wall(size):
    hanging = hang(size, LABELLED, FRAME)
    label, box = hanging.label, hanging.box
    assert label is not None
    height, width = label.ink.shape

    assert label.x >= 0
    assert label.y >= 0
    assert label.x + width <= FRAME.width
    assert label.y + height <= FRAME.height
    assert label.x >= box.x + box.width or label.y >= box.y + box.height


@pytest.mark.skipif(not features.check("raqm"), reason="without Raqm all lines run from the left")
def test_a_line_begins_where_its_letters_do():
    def columns(text: str) -> np.ndarray:
        plate = lettered([(Line(text, "text", 20), 255, 30.0)], (200, 40), OWN)
        return np.flatnonzero(plate.any(axis=0))

    assert columns("ab").max() < 100
    assert columns("\u05d0 ab").min() > 100


@pytest.mark.parametrize("frame", [Frame(64, 64), Frame(128, 72), Frame(72, 640)])
def test_long_words_on_a_small_wall_break_nothing(frame):
    scene = Scene(1, title="Long " * 60, line="words " * 60, text="Donaudampfschiff" * 20)
    stage = Stage(Picture(np.full((50, 70, 3), 200, np.uint8)), scene, frame)
    plate = np.full((frame.height, frame.width, 3), wall_of(frame), np.uint8)
    stage.paint(plate, 1.0)
    if stage.hanging.label is not None:
        inked(plate, stage.hanging.label, 1.0, 255)

    assert (plate[..., 0] > 190).sum() > 200


def test_a_small_picture_hangs_small():
    box = hang((8, 8), Scene(1), Frame(960, 540)).box

    assert box.width <= 8 * 4


@pytest.mark.parametrize("move", ["towards", "away", "still"])
def test_all_four_corners_are_seen_at_any_moment(move):
    rgb = np.full((120, 200, 3), 128, np.uint8)
    for rows in (slice(0, 24), slice(-24, None)):
        for columns in (slice(0, 24), slice(-24, None)):
            rgb[rows, columns] = 255
    stage = Stage(Picture(rgb), Scene(1, move=move, focal=Point(0.1, 0.9)), FRAME)

    for progress in (0.0, 0.3, 1.0):
        bright = shown(stage, progress)[..., 0] > 240
        parts = (bright[:90, :160], bright[:90, 160:], bright[90:, :160], bright[90:, 160:])
        assert all(part.sum() > 100 for part in parts)


def test_the_focal_point_stays_where_it_is():
    rgb = np.zeros((300, 500, 3), np.uint8)
    rgb[80:90, 400:410] = 255
    stage = Stage(Picture(rgb), Scene(1, focal=Point(405 / 500, 85 / 300)), FRAME)

    places = []
    for progress in (0.0, 0.5, 1.0):
        light = shown(stage, progress)[..., 0].astype(float)
        light[light < 60] = 0
        rows, columns = np.indices(light.shape)
        places.append([(light * rows).sum() / light.sum(), (light * columns).sum() / light.sum()])
    assert np.ptp(places, axis=0).max() < 0.25


def test_a_move_is_smooth_from_frame_to_frame():
    ramp = np.tile(np.linspace(0, 255, 400).astype(np.uint8)[None, :, None], (300, 1, 3))
    stage = Stage(Picture(np.ascontiguousarray(ramp)), Scene(1, focal=Point(0, 0.5)), FRAME)

    frames = [shown(stage, step / 120)[90, 200, 0].astype(float) for step in range(121)]
    steps = np.diff(frames)
    assert np.abs(steps).max() <= 1
    assert frames[0] != frames[-1]


def test_a_gray_picture_on_a_gray_wall_stays_without_colour():
    gray = np.random.default_rng(0).integers(0, 255, (90, 120, 1), dtype=np.uint8).repeat(3, 2)
    plate = shown(Stage(Picture(gray), LABELLED, FRAME), 0.4)

    assert np.ptp(plate.astype(int), axis=2).max() == 0
