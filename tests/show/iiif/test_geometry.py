"""What addresses of the Image API ask for, case by case, on a picture of 1000 x 600."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.show.iiif.geometry import BadRequest, Bounds, NotOffered, read_request

WIDTH, HEIGHT = 1000, 600
SMALL = Bounds(max_area=90_000, max_side=1200)
"""Limits that the picture itself breaks."""

REGIONS = [
    ("full", "full/max"),
    ("0,0,1000,600", "full/max"),
    ("0,0,2000,2000", "full/max"),
    ("pct:0,0,100,100", "full/max"),
    ("square", "200,0,600,600/max"),
    ("10,20,30,40", "10,20,30,40/max"),
    ("999,599,1,1", "999,599,1,1/max"),
    ("999,599,50,50", "999,599,1,1/max"),
    ("0,0,1,600", "0,0,1,600/max"),
    ("900,500,200,200", "900,500,100,100/max"),
    ("pct:10,10,10,10", "100,60,100,60/max"),
    ("pct:33.3,0,33.3,100", "333,0,333,600/max"),
    ("pct:.5,0,50.,100", "5,0,500,600/max"),
    ("pct:95,95,50,50", "950,570,50,30/max"),
]
SIZES = [
    ("max", "full/max"),
    ("^max", "full/^max"),
    ("1000,", "full/max"),
    (",600", "full/max"),
    ("1000,600", "full/max"),
    ("pct:100", "full/max"),
    ("500,", "full/500,300"),
    (",100", "full/167,100"),
    ("pct:50", "full/500,300"),
    ("pct:0.1", "full/1,1"),
    ("1,1", "full/1,1"),
    ("1,", "full/1,1"),
    ("500,500", "full/500,500"),
    ("!500,500", "full/500,300"),
    ("!5000,5000", "full/max"),
    ("!1000,10", "full/17,10"),
    ("^!2000,5000", "full/^2000,1200"),
    ("^2000,", "full/^2000,1200"),
    ("^,1200", "full/^2000,1200"),
    ("^pct:200", "full/^2000,1200"),
    ("^500,", "full/500,300"),
    ("^2000,10", "full/^2000,10"),
]
SIZES_OF_A_BOUNDED_SERVER = [
    ("max", "full/max"),
    ("^max", "full/max"),
    ("!900,900", "full/max"),
    ("380,", "full/380,228"),
    ("387,", "full/max"),
    ("^!1200,1200", "full/max"),
]
ROTATIONS = [
    ("0", "0"),
    ("90", "90"),
    ("180.0", "180"),
    ("360", "0"),
    ("!0", "!0"),
    ("!270", "!270"),
]
REFUSED_REGIONS = [
    "0,0,0,10", "0,0,10,0", "1000,0,10,10", "0,600,1,1", "-1,0,10,10", "1.5,0,10,10", "a,b,c,d",
    "1,2,3", "1,2,3,4,5", "pct:1,2,3", "pct:100,0,10,10", "pct:0,0,0.01,0.01", "FULL", "", "pct:",
    "9999999999,0,1,1", "\u0661,0,10,10", " full", "pct:1e2,0,1,1", "pct:nan,0,1,1",
]  # fmt: skip
REFUSED_SIZES = [
    "0,", ",0", "0,0", "!0,10", "!10,", "1001,", ",601", "1001,600", "pct:101", "pct:0", "pct:",
    ",", "", "^", "!", "full", "10", "-5,", "5.5,", "pct:-1", "^20000,", "^pct:900", "maximum",
    "!max",
]  # fmt: skip


@pytest.mark.parametrize(("region", "canonical"), REGIONS)
def test_a_region_is_cut_at_the_edges(region: str, canonical: str) -> None:
    asked = read_request(WIDTH, HEIGHT, region, "max", "0", "default.jpg")

    assert asked.canonical == f"{canonical}/0/default.jpg"


@pytest.mark.parametrize(("size", "canonical"), SIZES)
def test_a_size_keeps_the_ratio_unless_both_sides_are_given(size: str, canonical: str) -> None:
    asked = read_request(WIDTH, HEIGHT, "full", size, "0", "default.jpg")

    assert asked.canonical == f"{canonical}/0/default.jpg"
    assert asked.width * asked.height <= Bounds().max_area


@pytest.mark.parametrize(("size", "canonical"), SIZES_OF_A_BOUNDED_SERVER)
def test_a_size_stays_within_the_limits_of_the_server(size: str, canonical: str) -> None:
    asked = read_request(WIDTH, HEIGHT, "full", size, "0", "default.jpg", SMALL)

    assert asked.canonical == f"{canonical}/0/default.jpg"
    assert asked.width * asked.height <= SMALL.max_area


@pytest.mark.parametrize(("rotation", "canonical"), ROTATIONS)
def test_a_rotation_is_a_quarter_mirrored_or_not(rotation: str, canonical: str) -> None:
    asked = read_request(WIDTH, HEIGHT, "full", "max", rotation, "gray.png")

    assert asked.canonical == f"full/max/{canonical}/gray.png"


@pytest.mark.parametrize("region", REFUSED_REGIONS)
def test_a_region_that_is_none_or_empty_is_refused(region: str) -> None:
    with pytest.raises(BadRequest):
        read_request(WIDTH, HEIGHT, region, "max", "0", "default.jpg")


@pytest.mark.parametrize("size", REFUSED_SIZES)
def test_a_size_that_is_none_or_empty_or_too_large_is_refused(size: str) -> None:
    with pytest.raises(BadRequest):
        read_request(WIDTH, HEIGHT, "full", size, "0", "default.jpg")


@pytest.mark.parametrize("size", ["400,", "1000,600", "pct:100", "^1201,1"])
def test_a_stated_size_over_the_limits_is_refused_not_made_smaller(size: str) -> None:
    with pytest.raises(BadRequest, match="larger than may be"):
        read_request(WIDTH, HEIGHT, "full", size, "0", "default.jpg", SMALL)


@pytest.mark.parametrize("rotation", ["361", "-90", "ninety", "", "!", "90,", "1e2", "!!0"])
def test_a_rotation_that_is_none_is_refused(rotation: str) -> None:
    with pytest.raises(BadRequest):
        read_request(WIDTH, HEIGHT, "full", "max", rotation, "default.jpg")


@pytest.mark.parametrize("rotation", ["22.5", "!45", "0.1", "359.999"])
def test_a_rotation_between_quarters_is_not_offered(rotation: str) -> None:
    with pytest.raises(NotOffered, match="quarters"):
        read_request(WIDTH, HEIGHT, "full", "max", rotation, "default.jpg")


@pytest.mark.parametrize("named", ["default", "default.", ".jpg", "grey.jpg", "default.exe", ""])
def test_a_name_that_is_no_quality_and_format_is_refused(named: str) -> None:
    with pytest.raises(BadRequest):
        read_request(WIDTH, HEIGHT, "full", "max", "0", named)


@pytest.mark.parametrize("named", ["default.tif", "color.jp2", "gray.gif", "default.pdf"])
def test_a_format_that_is_not_written_is_not_offered(named: str) -> None:
    with pytest.raises(NotOffered, match="jpg, png, webp"):
        read_request(WIDTH, HEIGHT, "full", "max", "0", named)


def test_the_tiles_of_a_thin_rest_keep_a_pixel() -> None:
    asked = read_request(1000, 3, "0,0,1000,3", "100,", "0", "default.jpg")

    assert (asked.width, asked.height) == (100, 1)


def test_a_picture_of_one_pixel_has_a_largest_size() -> None:
    asked = read_request(
        1, 1, "full", "^max", "0", "default.jpg", Bounds(max_area=100, max_side=50)
    )

    assert (asked.width, asked.height) == (10, 10)


def test_every_canonical_form_means_the_same_again() -> None:
    for region, _ in REGIONS:
        for size in ("max", "^max", "pct:50", "^!1500,1500"):
            asked = read_request(WIDTH, HEIGHT, region, size, "!90", "bitonal.webp")
            part, wide, turn, named = asked.canonical.split("/")
            again = read_request(WIDTH, HEIGHT, part, wide, turn, named)
            assert again.canonical == asked.canonical


_LETTERS = "0123456789,.:!^pctmaxfulsqre-+ e\u0661/"


@given(
    st.text(_LETTERS, max_size=24),
    st.text(_LETTERS, max_size=16),
    st.text(_LETTERS, max_size=8),
    st.sampled_from(["default.jpg", "gray.png", "bitonal.webp", "default.tif", "x", "."]),
    st.integers(1, 200_000),
    st.integers(1, 200_000),
)
def test_whatever_is_written_is_refused_or_understood_within_the_limits(
    region: str, size: str, rotation: str, named: str, width: int, height: int
) -> None:
    for part, wide in ((region, size), ("full", size), (region, "max"), ("square", "^" + size)):
        for turn in (rotation, "0"):
            try:
                asked = read_request(width, height, part, wide, turn, named)
            except (BadRequest, NotOffered):
                continue
            assert 1 <= asked.width <= Bounds().max_side
            assert 1 <= asked.height <= Bounds().max_side
            assert asked.width * asked.height <= Bounds().max_area
            assert 0 <= asked.region.x < asked.region.x + asked.region.width <= width
            assert 0 <= asked.region.y < asked.region.y + asked.region.height <= height
