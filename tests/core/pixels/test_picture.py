"""A picture: locked pixels, compared by what they show."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.core.pixels.picture import Picture


def test_a_picture_keeps_its_pixels_when_the_array_it_came_from_changes() -> None:
    array = np.zeros((2, 3, 3), dtype=np.uint8)
    picture = Picture(array)

    array[:] = 255

    assert int(picture.rgb.max()) == 0
    assert (picture.width, picture.height) == (3, 2)


def test_nobody_can_write_into_a_picture() -> None:
    picture = Picture(np.zeros((2, 2, 3), dtype=np.uint8))

    with pytest.raises(ValueError, match="read-only"):
        picture.rgb[0, 0, 0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        picture.rgb.setflags(write=True)


def test_pictures_of_the_same_pixels_are_equal_and_hash_alike() -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)

    assert Picture(array) == Picture(array.copy())
    assert hash(Picture(array)) == hash(Picture(array.copy()))
    assert Picture(array) != Picture(array[::-1])
    assert Picture(array) != "a picture"


def test_the_pixel_hash_knows_the_shape() -> None:
    array = np.zeros((2, 6, 3), dtype=np.uint8)

    assert Picture(array).pixels_sha256 != Picture(array.reshape(6, 2, 3)).pixels_sha256
    assert len(Picture(array).pixels_sha256) == 64


def test_a_picture_survives_pickling_and_stays_locked() -> None:
    picture = Picture(np.arange(24, dtype=np.uint8).reshape(2, 4, 3))

    again = pickle.loads(pickle.dumps(picture))

    assert again == picture
    with pytest.raises(ValueError, match="read-only"):
        again.rgb[0, 0, 0] = 9


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 2), dtype=np.uint8),
        np.zeros((2, 2, 4), dtype=np.uint8),
        np.zeros((0, 2, 3), dtype=np.uint8),
        np.zeros((2, 2, 3), dtype=np.float32),
    ],
)
def test_what_is_no_rgb_array_is_refused(array: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="picture"):
        Picture(array)


def test_gray_and_float_arrays_become_pictures() -> None:
    gray = Picture.from_array(np.array([[0.0, 0.5, 1.0]]))

    assert gray.rgb.tolist() == [[[0] * 3, [128] * 3, [255] * 3]]
    assert Picture.from_array(np.array([[[1, 2, 3]]])).rgb.tolist() == [[[1, 2, 3]]]


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan"), float("inf")])
def test_float_values_outside_the_range_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Picture.from_array(np.full((2, 2), value))


def _brightest(picture: Picture) -> list[int]:
    return [int(picture.rgb.max())]


def test_what_was_found_once_is_not_worked_out_again_not_even_elsewhere() -> None:
    picture = Picture(np.full((2, 2, 3), 9, dtype=np.uint8))

    found = picture.once(_brightest)
    arrived = pickle.loads(pickle.dumps(picture))

    assert found == [9]
    assert picture.once(_brightest) is found
    assert arrived.once(_brightest) == [9]
    assert arrived._known.keys() == picture._known.keys()
    assert arrived.pixels_sha256 == picture.pixels_sha256


def test_what_nobody_will_ask_again_is_let_go_of() -> None:
    picture = Picture(np.full((2, 2, 3), 9, dtype=np.uint8))
    first = picture.once(_brightest)

    picture.forget(_brightest)
    picture.forget(_brightest)

    assert picture.once(_brightest) == first
    assert picture.once(_brightest) is not first


def _six_nines() -> NDArray[np.uint8]:
    return np.full((1, 2, 3), 9, dtype=np.uint8)


def _nothing_there() -> NDArray[np.uint8]:
    raise AssertionError("nobody looked at the pixels")


def test_a_packed_picture_is_the_same_picture() -> None:
    picture = Picture(_six_nines())
    found = picture.once(_brightest)

    arrived = pickle.loads(pickle.dumps(picture.packed(_six_nines)))

    assert arrived == picture
    assert not arrived.rgb.flags.writeable
    assert arrived.once(_brightest) == found


def test_what_is_known_of_a_packed_picture_is_known_without_its_pixels() -> None:
    picture = Picture(_six_nines())
    digest, found = picture.pixels_sha256, picture.once(_brightest)

    arrived = pickle.loads(pickle.dumps(picture.packed(_nothing_there)))

    assert (arrived.width, arrived.height) == (2, 1)
    assert arrived.pixels_sha256 == digest
    assert arrived.once(_brightest) == found
    with pytest.raises(AssertionError, match="nobody looked"):
        _ = arrived.rgb
