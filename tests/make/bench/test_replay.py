"""Painting again from the recipe in the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest

from gesso.core.errors import InputError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.write import marks_for, source_marks
from gesso.core.pixels.picture import Picture
from gesso.core.records.runs import Item
from gesso.make.bench.replay import recipe_in, replay
from gesso.make.painters.painter import Painting
from gesso.make.run.events import nobody
from gesso.make.run.parts import RunOptions
from gesso.make.run.run import MakeRun


@pytest.fixture
def kept(parts):
    items = [Item("r1", "p0", 0, settings={"text": "A bridge. Key: low (40)."})]
    run = parts.catalogue.runs.create("r1", "", {}, items)
    work = MakeRun(parts, RunOptions(rounds=2, width=96, height=64), run, nobody).go().kept[0]
    return Path(parts.catalogue.path_of(work)).read_bytes()


def test_a_kept_picture_replays_to_itself(kept, painter):
    found = replay(kept, "kept.png", recipe_in(kept, "kept.png"), painter)

    assert (found.verdict, found.largest_difference) == ("identical", 0)


class OtherPainter:
    """The same painter in a later version, one shade lighter, or larger, or broken."""

    name: ClassVar[str] = "slope"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def __init__(self, painter, change):
        self.painter, self.change = painter, change

    def paint(self, order, tell=None):
        painting = self.painter.paint(order)
        return Painting(
            self.change(painting.picture), replace(painting.maker, version="2"), "algorithmicMedia"
        )


def test_a_drifted_painter_is_found_out(kept, painter):
    lighter = OtherPainter(painter, lambda p: Picture(np.minimum(p.rgb + np.uint8(9), 255)))
    found = replay(kept, "kept.png", recipe_in(kept, "kept.png"), lighter)

    assert found.verdict == "drifted"
    assert found.largest_difference == 9
    assert "version 1, now 2" in found.line


def test_rounding_of_one_step_is_the_same_picture(kept, painter):
    rounded = OtherPainter(painter, lambda p: Picture(np.minimum(p.rgb + np.uint8(1), 255)))

    assert replay(kept, "k", recipe_in(kept, "k"), rounded).verdict == "identical"


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/webp", "image/avif"])
def test_a_copy_that_keeps_pixels_only_nearly_is_still_the_same_picture(kept, painter, media_type):
    recipe = recipe_in(kept, "kept.png")
    # A painter of noise: no lossy file holds that to a step.
    noise = np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    noisy = OtherPainter(painter, lambda _: Picture(noise))
    darker = OtherPainter(painter, lambda _: Picture(noise // 2))
    copy = encode(Picture(noise), media_type, marks_for(recipe))

    assert np.abs(decode(copy).picture.rgb.astype(int) - noise).max() > 1
    assert replay(copy, "copy", recipe_in(copy, "copy"), noisy).verdict == "identical"
    assert replay(copy, "copy", recipe_in(copy, "copy"), darker).verdict == "drifted"


def test_a_file_that_tells_its_source_type_alone_carries_no_recipe():
    picture = Picture(np.zeros((8, 8, 3), dtype=np.uint8))
    stripped = encode(picture, "image/png", source_marks("algorithmicMedia", "gesso"))

    with pytest.raises(InputError, match="carries no recipe"):
        recipe_in(stripped, "stripped.png")


def test_another_size_is_drift(kept, painter):
    cropped = OtherPainter(painter, lambda p: Picture(p.rgb[:-1]))
    found = replay(kept, "k", recipe_in(kept, "k"), cropped)

    assert found.verdict == "drifted"
    assert found.largest_difference is None


def test_a_picture_without_a_recipe_is_refused_in_one_sentence():
    bare = encode(Picture(np.zeros((8, 8, 3), dtype=np.uint8)))

    with pytest.raises(InputError, match="carries no recipe"):
        recipe_in(bare, "bare.png")


class PaidPainter(OtherPainter):
    """The same painter, at somebody's service who sends bills."""

    place: ClassVar[Literal["cpu", "outside"]] = "outside"


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg"])
def test_a_recipe_of_a_newer_gesso_is_told_as_one(kept, media_type):
    recipe = recipe_in(kept, "kept.png")
    marks = marks_for(replace(recipe, schema="gesso.recipe/99"))
    newer = encode(Picture(np.zeros((8, 8, 3), dtype=np.uint8)), media_type, marks)

    with pytest.raises(InputError, match=r"by a newer gesso: its recipe is gesso.recipe/99,"):
        recipe_in(newer, "new.png")
    found = read_recipe(newer)
    assert found is not None
    assert found.text.startswith("A bridge.")


def test_a_file_is_no_order_to_a_painter_who_costs_money(kept, painter):
    asked = len(painter.orders)
    found = replay(kept, "k", recipe_in(kept, "k"), PaidPainter(painter, lambda p: p))

    assert found.verdict == "gone"
    assert "was not asked" in found.line
    assert len(painter.orders) == asked
