"""One sheet of an exhibition."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.make.hanging.sheet import Framed, SheetOptions, hang_sheet

LOOK = SheetOptions(width=600, row_height=150, gap=10, margin=20)


def filled(red, green, blue, width=100, height=100):
    rgb = np.full((height, width, 3), (red, green, blue), dtype=np.uint8)
    return Framed(Picture(rgb), "A title", "a line")


def share_of(sheet, colour):
    return float((np.abs(sheet.rgb.astype(int) - colour).max(axis=2) < 8).mean())


def test_every_picture_hangs_whole_and_in_its_own_proportion():
    sheet = hang_sheet([filled(255, 0, 0, 200, 100), filled(0, 0, 255, 100, 200)], LOOK)
    red = np.argwhere((sheet.rgb == (255, 0, 0)).all(axis=2))
    blue = np.argwhere((sheet.rgb == (0, 0, 255)).all(axis=2))

    for places, aspect in ((red, 2.0), (blue, 0.5)):
        tall, wide = np.ptp(places, axis=0) + 1
        assert wide / tall == pytest.approx(aspect, rel=0.06)
        assert len(places) == pytest.approx(wide * tall, rel=0.02)


def test_the_wall_is_untinted_and_seen_between_pictures():
    sheet = hang_sheet([filled(10, 90, 10)] * 3, LOOK)

    assert tuple(sheet.rgb[0, 0]) == (244, 244, 244)
    assert 0.1 < share_of(sheet, (244, 244, 244)) < 0.9


def test_many_pictures_make_several_rows():
    few, many = hang_sheet([filled(0, 0, 0)] * 3, LOOK), hang_sheet([filled(0, 0, 0)] * 12, LOOK)

    assert few.width == many.width == 600
    assert many.height > 2 * few.height


def test_a_long_title_is_cut_to_its_picture():
    hang_sheet([Framed(filled(9, 9, 9).picture, "word " * 200, "line " * 200)], LOOK)


def test_a_sheet_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        hang_sheet([], LOOK)
