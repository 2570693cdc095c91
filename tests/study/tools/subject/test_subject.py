"""The subject: found where it stands apart, corrected where a person says so, else kept silent."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture
from gesso.study.easel import Easel
from gesso.study.records import Reading
from gesso.study.tools.subject.guidance import Guidance, box_of, stroke_of
from gesso.study.tools.subject.subject import Subject, SubjectOptions

from ...conftest import gray, set_up
from .scenes import GROUNDS, SHAPES, Mask, Scene, fitted, likeness, scene, strokes_over

TONES = ("light", "dark", "vivid", "near")


def mask_of(reading: Reading) -> Mask:
    sheet = next(sheet for sheet in reading.sheets if sheet.name == "subject-map")
    plate = cv2.imdecode(np.frombuffer(sheet.data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert plate is not None
    return np.asarray(plate, dtype=np.uint8).view(np.bool_)


def read(easel: Easel, **options: object) -> Reading:
    return Subject(SubjectOptions(**options), None).read(easel)  # type: ignore[arg-type]  # options of one test


def disc(inside: float, outside: float, *, x: int = 100) -> Picture:
    down, across = np.mgrid[:160, :200]
    return gray(np.where((across - x) ** 2 + (down - 80) ** 2 < 40**2, inside, outside))


@pytest.fixture(scope="module")
def composed() -> list[Scene]:
    """One picture for every ground, with the shapes and tones in turn."""
    return [
        scene(ground, shape, TONES[at % 4], 40 + at, stroked=at % 2 == 1)
        for at, (ground, shape) in enumerate(
            zip(GROUNDS, [*SHAPES, *list(SHAPES)[:3]], strict=True)
        )
    ]


def test_the_estimate_covers_the_subject_of_composed_pictures(composed: list[Scene]) -> None:
    found = []
    for one in composed:
        easel = set_up(one.picture)
        found.append(likeness(mask_of(read(easel)), fitted(one.mask, easel.lab.shape)))

    assert np.mean(found) >= 0.85
    assert np.median(found) >= 0.95


def test_strokes_raise_a_poor_estimate() -> None:
    one = scene("mist", "vase", "near", 47, stroked=True)
    easel = set_up(one.picture)
    wanted = fitted(one.mask, easel.lab.shape)
    guidance = Guidance()
    found = before = mask_of(read(easel))
    for _ in range(2):
        keep, drop = guidance.keep, guidance.drop
        missed, wrong = strokes_over(wanted & ~found), strokes_over(found & ~wanted)
        keep += (missed,) if missed else ()
        drop += (wrong,) if wrong else ()
        guidance = Guidance(keep=keep, drop=drop)
        found = mask_of(read(easel, keep=keep, drop=drop))

    assert likeness(before, wanted) < 0.5
    assert likeness(found, wanted) >= 0.9


def test_what_a_person_marks_is_obeyed() -> None:
    easel = set_up(disc(220, 90))
    keep, drop = ((0.1, 0.1), (0.1, 0.3)), ((0.5, 0.45), (0.5, 0.55))

    found = mask_of(read(easel, keep=(keep,), drop=(drop,)))

    height, width = found.shape
    assert found[round(0.2 * height), round(0.1 * width)]
    assert not found[round(0.5 * height), round(0.5 * width)]


def test_nothing_outside_a_box_is_the_subject() -> None:
    plane = np.full((160, 240), 90.0)
    plane[50:110, 30:90] = plane[50:110, 150:210] = 220
    found = mask_of(read(set_up(gray(plane)), box=(0.55, 0.2, 0.4, 0.6)))

    assert not found[:, :120].any()
    assert found[80, 180]


def test_the_same_picture_and_marks_give_the_same_mask_on_any_thread_count() -> None:
    one = scene("flow", "vase", "near", 5)
    options = {"keep": (((0.5, 0.4), (0.5, 0.6)),)}
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        first = read(set_up(one.picture), **options)
        cv2.setNumThreads(2)
        second = read(set_up(one.picture), **options)
    finally:
        cv2.setNumThreads(threads)

    assert first == second
    assert mask_of(first).tobytes() == mask_of(second).tobytes()
    assert [sheet.data for sheet in first.sheets] == [sheet.data for sheet in second.sheets]


def test_a_light_subject_on_a_dark_ground_is_told_with_its_distance() -> None:
    easel = set_up(disc(220, 60))
    reading = read(easel)

    inside, outside = easel.values[80, 100], easel.values[5, 5]
    assert reading.figures["value_apart"] == pytest.approx(inside - outside, abs=1)
    assert reading.figures["subject_share"] == pytest.approx(np.pi * 40**2 / 32000, rel=0.05)
    assert reading.figures["outline_hard"] == pytest.approx(1, abs=0.02)
    assert f"{inside - outside:.0f} L* lighter" in reading.note
    assert "estimate" in reading.note
    assert reading.figures["estimate"] is True


def test_a_soft_outline_is_told_as_soft() -> None:
    plane = cv2.GaussianBlur(disc(200, 60).rgb[..., 0].astype(np.float32), (0, 0), 14)

    hard = read(set_up(gray(np.asarray(plane)))).figures["outline_hard"]

    assert isinstance(hard, float)
    assert hard < 0.2


def test_a_hue_is_compared_only_where_there_is_one() -> None:
    rgb = np.full((160, 200, 3), (60, 110, 60), np.uint8)
    rgb[50:110, 70:130] = (200, 60, 50)

    assert "hue_apart" not in read(set_up(disc(220, 60))).figures
    apart = read(set_up(Picture(rgb))).figures["hue_apart"]
    assert isinstance(apart, float)
    assert 90 < apart <= 180


@pytest.mark.parametrize(
    "rgb",
    [
        np.full((120, 160, 3), 128, np.uint8),
        np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8),
    ],
    ids=["flat", "noise"],
)
def test_where_nothing_stands_apart_no_subject_is_claimed(rgb: np.ndarray) -> None:
    reading = read(set_up(Picture(rgb)))

    assert "Nothing stands apart" in reading.abstains
    assert not reading.sheets


def test_a_thread_has_no_subject() -> None:
    reading = read(set_up(Picture(np.full((1, 20000, 3), 90, np.uint8))))

    assert "too thin" in reading.abstains


def test_a_flat_picture_with_strokes_breaks_nothing() -> None:
    easel = set_up(gray(np.full((120, 160), 128.0)))
    reading = read(easel, keep=(((0.4, 0.5), (0.6, 0.5)),), drop=(((0.1, 0.1), (0.9, 0.1)),))

    assert reading.abstains or mask_of(reading)[60, 80]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"box": (0.5, 0.5, 0.9, 0.1)}, "A box of 0.5,0.5,0.9,0.1"),
        ({"box": (0.5, 0.5, 0.0, 0.1)}, "A box"),
        ({"keep": (((0.5, 1.5),),)}, "A stroke of 0.5,1.5"),
        ({"drop": ((),)}, "A stroke of no points"),
        ({"keep": (((float("nan"), 0.5),),)}, "A stroke"),
    ],
)
def test_marks_outside_the_picture_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        SubjectOptions(**options)  # type: ignore[arg-type]  # wrong on purpose


def test_marks_are_read_from_words() -> None:
    assert stroke_of("0.1,0.2 0.3,0.4") == ((0.1, 0.2), (0.3, 0.4))
    assert box_of("0.1,0.2,0.3,0.4") == (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize("text", ["", "1;2", "0.1,0.2,0.3", "a,b", "0.1,7"])
def test_words_that_are_no_stroke_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="stroke"):
        stroke_of(text)


@pytest.mark.parametrize("text", ["", "0.1,0.2", "a,b,c,d", "0.1,0.1,2,2"])
def test_words_that_are_no_box_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="box"):
        box_of(text)


def test_marks_stand_in_the_makers_settings() -> None:
    settings = read(set_up(disc(220, 60)), keep=(((0.5, 0.5), (0.5, 0.6)),)).maker.settings

    assert settings["keep"] == "0.5,0.5 0.5,0.6"
    assert settings["box"] is None
