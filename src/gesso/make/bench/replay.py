"""Painting a picture again from the recipe in its file: identical, drifted, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gesso.core.errors import GessoError, InputError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.picture import Picture
from gesso.core.records.recipes import Recipe
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
    if found.recipe is None:
        raise InputError(
            f"'{name}' carries a recipe of {found.container}, which gesso can read but not repeat.",
            'Its prompt is: gesso paint "' + found.text[:80].replace('"', "'") + '"',
        )
    return found.recipe


def replay(data: bytes, name: str, recipe: Recipe, painter: Painter) -> Replay:
    """Paint `recipe` again with `painter` and hold it against the picture in `data`."""
    if painter.name != recipe.painter.name:
        raise ValueError("a replay needs the painter that the recipe names")
    if painter.place == "outside":
        line = (
            f"{painter.name} paints outside and may cost money, and a file is no order: "
            "it was not asked."
        )
        return Replay("gone", line, None, recipe)
    original = decode(data, name=name).picture
    if (recipe.width, recipe.height) != (original.width, original.height):
        line = (
            f"The recipe speaks of {recipe.width}x{recipe.height} pixels; "
            f"the file holds {original.width}x{original.height}."
        )
        return Replay("drifted", line, None, recipe)
    order = Order(
        text=recipe.prompt.text,
        avoid=recipe.prompt.avoid,
        width=recipe.width,
        height=recipe.height,
        seed=recipe.seed,
    )
    try:
        painting = painter.paint(order)
    except GessoError as error:
        return Replay("gone", f"{painter.name} could not paint it again: {error}", None, recipe)
    return _held_against(painting.picture, original, recipe, painting.maker.version)


def _held_against(again: Picture, original: Picture, recipe: Recipe, version: str) -> Replay:
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
    then = recipe.painter.version
    why = f"painted by version {then}, now {version}" if then != version else "the file was changed"
    return Replay("drifted", f"It differs by up to {apart} of 255 somewhere: {why}.", apart, recipe)
