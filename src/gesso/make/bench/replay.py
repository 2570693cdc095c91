"""Painting a picture again from the recipe in its file: identical, drifted, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gesso.core.errors import GessoError, InputError
from gesso.core.pixels.decode import Decoded, decode
from gesso.core.pixels.encode import MediaType, encode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.core.records.recipes import RECIPE_SCHEMA, Recipe
from gesso.make.painters.painter import Order, Painter

Verdict = Literal["identical", "drifted", "gone"]

SAME_WITHIN = 1
"""Machines differ by at most one step of 255 in rounding (AVX-512 on and off), so that is same."""

_LOSSY: tuple[MediaType, ...] = ("image/jpeg", "image/webp", "image/avif")


@dataclass(frozen=True)
class Replay:
    """What came of painting a picture again.

    Attributes:
        verdict: "identical" within one step of 255; "drifted": it paints, but otherwise;
            "gone": it cannot be painted again.
        line: one sentence for a person.
        largest_difference: 0 to 255 over all pixels and channels, None where none was painted;
            where the file's kind is lossy, after both went through it.
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
        raise _bare(name)
    if found.container.startswith("gesso.recipe/"):
        raise InputError(
            f"'{name}' was made by a newer gesso: its recipe is {found.container}, "
            f"and this gesso knows {RECIPE_SCHEMA}.",
            "Install the newer one: pip install --upgrade gesso",
        )
    if found.recipe is None and not found.text:
        raise _bare(name)
    if found.recipe is None:
        raise InputError(
            f"'{name}' carries a recipe of {found.container}, which gesso can read but not repeat.",
            'Its prompt is: gesso paint "' + found.text[:80].replace('"', "'") + '"',
        )
    return found.recipe


def _bare(name: str) -> InputError:
    return InputError(
        f"'{name}' carries no recipe.",
        "Only pictures that gesso made can be painted again; metadata may have been stripped.",
    )


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
    kept = decode(data, name=name)
    original = kept.picture
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
    return _held_against(painting.picture, kept, recipe, painting.maker)


def _painted_size(recipe: Recipe) -> tuple[int, int]:
    """The size that came of an order: a painter that rounds says so in its settings."""
    told = recipe.painter.settings
    width, height = told.get("width"), told.get("height")
    if isinstance(width, int) and isinstance(height, int):
        return width, height
    return recipe.width, recipe.height


def _held_against(again: Picture, kept: Decoded, recipe: Recipe, maker: Maker) -> Replay:
    original = kept.picture
    if again.rgb.shape != original.rgb.shape:
        line = (
            f"It comes out at {again.width}x{again.height} now; "
            f"the file holds {original.width}x{original.height}."
        )
        return Replay("drifted", line, None, recipe)
    apart = _apart(again, original)
    if apart <= SAME_WITHIN:
        exact = "to the last bit" if apart == 0 else "within one step of 255"
        return Replay("identical", f"The same picture, {exact}.", apart, recipe)
    lossy = next((kind for kind in _LOSSY if kind == kept.media_type), None)
    if lossy is not None:
        # Such a file never held the very pixels, so what was painted takes the same way into one.
        apart = _apart(decode(encode(again, lossy)).picture, original)
        if apart <= SAME_WITHIN:
            line = f"The same picture, as nearly as {kept.format} keeps it."
            return Replay("identical", line, apart, recipe)
    why = _why(recipe.painter, maker)
    return Replay("drifted", f"It differs by up to {apart} of 255 somewhere: {why}.", apart, recipe)


def _apart(one: Picture, other: Picture) -> int:
    return int(np.abs(one.rgb.astype(np.int16) - other.rgb.astype(np.int16)).max())


def _why(then: Maker, now: Maker) -> str:
    """What is known of the reason why a painter paints otherwise than it did."""
    if then.version != now.version:
        return f"painted by version {then.version}, now {now.version}"
    for name, value in then.settings.items():
        if name in now.settings and now.settings[name] != value:
            return f"painted with {name} {value}, now {now.settings[name]}"
    return "the file was changed, or it was painted on another machine"
