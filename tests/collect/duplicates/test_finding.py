"""Which works are found to show one picture, and which are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from .conftest import paint, scanned


def others(catalogue):
    """Pictures of the same hand and of others: the crowd in which a duplicate is looked for."""
    return [paint(seed) for seed in range(40, 43)]


@pytest.fixture
def crowd(catalogue, bring):
    return [bring(rgb).id for rgb in others(catalogue)]


def cropped(rgb):
    height, width = rgb.shape[:2]
    return rgb[round(0.12 * height) :, : round(0.85 * width)]


def framed(rgb):
    grain = np.random.default_rng(5).integers(-12, 12, (rgb.shape[0] + 160, rgb.shape[1] + 160, 1))
    wood = np.clip(np.array([92, 58, 30]) + grain, 0, 255).astype(np.uint8)
    wood[80:-80, 80:-80] = rgb
    return wood


def recoloured(rgb):
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab).astype(np.float32)
    lab[..., 0] = 255 * (lab[..., 0] / 255) ** 0.8
    lab[..., 1:] = 128 + (lab[..., 1:] - 128) * [0.4, -0.5] + [0, 14]
    return cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_Lab2RGB)


def gray(rgb):
    return np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def turned_a_little(rgb):
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1.06)
    return cv2.warpAffine(rgb, turn, (width, height))


def smaller(rgb):
    return cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


SCANS = {
    "cropped": cropped,
    "framed": framed,
    "recoloured": recoloured,
    "gray": gray,
    "mirrored": lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
    "turned a little": turned_a_little,
    "smaller": smaller,
    "cropped and mirrored": lambda rgb: np.ascontiguousarray(cropped(rgb)[:, ::-1]),
}


@pytest.mark.parametrize("change", SCANS.values(), ids=SCANS.keys())
def test_another_scan_is_found(change, catalogue, bring, find, crowd):
    first = bring(paint(1)).id
    second = bring(scanned(change(paint(1)))).id
    find()

    (group,) = catalogue.duplicates.groups()

    assert {member.work for member in group.members} == {first, second}
    assert group.members[1].role in ("copy", "alternate")
    assert group.members[1].score > 0.7
    assert group.members[1].method == "points"


def test_a_detail_is_found_as_a_detail_however_large_its_file_is(catalogue, bring, find, crowd):
    whole = bring(scanned(paint(2))).id
    close = cv2.resize(paint(2)[90:330, 150:470], (1280, 960), interpolation=cv2.INTER_CUBIC)
    detail = bring(close).id
    find()

    (group,) = catalogue.duplicates.groups()

    assert group.kept == whole
    assert [(one.work, one.role) for one in group.members[1:]] == [(detail, "detail")]


def test_two_details_of_one_picture_are_in_one_group_with_the_whole(catalogue, bring, find, crowd):
    left = bring(np.ascontiguousarray(paint(2)[40:320, 10:330])).id
    right = bring(np.ascontiguousarray(paint(2)[160:470, 330:630])).id
    whole = bring(scanned(paint(2))).id
    find()

    (group,) = catalogue.duplicates.groups()

    assert group.kept == whole
    assert {(one.work, one.role) for one in group.members[1:]} == {
        (left, "detail"),
        (right, "detail"),
    }


def test_the_same_picture_saved_again_is_a_copy(catalogue, bring, find, crowd):
    bring(paint(3))
    bring(smaller(paint(3)))
    find()

    (group,) = catalogue.duplicates.groups()

    assert [one.role for one in group.members] == ["keep", "copy"]


def test_the_same_pixels_in_another_file_are_a_copy_that_nobody_had_to_look_at(
    catalogue, bring, find, crowd
):
    first, second = bring(paint(3)), bring(paint(3), title="again")
    find()

    (group,) = catalogue.duplicates.groups()

    assert [(one.work, one.role, one.score) for one in group.members] == [
        (first.id, "keep", 1.0),
        (second.id, "copy", 1.0),
    ]
    assert group.members[1].method in ("bytes", "pixels")


def test_many_files_of_the_same_pixels_are_one_group(catalogue, bring, find, crowd):
    works = [bring(paint(3, 320, 240), licence="CC0-1.0" if n == 5 else "").id for n in range(9)]
    find(block=2)

    (group,) = catalogue.duplicates.groups()

    assert group.kept == works[5]
    assert {one.work for one in group.members} == set(works)
    assert {one.role for one in group.members[1:]} == {"copy"}


def test_a_series_by_one_hand_is_not_merged(catalogue, bring, find):
    for seed in range(10):
        bring(paint(seed, motif=7))
    report = find()

    assert report.compared == 10
    assert catalogue.duplicates.groups() == []


def test_pictures_of_one_kind_with_the_same_frame_and_lettering_are_not_merged(
    catalogue, bring, find
):
    for number in range(6):
        card = framed(paint(number, 360, 480, motif=number))
        cv2.putText(card, "THE GRAND TAROT", (90, 60), cv2.FONT_HERSHEY_TRIPLEX, 1.1, (240,) * 3, 2)
        bring(card)
    find()

    assert catalogue.duplicates.groups() == []


def square(seed, cracks, ground, colour=(14, 12, 12)):
    rng = np.random.default_rng(seed)
    canvas = np.clip(np.array(ground) + rng.normal(0, 2, (500, 500, 3)), 0, 255).astype(np.uint8)
    low, high = (50, 440) if cracks else (66, 430)
    canvas[low:high, low:high] = colour
    for _ in range(150 if cracks else 0):
        start = rng.integers(low, high, 2)
        end = np.clip(start + rng.integers(-9, 9, 2), low, high)
        cv2.line(canvas, start.tolist(), end.tolist(), (44, 40, 34), 1)
    return canvas


def test_plain_shapes_without_points_are_laid_on_each_other(catalogue, bring, find, crowd):
    first = bring(square(1, False, (244, 238, 222))).id
    second = bring(square(2, True, (236, 236, 234))).id
    find()

    (group,) = catalogue.duplicates.groups()

    assert {one.work for one in group.members} == {first, second}
    assert group.members[1].method == "shapes"


def test_plain_shapes_are_left_alone_where_that_is_wished(catalogue, bring, find):
    bring(square(1, False, (244, 238, 222)))
    bring(square(2, True, (236, 236, 234)))
    find(shapes=False)

    assert catalogue.duplicates.groups() == []


def test_the_same_shapes_in_other_colours_are_another_picture(catalogue, bring, find):
    bring(square(1, False, (244, 238, 222)))
    bring(square(2, False, (244, 238, 222), (20, 30, 120)))
    bring(square(3, False, (250, 190, 40)))
    find()

    assert catalogue.duplicates.groups() == []


def test_flat_pictures_are_duplicates_of_nothing(catalogue, bring, find):
    for value in (0, 90, 91, 255):
        bring(np.full((300, 400, 3), value, np.uint8))
    bring(np.full((1, 1, 3), 7, np.uint8))
    bring(np.full((2, 900, 3), 7, np.uint8))
    report = find()

    assert report.troubles == ()
    assert catalogue.duplicates.groups() == []


def test_noise_is_a_duplicate_of_no_other_noise(catalogue, bring, find):
    for seed in range(6):
        bring(np.random.default_rng(seed).integers(0, 255, (300, 400, 3), dtype=np.uint8))
    find()

    assert catalogue.duplicates.groups() == []
