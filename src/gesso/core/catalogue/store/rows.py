"""A work as a row of `works`, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, literal_column

from gesso.core.catalogue.store.tables import works
from gesso.core.records.codec import to_json
from gesso.core.records.finds import Facts
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import (
    Fingerprint,
    Provenance,
    Rights,
    Swatch,
    Work,
)

Made = TypeVar("Made")

# A work's record needs neither the recipe nor what only searching and sorting need.
_UNREAD = {"shuffle", "seed", "prompt", "tags", "recipe", "extra"}
WORK_COLUMNS = [column for column in works.c if column.name not in _UNREAD]
_decoded = json.JSONDecoder().decode
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_new, _put = object.__new__, object.__setattr__


def work_of(row: Mapping[str, Any] | RowMapping) -> Work:
    """The record of a row that has all `WORK_COLUMNS`."""
    return _made(
        Work,
        {
            "id": row["id"],
            "title": row["title"],
            "creator": row["creator"],
            "provenance": _made(
                Provenance,
                {
                    "origin": row["origin"],
                    "source": row["source"],
                    "identifier": row["identifier"],
                    "run": row["run"],
                    "source_type": row["source_type"],
                },
            ),
            "rights": _made(
                Rights,
                {"licence": row["licence"], "credit": row["credit"], "url": row["rights_url"]},
            ),
            "standing": row["standing"],
            "width": row["width"],
            "height": row["height"],
            "media_type": row["media_type"],
            "size_bytes": row["size_bytes"],
            "blob": row["blob"] or "",
            "fingerprint": _made(
                Fingerprint,
                {
                    "data": row["data_sha256"] or "",
                    "pixels": row["pixels_sha256"] or "",
                    "dhash": row["dhash"] or "",
                    "phash": row["phash"] or "",
                },
            ),
            "thumbnails": _thumbnails(row["thumb_512"], row["thumb_256"]),
            "thumbhash": row["thumbhash"] or "",
            "swatches": _swatches(row["swatches"]),
            "added_at": row["added_at"],
            "favourite": row["favourite"],
            "date": row["date_text"],
            "year_from": row["year_from"],
            "year_to": row["year_to"],
            "medium": row["medium"],
            "kind": row["kind"],
            "style": row["style"],
            "place": row["place"],
            "page": row["page_url"],
            "text": row["text"],
            "caption": row["caption"],
        },
    )


def _made(kind: type[Made], values: dict[str, Any]) -> Made:
    """A frozen record with all its values at once: a page holds seven hundred of them.

    Its own way in sets one value after the other, and takes half of the page's time.
    """
    made = _new(kind)
    _put(made, "__dict__", values)
    return made


def _thumbnails(large: str | None, small: str | None) -> tuple[tuple[int, str], ...]:
    if large and small:
        return ((512, large), (256, small))
    return ((512, large),) if large else ((256, small),) if small else ()


@lru_cache(maxsize=8192)  # what is looked at is looked at again, and nobody can change it
def _swatches(told: str) -> tuple[Swatch, ...]:
    if not told:
        return ()
    return tuple(
        [
            _made(Swatch, {"lightness": lightness, "a": a, "b": b, "share": share})
            for lightness, a, b, share in _decoded(told)
        ]
    )


def facts_of(row: Mapping[str, Any] | RowMapping) -> Facts:
    """What a row's source says of its picture."""
    return Facts(
        title=row["title"],
        creator=row["creator"],
        date=row["date_text"],
        year_from=row["year_from"],
        year_to=row["year_to"],
        medium=row["medium"],
        kind=row["kind"],
        style=row["style"],
        place=row["place"],
        text=row["text"],
        tags=tuple(row["tags"].splitlines()),
        extra=json.loads(row["extra"]) if row["extra"] else {},
    )


def facts_values(facts: Facts, page: str) -> dict[str, Any]:
    """The columns that follow from what a source says, but for title and creator."""
    return {
        "date_text": facts.date,
        "year_from": facts.year_from,
        "year_to": facts.year_to,
        "medium": facts.medium,
        "kind": facts.kind,
        "style": facts.style,
        "place": facts.place,
        "page_url": page,
        "text": facts.text,
        "caption": "",
        "extra": extra_json(facts.extra),
    }


def extra_json(extra: Mapping[str, Any]) -> str | None:
    """What else a source says, as it is kept; None for nothing."""
    return _encoded(extra) if extra else None


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
        & IS_NAMED
    )


IS_NAMED: ColumnElement[bool] = works.c.identifier != literal_column("''")
"""Said in these words by the index of identifiers, which serves only who says it too."""
