"""Who made this picture, and how: whatever its file has to say, read into one record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gesso.core.errors import InputError
from gesso.core.pixels.metadata.containers import TooManyParts
from gesso.core.pixels.metadata.found import MAX_TEXT, FoundRecipe, json_object
from gesso.core.pixels.metadata.quiet import hushed
from gesso.core.pixels.metadata.readers.comfy import read_comfy
from gesso.core.pixels.metadata.readers.studios import (
    read_a1111,
    read_fooocus,
    read_invoke,
    read_swarm,
)
from gesso.core.pixels.metadata.readers.xmp import read_xmp
from gesso.core.pixels.metadata.texts import Texts, texts_in
from gesso.core.records.codec import from_json
from gesso.core.records.recipes import RECIPE_SCHEMA, Recipe

_SCHEMA = re.compile(r"gesso\.recipe/[0-9]{1,6}")


def read_recipe(data: bytes) -> FoundRecipe | None:
    """Read how a picture was made from its file: our own recipe first, then seven others.

    What is found is what somebody wrote: it is bounded in size and checked in form, and it may
    still be a lie. Damaged metadata gives what could be read, or None; nothing is raised.

    Args:
        data: a PNG, JPEG, WebP, AVIF or TIFF; other bytes carry none.
    """
    try:
        with hushed():
            texts = texts_in(data)
    except TooManyParts:
        return None
    told = read_xmp(texts.xmp)
    found = _own(texts) or _newer(texts) or _foreign(texts) or told
    if found is None:
        return FoundRecipe("c2pa", c2pa=True) if texts.c2pa else None
    if told is not None:
        found = replace(
            found,
            source_type=found.source_type or told.source_type,
            software=found.software or told.software,
        )
    return replace(found, c2pa=texts.c2pa)


def _own(texts: Texts) -> FoundRecipe | None:
    for text in _own_texts(texts):
        try:
            recipe = from_json(Recipe, text)
        except InputError:
            continue
        if recipe.schema == RECIPE_SCHEMA:
            return _described(recipe, text)
    return None


def _newer(texts: Texts) -> FoundRecipe | None:
    """A recipe of a gesso that came after this one: its form is not ours to guess at."""
    for text in _own_texts(texts):
        schema = (json_object(text) or {}).get("schema")
        if isinstance(schema, str) and schema != RECIPE_SCHEMA and _SCHEMA.fullmatch(schema):
            return replace(_foreign(texts) or FoundRecipe(schema), container=schema, raw=text)
    return None


def _own_texts(texts: Texts) -> Iterator[str]:
    for text in (texts.named.get("gesso", ""), texts.exif.get("image_description", "")):
        if '"gesso.recipe/' in text and len(text) <= MAX_TEXT:
            yield text


def _described(recipe: Recipe, raw: str) -> FoundRecipe:
    return FoundRecipe(
        container="gesso",
        text=recipe.prompt.text,
        negative=recipe.prompt.avoid,
        seed=recipe.seed,
        model=" ".join(filter(None, (recipe.painter.name, recipe.painter.version))),
        width=recipe.width,
        height=recipe.height,
        source_type=recipe.source_type,
        software=recipe.software,
        raw=raw,
        recipe=recipe,
    )


def _foreign(texts: Texts) -> FoundRecipe | None:
    named, exif = texts.named, texts.exif
    if "invokeai_metadata" in named:
        found = read_invoke(named["invokeai_metadata"])
        if found is not None:
            return found
    scheme = named.get("fooocus_scheme") or _scheme(exif.get("maker_note", ""))
    for parameters in (named.get("parameters", ""), exif.get("user_comment", "")):
        if parameters:
            found = _parameters(parameters, scheme)
            if found is not None:
                return found
    return read_comfy(
        named.get("prompt") or _prefixed(texts, "prompt:"),
        named.get("workflow") or _prefixed(texts, "workflow:"),
    )


def _parameters(text: str, scheme: str) -> FoundRecipe | None:
    """Four programs write under this one name: JSON tells SwarmUI and Fooocus from the others."""
    if scheme:
        return read_fooocus(text, scheme)
    if text.lstrip().startswith("{"):
        return read_swarm(text) or read_fooocus(text, "")
    return read_a1111(text)


def _scheme(maker_note: str) -> str:
    return maker_note if maker_note in {"fooocus", "a1111"} else ""


def _prefixed(texts: Texts, prefix: str) -> str:
    """ComfyUI's WebP keeps `prompt:{...}` and `workflow:{...}` in whichever tag was free."""
    for text in texts.exif.values():
        if text.lower().startswith(prefix):
            return text[len(prefix) :]
    return ""
