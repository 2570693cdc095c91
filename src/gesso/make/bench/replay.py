"""Painting a picture again from the recipe in its file: identical, drifted, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gesso.core.errors import GessoError, InputError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.core.records.recipes import RECIPE_SCHEMA, Recipe
from gesso.make.painters.painter import Order, Painter

Verdict = Literal["identical", "drifted", "gone"]

SAME_WITHIN = 1
"""Machines differ by at most one step of 255 in rounding (AVX-512 on and off), so that is same."""


@dataclass(frozen=True)
class Replay:
    """What came of painting a picture again.

    Attributes:
        verdict: "identical" within one step of 255; "drifted": it paints, but otherwise;
            "gone": it cannot be painted again.
        line: one sentence for a person.
        largest_difference: 0 to 255 over all pixels and channels, None where none was painted.
        recipe: as read from the file, None where there is none of ours.
    """

    verdict: Verdict
    line: str
    largest_difference: int | None
    recipe: Recipe | None


def recipe_in(data: bytes, name: str) -> Recipe:
    """Our recipe inside a picture's file.

    Raises:
        InputError: there is none, or another program's.
    """
    found = read_recipe(data)
    if found is None:
        raise InputError(
            f"'{name}' carries no recipe.",
            "Only pictures that gesso made can be painted again; metadata may have been stripped.",
        )
    if found.container.startswith("gesso.recipe/"):
        raise InputError(
            f"'{name}' was made by a newer gesso: its recipe is {found.container}, "
            f"and this gesso knows {RECIPE_SCHEMA}.",
            "Install the newer one: pip install --upgrade gesso",
        )
    if found.recipe is None:
        raise InputError(
            f"'{name}' carries a recipe of {found.container}, which gesso can read but not repeat.",
            'Its prompt is: gesso paint "' + found.text[:80].replace('"', "'") + '"',
        )
    return found.recipe


def replay(
    data: bytes, name: str, recipe: Recipe, painter: Painter, reference: Picture | None = None
) -> Replay:
    """Paint `recipe` again with `painter` and hold it against the picture in `data`.

    Args:
        data: the file's bytes.
        name: what errors call the file.
        recipe: from the file.
        painter: the one that the recipe names.
        reference: the picture that it went on from, where it did and the picture is here.
    """
    if painter.name != recipe.painter.name:
        raise ValueError("a replay needs the painter that the recipe names")
    if painter.place == "outside":
        line = (
            f"{painter.name} paints outside and may cost money, and a file is no order: "
            "it was not asked."
        )
        return Replay("gone", line, None, recipe)
    if recipe.painter.settings.get("reference") and reference is None:
        line = "It went on from an earlier picture, and that one is not in this studio."
        return Replay("gone", line, None, recipe)
    original = decode(data, name=name).picture
    width, height = _painted_size(recipe)
    if (width, height) != (original.width, original.height):
        line = (
            f"The recipe speaks of {width}x{height} pixels; "
            f"the file holds {original.width}x{original.height}."
        )
        return Replay("drifted", line, None, recipe)
    order = Order(
        text=recipe.prompt.text,
        avoid=recipe.prompt.avoid,
        width=recipe.width,
        height=recipe.height,
        seed=recipe.seed,
        reference=reference,
    )
    try:
        painting = painter.paint(order)
    except GessoError as error:
        return Replay("gone", f"{painter.name} could not paint it again: {error}", None, recipe)
    return _held_against(painting.picture, original, recipe, painting.maker)


def _painted_size(recipe: Recipe) -> tuple[int, int]:
    """The size that came of an order: a painter that rounds says so in its settings."""
    told = recipe.painter.settings
    width, height = told.get("width"), told.get("height")
    if isinstance(width, int) and isinstance(height, int):
        return width, height
    return recipe.width, recipe.height


def _held_against(again: Picture, original: Picture, recipe: Recipe, maker: Maker) -> Replay:
    if again.rgb.shape != original.rgb.shape:
        line = (
            f"It comes out at {again.width}x{again.height} now; "
            f"the file holds {original.width}x{original.height}."
        )
        return Replay("drifted", line, None, recipe)
    apart = int(np.abs(again.rgb.astype(np.int16) - original.rgb.astype(np.int16)).max())
    if apart <= SAME_WITHIN:
        exact = "to the last bit" if apart == 0 else "within one step of 255"
        return Replay("identical", f"The same picture, {exact}.", apart, recipe)
    why = _why(recipe.painter, maker)
    return Replay("drifted", f"It differs by up to {apart} of 255 somewhere: {why}.", apart, recipe)


def _why(then: Maker, now: Maker) -> str:
    """What is known of the reason why a painter paints otherwise than it did."""
    if then.version != now.version:
        return f"painted by version {then.version}, now {now.version}"
    for name, value in then.settings.items():
        if name in now.settings and now.settings[name] != value:
            return f"painted with {name} {value}, now {now.settings[name]}"
    return "the file was changed"
