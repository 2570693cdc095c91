"""The big shapes of values, read from thumbhashes."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from gesso.core.pixels.derived.thumbhash import thumbhash
from gesso.core.pixels.picture import Picture
from gesso.search.columns.maps import likeness, map_of, value_maps


def halves(
    above: int, below: int, *, turned: bool = False, size: tuple[int, int] = (90, 120)
) -> Picture:
    rgb = np.full((*size, 3), above, np.uint8)
    if turned:
        rgb[:, size[1] // 2 :] = below
    else:
        rgb[size[0] // 2 :] = below
    return Picture(rgb)


def code(picture: Picture) -> str:
    return base64.b64encode(thumbhash(picture)).decode()


@pytest.mark.parametrize("size", [(90, 120), (120, 90), (100, 100), (60, 200)])
def test_light_above_and_dark_below_is_a_map_that_falls(size):
    found = map_of(halves(230, 40, size=size)).reshape(8, 8)

    assert found[:2].mean() > 75
    assert found[-2:].mean() < 30
    assert np.ptp(found, axis=1).max() < 12


def test_works_without_a_thumbhash_have_no_map():
    maps, is_there = value_maps(["", "not base64!", code(halves(250, 20)), "AAAA"])

    assert is_there.tolist() == [False, False, True, False]
    assert not maps[0].any()


def test_many_pictures_get_the_maps_that_each_gets_alone():
    pictures = [
        halves(a, b, size=size)
        for a, b in ((250, 20), (10, 200))
        for size in ((90, 120), (200, 50))
    ]

    maps, _ = value_maps([code(one) for one in pictures])

    for one, found in zip(pictures, maps, strict=True):
        assert np.allclose(map_of(one), found.astype(np.float32), atol=0.1)


def test_the_same_shapes_are_alike_in_any_colour_and_turned_ones_are_not():
    wanted = map_of(halves(230, 40))
    others = [halves(230, 40), halves(200, 70), halves(230, 40, turned=True), halves(40, 230)]
    maps, _ = value_maps([code(one) for one in others])

    same, softer, turned, upside_down = likeness(wanted, maps)

    assert same > 0.98
    assert same > softer > 0.7
    assert turned < 0.5
    assert upside_down < 0.4


def test_a_flat_picture_is_like_a_flat_one():
    maps, _ = value_maps([code(halves(128, 128)), code(halves(250, 10))])

    flat, split = likeness(map_of(halves(130, 130)), maps)

    assert flat > 0.95
    assert split < 0.5
