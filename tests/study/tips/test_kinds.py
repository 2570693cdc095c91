"""What is no picture to advise on is told as what it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.study.easel import Easel
from gesso.study.lesson import LessonOptions
from gesso.study.measures.measures import measure
from gesso.study.records import Reading
from gesso.study.tips.kinds import no_picture
from gesso.study.tips.tips import advise
from gesso.study.tools.shapes.hints import Hints, HintsOptions

from ..conftest import gray, set_up


def page(height: int, width: int, size: float, step: int, ink: int = 20) -> np.ndarray:
    plane = np.full((height, width), 245, np.uint8)
    for line in range((height - 40) // step):
        words = "The values lie close together, so the whole reads as one."[line % 9 :]
        place = (20, 40 + step * line)
        cv2.putText(plane, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1)
    return plane.astype(float)


@pytest.mark.parametrize("size", [(400, 500), (600, 800), (1200, 1600)])
@pytest.mark.parametrize("colours", [1, 3])
def test_large_noise_is_noise_although_little_is_left_of_it_as_it_is_read(
    size: tuple[int, int], colours: int
) -> None:
    rng = np.random.default_rng(2)
    steps = rng.integers(0, 256, (*size, colours), dtype=np.uint8)
    easel = set_up(Picture(np.ascontiguousarray(np.broadcast_to(steps, (*size, 3)))))

    advice = advise(easel, easel.once(measure), LessonOptions().intent)

    assert advice.silence.startswith("This reads as noise")
    assert hints(easel).abstains == advice.silence


def hints(easel: Easel) -> Reading:
    return Hints(HintsOptions(), None).read(easel)


def test_a_blank_paper_with_grain_is_empty_and_not_noise() -> None:
    rng = np.random.default_rng(3)
    easel = set_up(gray(rng.normal(200, 3, (600, 800))))

    advice = advise(easel, easel.once(measure), LessonOptions().intent)

    assert advice.silence.startswith("There is hardly anything")


def test_a_picture_in_dots_is_a_picture() -> None:
    rng = np.random.default_rng(5)
    wave = 128 + 90 * np.sin(np.linspace(0, 9, 1600))[np.newaxis] * np.ones((1200, 1))
    dots = np.where(wave > rng.integers(0, 256, wave.shape), 255.0, 0.0)

    assert no_picture(set_up(gray(dots))) == ""


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("most", [2, 256])
def test_noise_is_told_as_noise(colours: int, most: int) -> None:
    rng = np.random.default_rng(1)
    steps = rng.integers(0, most, (240, 320, colours)) * (255 // (most - 1))

    assert no_picture(set_up(gray(steps[..., 0].astype(float)))).startswith("This reads as noise")


@pytest.mark.parametrize(
    ("height", "width", "size", "step"), [(700, 500, 0.5, 26), (2000, 1500, 1.1, 50)]
)
@pytest.mark.parametrize("sideways", [False, True])
def test_a_page_of_text_is_told_as_text(
    height: int, width: int, size: float, step: int, sideways: bool
) -> None:
    plane = page(height, width, size, step)
    easel = set_up(gray(plane.T if sideways else plane))

    advice = advise(easel, easel.once(measure), LessonOptions().intent)

    assert advice.tips == ()
    assert advice.silence.startswith("This reads as a page of text")
    assert hints(easel).abstains == advice.silence
    assert hints(easel).note == ""


def test_a_line_drawing_is_a_picture() -> None:
    rng = np.random.default_rng(4)
    plane = np.full((400, 600), 245, np.uint8)
    for _ in range(60):
        x, y, far, down = rng.integers(0, 400, 4).tolist()
        cv2.line(plane, (x, y), (far + 200, down), 40, 1)

    assert no_picture(set_up(gray(plane.astype(float)))) == ""


def test_a_hatched_field_is_no_text() -> None:
    plane = np.full((300, 400), 240.0)
    plane[::12] = 60

    assert no_picture(set_up(gray(plane))) == ""
