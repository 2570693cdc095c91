"""Plates: what is drawn comes out of its PNG as it was, and small."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.core.pixels.picture import Picture
from gesso.study.drawing.lettering import places
from gesso.study.drawing.plates import Bytes, Kept, draw_all, drawn_later, enlarged, filled, png
from gesso.study.easel import Surface


def read(data: bytes) -> Bytes:
    shown = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    assert shown is not None
    if shown.ndim == 3:
        shown = cv2.cvtColor(shown, cv2.COLOR_BGR2RGB)
    return np.asarray(shown, dtype=np.uint8)


def fields() -> Bytes:
    plate = np.full((300, 400, 3), (30, 60, 120), dtype=np.uint8)
    plate[100:, 150:] = (200, 180, 90)
    return plate


def test_a_plate_comes_out_of_its_png_as_it_was(scene: Picture) -> None:
    one_pixel = np.full((1, 1), 7, dtype=np.uint8)
    one_column = np.arange(50, dtype=np.uint8)[:, np.newaxis]

    for plate in (scene.rgb, scene.rgb[..., 1], fields(), fields()[..., 0], one_pixel, one_column):
        assert np.array_equal(read(png(plate)), plate)
        assert png(plate) == png(plate)


def test_fields_of_colour_make_a_small_file() -> None:
    assert len(png(fields())) < 4000


def test_a_label_keeps_its_colour_and_its_place() -> None:
    labels = np.array([[0, 1], [2, 1]], dtype=np.uint8)
    tones = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype=np.uint8)

    assert filled(labels, tones).tolist() == tones[labels].tolist()
    assert filled(labels, tones[:, 0]).tolist() == [[1, 4], [7, 4]]


def test_the_label_that_covers_most_of_an_enlarged_pixel_wins() -> None:
    labels: NDArray[np.int32] = np.zeros((20, 20), dtype=np.int32)
    labels[:, 10:] = 3

    wide = enlarged(labels, (80, 80))

    assert wide.tolist() == np.repeat(np.repeat(labels, 4, axis=0), 4, axis=1).tolist()


def test_sheets_that_share_a_map_make_it_once_in_whatever_thread() -> None:
    made = []

    def make() -> Bytes:
        made.append(1)
        return fields()

    shared = Kept(make)
    sheets = [drawn_later(str(number), "", (400, 300), shared) for number in range(6)]
    draw_all(sheets)

    assert made == [1]
    assert len({sheet.data for sheet in sheets}) == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    tries = []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        return 5

    shared = Kept(make)
    with pytest.raises(ValueError, match="not yet"):
        shared()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: shared(), range(4))) == [5] * 4
    assert len(tries) == 2


def test_a_number_stands_at_the_place_deepest_inside_its_patch() -> None:
    index: NDArray[np.int32] = np.zeros((60, 90), dtype=np.int32)
    index[10:51, 40:81] = 1

    found = places(index, np.bincount(index.ravel()), 0.01)

    assert [patch for patch, _, _ in found] == [0, 1]
    _, x, y = found[1]
    assert (x, y) == pytest.approx(((60 + 0.5) / 90, (30 + 0.5) / 60))


def test_a_large_picture_is_shown_as_it_is() -> None:
    across, down = np.meshgrid(np.arange(4201), np.arange(2600))
    waves = 127 + 60 * np.sin(across / 60) + 60 * np.cos(down / 45)
    rgb = np.repeat(waves[..., np.newaxis], 3, axis=2).astype(np.uint8)

    shown = Surface(Picture(rgb), 360).photo((840, 520))

    by_area = cv2.resize(rgb, (840, 520), interpolation=cv2.INTER_AREA)
    assert np.abs(shown.astype(int) - by_area).max() <= 3
