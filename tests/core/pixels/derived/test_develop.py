"""Developing: all the pixel work of a picture at once, in this process or another."""

from __future__ import annotations

import base64
import pickle
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context

import pytest

from gesso.core.errors import PictureError
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.derived.develop import develop_file, develop_picture, marked
from gesso.core.pixels.derived.fingerprint import fingerprint
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.derived.thumbhash import thumbhash
from gesso.core.pixels.derived.thumbnails import make_thumbnails
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.write import marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.recipes import Recipe


def test_a_developed_file_is_what_each_part_finds_alone(painted: Picture) -> None:
    data = encode(painted, "image/jpeg")
    seen = decode(data).picture

    developed = develop_file(data, name="a.jpg")

    assert (developed.data, developed.media_type) == (data, "image/jpeg")
    assert (developed.width, developed.height) == (160, 120)
    assert developed.fingerprint == fingerprint(data, seen)
    assert developed.thumbnails == make_thumbnails(seen)
    assert developed.thumbhash == base64.b64encode(thumbhash(seen)).decode()
    assert developed.swatches == swatches(seen)
    assert developed.found is None


def test_a_file_tells_how_it_was_made_while_it_is_developed(
    painted: Picture, recipe: Recipe
) -> None:
    developed = develop_file(encode(painted, marks=marks_for(recipe)))

    assert developed.found is not None
    assert developed.found.recipe == recipe


def test_a_file_beyond_the_limits_is_not_developed(painted: Picture) -> None:
    with pytest.raises(PictureError, match=r"'a\.png' claims 160 x 120"):
        develop_file(encode(painted), DecodeLimits(max_pixels=100), "a.png")


def test_a_painting_is_developed_in_another_process_as_it_would_be_here(painted: Picture) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as worker:
        elsewhere = worker.submit(develop_picture, painted).result()

    assert elsewhere == develop_picture(painted)
    assert decode(elsewhere.data).picture == painted


def test_marks_go_into_a_developed_painting_as_if_it_had_been_written_with_them(
    painted: Picture, recipe: Recipe
) -> None:
    marks = marks_for(recipe)
    bare = develop_picture(painted)

    told = marked(bare, marks)

    assert told.data == encode(painted, marks=marks)
    assert told.fingerprint.data == sha256(told.data).hexdigest()
    assert told.fingerprint.pixels == painted.pixels_sha256
    found = read_recipe(told.data)
    assert found is not None
    assert found.recipe == recipe
    assert marked(marked(told, marks_for(recipe, "none")), marks) == told
    assert told.thumbnails == bare.thumbnails


def test_only_a_png_takes_marks_in_place(painted: Picture, recipe: Recipe) -> None:
    developed = develop_file(encode(painted, "image/webp"))

    with pytest.raises(ValueError, match="PNG"):
        marked(developed, marks_for(recipe))


def test_what_was_developed_travels_with_the_picture(
    painted: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    developed = painted.once(develop_picture)
    arrived = pickle.loads(pickle.dumps(painted))

    monkeypatch.setattr(
        "gesso.core.pixels.derived.develop._developed",
        lambda *_: pytest.fail("it was developed a second time"),
    )
    assert arrived == painted
    assert arrived.once(develop_picture) == developed
