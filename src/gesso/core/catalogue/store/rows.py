"""A work as a row of `works`, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping

from gesso.core.catalogue.store.tables import works
from gesso.core.records.codec import to_json
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import (
    Fingerprint,
    Provenance,
    Rights,
    Swatch,
    Work,
)

# A work's record needs neither the recipe nor what only searching and sorting need.
WORK_COLUMNS = [
    column
    for column in works.c
    if column.name not in {"shuffle", "seed", "prompt", "tags", "recipe"}
]


def work_of(row: Mapping[str, Any] | RowMapping) -> Work:
    """The record of a row that has all `WORK_COLUMNS`."""
    return Work(
        id=row["id"],
        title=row["title"],
        creator=row["creator"],
        provenance=Provenance(
            origin=row["origin"],
            source=row["source"],
            identifier=row["identifier"],
            run=row["run"],
            source_type=row["source_type"],
        ),
        rights=Rights(row["licence"], row["credit"], row["rights_url"]),
        standing=row["standing"],
        width=row["width"],
        height=row["height"],
        media_type=row["media_type"],
        size_bytes=row["size_bytes"],
        blob=row["blob"],
        fingerprint=Fingerprint(
            row["data_sha256"], row["pixels_sha256"], row["dhash"], row["phash"]
        ),
        thumbnails=((512, row["thumb_512"]), (256, row["thumb_256"])),
        thumbhash=row["thumbhash"],
        swatches=tuple(Swatch(*swatch) for swatch in json.loads(row["swatches"])),
        added_at=row["added_at"],
        favourite=row["favourite"],
    )


def look_values(
    fingerprint: Fingerprint, thumbhash: str, swatches: Iterable[Swatch]
) -> dict[str, Any]:
    """The columns that follow from a picture's bytes and pixels alone.

    The place in a shuffled list follows from the pixels, so it is the same in every copy.
    """
    rounded = [[round(x, 5) for x in (s.lightness, s.a, s.b, s.share)] for s in swatches]
    return {
        "data_sha256": fingerprint.data,
        "pixels_sha256": fingerprint.pixels,
        "dhash": fingerprint.dhash,
        "phash": fingerprint.phash,
        "thumbhash": thumbhash,
        "swatches": json.dumps(rounded, separators=(",", ":")),
        "shuffle": int(fingerprint.pixels[:12], 16),
    }


def origin_values(provenance: Provenance, rights: Rights) -> dict[str, Any]:
    """The columns that say where a picture came from and whose it is."""
    return {
        "origin": provenance.origin,
        "source": provenance.source,
        "identifier": provenance.identifier,
        "run": provenance.run,
        "source_type": provenance.source_type,
        "licence": rights.licence,
        "credit": rights.credit,
        "rights_url": rights.url,
    }


def recipe_values(recipe: Recipe) -> dict[str, Any]:
    """The columns that follow from a recipe; what the painter says it painted becomes the tags."""
    return {
        "recipe": to_json(recipe),
        "seed": recipe.seed,
        "prompt": recipe.prompt.text,
        "tags": tag_lines(recipe.shows),
    }


def tag_lines(tags: Iterable[str]) -> str:
    """Tags as they are kept: one a line, blanks made single, none twice, none empty."""
    return "\n".join(dict.fromkeys(line for tag in tags if (line := " ".join(tag.split()))))


def is_from(provenance: Provenance) -> ColumnElement[bool]:
    """The condition that finds the work of an origin, source and identifier."""
    return (
        (works.c.origin == provenance.origin)
        & (works.c.source == provenance.source)
        & (works.c.identifier == provenance.identifier)
    )
