"""What stands at the door: developed pictures with their papers, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gesso.core.catalogue.store.rows import look_values, origin_values, recipe_values
from gesso.core.errors import InputError
from gesso.core.pixels.derived.develop import Developed
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
    """

    developed: Developed
    provenance: Provenance
    title: str
    creator: str = ""
    rights: Rights = field(default=Rights())
    standing: Standing = "kept"
    recipe: Recipe | None = None


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


def blob_parts(developed: Developed) -> list[BlobPart]:
    """The files of a work: the original first, then its thumbnails."""
    return [
        BlobPart("blob", developed.data, developed.media_type),
        *(
            BlobPart(f"thumb_{thumbnail.side}", thumbnail.data, thumbnail.media_type)
            for thumbnail in developed.thumbnails
        ),
    ]


def work_row(arrival: Arrival) -> dict[str, Any]:
    """The columns of `works` that an arrival brings along: all but its blobs and the time."""
    developed = arrival.developed
    row = origin_values(arrival.provenance, arrival.rights)
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
