"""What stands at the door: developed pictures with their papers, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gesso.core.catalogue.store.rows import (
    facts_values,
    look_values,
    origin_values,
    recipe_values,
    tag_lines,
)
from gesso.core.errors import InputError
from gesso.core.pixels.derived.develop import Developed
from gesso.core.records.finds import Facts
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Provenance, Rights, Standing, Work


@dataclass(frozen=True)
class Arrival:
    """A developed picture that shall become a work.

    Attributes:
        developed: all that follows from its file and its pixels.
        provenance: where it came from; without an identifier its bytes tell it from others.
        title: what it is called.
        creator: the artist or the painter, "" for unknown.
        rights: whose it is.
        standing: kept, or a take beside a kept one.
        recipe: how it was made, None for one that was not made here. It is also in the file.
        facts: what its source says of it; title and creator are those above.
        page: where a person can look at it at its source.
        prompt: what it was made from, where another program says so in the file.
        keeps_original: False keeps its thumbnails and its record alone.
        is_apart: False takes a work of the same bytes or pixels, whatever its origin, for this
            one: then nothing is stored twice.
        supersedes: the number of the work whose place it takes in the gallery: that one stays as
            a take beside it. None for nobody's.
    """

    developed: Developed
    provenance: Provenance
    title: str
    creator: str = ""
    rights: Rights = field(default=Rights())
    standing: Standing = "kept"
    recipe: Recipe | None = None
    facts: Facts = field(default=Facts())
    page: str = ""
    prompt: str = ""
    keeps_original: bool = True
    is_apart: bool = True
    supersedes: int | None = None


@dataclass(frozen=True)
class Kept:
    """What became of an arrival.

    Attributes:
        work: its record, None where it was refused.
        is_new: it was not in the catalogue before.
        refused: why it did not come in: another picture has its identifier. None otherwise.
    """

    work: Work | None
    is_new: bool
    refused: InputError | None = None


@dataclass(frozen=True)
class BlobPart:
    """Bytes that a work stands on, and the column that names them."""

    column: str
    data: bytes
    media_type: str


def blob_parts(arrival: Arrival) -> list[BlobPart]:
    """The files of a work: the original first, where it is kept, then its thumbnails."""
    developed = arrival.developed
    original = [BlobPart("blob", developed.data, developed.media_type)]
    return [
        *(original if arrival.keeps_original else ()),
        *(
            BlobPart(f"thumb_{thumbnail.side}", thumbnail.data, thumbnail.media_type)
            for thumbnail in developed.thumbnails
        ),
    ]


def work_row(arrival: Arrival) -> dict[str, Any]:
    """The columns of `works` that an arrival brings along: all but its blobs and the time."""
    developed = arrival.developed
    row = origin_values(arrival.provenance, arrival.rights)
    row |= facts_values(arrival.facts, arrival.page)
    row |= {"prompt": arrival.prompt, "tags": tag_lines(arrival.facts.tags), "blob": None}
    row |= look_values(developed.fingerprint, developed.thumbhash, developed.swatches)
    if arrival.recipe is not None:
        row |= recipe_values(arrival.recipe)
    return row | {
        "title": arrival.title,
        "creator": arrival.creator,
        "standing": arrival.standing,
        "width": developed.width,
        "height": developed.height,
        "media_type": developed.media_type,
        "size_bytes": len(developed.data),
    }
