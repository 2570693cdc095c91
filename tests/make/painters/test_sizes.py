from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.core.outside.models.models import ModelBook, Pixels
from gesso.make.painters.sizes import nearest_ratio, nearest_side, nearest_size, side_px

GPT = Pixels(step=16, least=655_360, most=8_294_400, longest=3840, ratio=3.0)


def test_a_size_that_is_allowed_stays_as_it_is() -> None:
    assert nearest_size(GPT, 1536, 864) == (1536, 864)
    assert nearest_size(Pixels(), 97, 61) == (97, 61)


def test_a_small_order_grows_in_its_own_shape() -> None:
    width, height = nearest_size(GPT, 96, 64)

    assert width * height >= GPT.least
    assert width / height == pytest.approx(1.5, rel=0.03)


def test_a_shape_beyond_the_models_is_brought_to_its_edge() -> None:
    width, height = nearest_size(GPT, 8192, 64)

    assert width / height == pytest.approx(3.0, rel=0.05)


def test_where_few_sizes_are_taken_the_nearest_shape_wins() -> None:
    few = Pixels(only=("1024x1024", "1536x1024", "1024x1536"))

    assert nearest_size(few, 640, 480) == (1536, 1024)
    assert nearest_size(few, 500, 480) == (1024, 1024)
    assert nearest_size(few, 64, 640) == (1024, 1536)


@given(st.integers(64, 8192), st.integers(64, 8192))
def test_every_order_gets_a_size_that_keeps_all_rules(width: int, height: int) -> None:
    wide, high = nearest_size(GPT, width, height)

    assert wide % 16 == high % 16 == 0
    assert GPT.least <= wide * high <= GPT.most
    assert max(wide, high) <= min(GPT.longest, 3 * min(wide, high))
    asked = min(max(width / height, 1 / 3), 3.0)
    assert abs(math.log(wide / high / asked)) < 0.06


@given(st.integers(64, 8192), st.integers(64, 8192))
def test_every_model_of_the_book_has_a_size_for_every_order(width: int, height: int) -> None:
    for model in ModelBook.open().list(kind="image"):
        if model.pixels is not None:
            nearest_size(model.pixels, width, height)


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [(64, 64, "1:1"), (1920, 1080, "16:9"), (1000, 1500, "2:3"), (8192, 64, "16:9")],
)
def test_the_nearest_ratio_is_taken(width: int, height: int, ratio: str) -> None:
    assert nearest_ratio(("1:1", "2:3", "3:2", "16:9"), width, height) == ratio


def test_the_smallest_side_that_reaches_the_order_is_taken() -> None:
    sizes = ("2K", "512", "1K", "4K")

    assert [nearest_side(sizes, side, side) for side in (64, 512, 513, 1024, 1500, 8192)] == [
        *("512", "512", "1K", "1K", "2K", "4K"),
    ]
    assert nearest_side((), 64, 64) == nearest_ratio((), 64, 64) == ""
    assert [side_px(size) for size in sizes] == [2048, 512, 1024, 4096]
