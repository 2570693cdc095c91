"""What a picture's own file tells: who made it and how, as six programs and XMP write it."""

from __future__ import annotations

from dataclasses import replace

from gesso.collect.sources.local.told.fields import Told, plain, together
from gesso.collect.sources.local.told.xmp import told_by_xmp
from gesso.core.pixels.metadata.containers import TooManyParts
from gesso.core.pixels.metadata.found import FoundRecipe
from gesso.core.pixels.metadata.quiet import hushed
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.readers.studios import read_a1111
from gesso.core.pixels.metadata.texts import texts_in
from gesso.core.records.finds import Facts, Find

_MOST_PROMPT = 20_000


def taught(find: Find, data: bytes) -> Find | None:
    """The find with what its file tells; None where that is nothing new.

    What stood beside the file counts more than what stands in it, for it was put there later.
    """
    told = told_by_file(data)
    known = Told(find.facts, find.rights, find.page)
    more = together(known, told)
    if more == known:
        return None
    return replace(find, facts=more.facts, rights=more.rights, page=more.page)


def told_by_file(data: bytes) -> Told:
    """What a picture's file tells; nothing is raised, whatever the bytes are."""
    try:
        with hushed():
            packet = texts_in(data).xmp
    except TooManyParts:
        return Told()
    recipe = read_recipe(data)
    words = Told() if recipe is None else told_by_recipe(recipe)
    if not packet:
        return words
    try:
        return together(told_by_xmp(packet), words)
    except ValueError:
        return words


def told_by_parameters(text: str) -> Told | None:
    """Read a text file in A1111's form; None where it is not."""
    found = read_a1111(text)
    return None if found is None else told_by_recipe(found)


def told_by_recipe(found: FoundRecipe) -> Told:
    """A recipe as facts: the prompt is the text, the rest stands in `extra`."""
    title = ""
    if found.recipe is not None:
        title = found.recipe.prompt.title
    told = {
        "recipe": found.container,
        "prompt": plain(found.text, _MOST_PROMPT),
        "negative": plain(found.negative, _MOST_PROMPT),
        "seed": found.seed if found.seed is None or abs(found.seed) < 2**63 else str(found.seed),
        "model": plain(found.model),
        "steps": found.steps,
        "sampler": plain(found.sampler),
        "cfg": found.cfg,
        "software": plain(found.software),
        "source_type": plain(found.source_type, 80),
    }
    extra = {name: value for name, value in told.items() if value not in (None, "")}
    return Told(Facts(title=plain(title), text=plain(found.text, _MOST_PROMPT), extra=extra))
