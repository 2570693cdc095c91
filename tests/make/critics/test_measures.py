"""What is measured in a picture whose right answer is plain to see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gesso.core.pixels.picture import Picture
from gesso.make.aims import SCALES
from gesso.make.critics.measures import measure


def picture_of(rgb):
    return Picture(np.asarray(rgb, dtype=np.uint8))


def flat(red, green, blue, shape=(64, 96)):
    return picture_of(np.full((*shape, 3), (red, green, blue)))


def test_mid_grey_is_in_the_middle_of_the_values_with_no_contrast_and_no_colour():
    found = measure(flat(119, 119, 119))

    assert found["key"] == pytest.approx(50, abs=0.5)
    assert found["contrast"] == pytest.approx(0, abs=0.1)
    assert found["chroma"] == pytest.approx(0, abs=1e-3)
    assert not {"hue_dark", "hue_mid", "hue_light"} & set(found)


def test_black_and_white_halves_have_the_whole_contrast():
    rgb = np.zeros((64, 64, 3))
    rgb[:, 32:] = 255
    found = measure(picture_of(rgb))

    assert found["contrast"] == pytest.approx(100, abs=0.5)
    assert found["light_x"] > 0.7
    assert found["symmetry"] == 0.0


def test_a_mirrored_picture_is_symmetric():
    ramp = np.abs(np.linspace(-255, 255, 128))
    rgb = np.repeat(np.repeat(ramp[None, :, None], 128, axis=0), 3, axis=2)

    assert measure(picture_of(rgb))["symmetry"] == pytest.approx(1.0, abs=0.01)


def test_hues_are_those_of_the_value_zones():
    rgb = np.zeros((90, 90, 3))
    rgb[:30] = (20, 20, 90)
    rgb[30:60] = (120, 110, 40)
    rgb[60:] = (255, 180, 90)
    found = measure(picture_of(rgb))

    assert abs(SCALES["hue_dark"].miss(found["hue_dark"], 270)) < 20
    assert abs(SCALES["hue_light"].miss(found["hue_light"], 70)) < 20


def test_the_light_is_found_where_it_shines():
    y, x = np.mgrid[0:200, 0:300]
    glow = 255 * np.exp(-(((x - 75) / 40) ** 2 + ((y - 150) / 40) ** 2))
    found = measure(picture_of(np.repeat(glow[..., None], 3, axis=2)))

    assert found["light_x"] == pytest.approx(0.25, abs=0.03)
    assert found["light_y"] == pytest.approx(0.75, abs=0.03)


def test_more_lines_are_more_detail():
    quiet, busy = np.zeros((256, 256, 3)), np.zeros((256, 256, 3))
    quiet[:, ::64], busy[:, ::12] = 255, 255

    assert measure(picture_of(busy))["density"] > measure(picture_of(quiet))["density"] + 0.1


def test_haze_over_a_picture_reads_as_mist():
    rng = np.random.default_rng(3)
    clear = rng.integers(0, 256, (32, 32, 3)).repeat(8, axis=0).repeat(8, axis=1)
    hazy = clear * 0.3 + 170

    assert measure(picture_of(hazy))["mist"] > measure(picture_of(clear))["mist"] + 0.3


def test_figures_hardly_depend_on_the_size_painted():
    rng = np.random.default_rng(7)
    small = rng.integers(0, 256, (24, 36, 3)).repeat(16, axis=0).repeat(16, axis=1)
    large = small.repeat(2, axis=0).repeat(2, axis=1)
    first, second = measure(picture_of(small)), measure(picture_of(large))

    for name, value in first.items():
        assert SCALES[name].error(second[name], value) < 0.05


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)),
    )
)
def test_every_figure_of_any_picture_is_finite_and_on_its_scale(rgb):
    for name, value in measure(picture_of(rgb)).items():
        assert SCALES[name].low - 1e-6 <= value <= max(SCALES[name].high, 1.0) + 1e-6
