"""The fields of the query language: what each is called, what it holds, where that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from gesso.core.errors import InputError
from gesso.search.filters.reading import Condition, bad_place

Kind = Literal[
    "words", "coded", "tags", "number", "years", "date", "yes", "shape", "score", "measure"
]


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        name: as it is typed.
        kind: how values are read and held against it.
        holds: for a person: what is in it.
        group: the columns that it needs.
        column: where in them; () for what is worked out.
        also: other names for it.
    """

    name: str
    kind: Kind
    holds: str
    group: str = "facts"
    column: str = ""
    also: tuple[str, ...] = ()


def _coded(name: str, holds: str, column: str = "", *also: str) -> Field:
    return Field(name, "coded", holds, "facts", column or name, also)


FIELDS: tuple[Field, ...] = (
    Field("title", "words", "words of the title", "core", "title"),
    _coded("artist", "the artist's name, or words of it", "creator", "creator", "by"),
    _coded("style", "the movement: baroque"),
    _coded("kind", "the source's classification; also made, collected and brought"),
    _coded("medium", "oil on canvas"),
    _coded("place", "school, culture or nationality", "", "school"),
    _coded("source", "where it came from: met, folder, procedural"),
    _coded("origin", "made, collected or brought"),
    _coded("licence", "CC0-1.0", "", "license"),
    Field("standing", "coded", "kept, take, record; any for all of them", "core", "standing"),
    _coded("run", "the run that made it"),
    _coded("format", "png, jpeg, webp", "media_type"),
    Field("tag", "tags", "a tag", "tags", "tag", ("tags",)),
    Field("label", "tags", "a label that was given to it", "labels", "label", ("labels",)),
    Field("painter", "tags", "who painted a made work", "recipes", "painter"),
    Field("model", "tags", "the model or engine version of a made work", "recipes", "model"),
    Field("caption", "words", "words of the caption", "core", "caption"),
    Field("prompt", "words", "words of the prompt", "core", "prompt"),
    Field("text", "words", "words of the source's description", "core", "text"),
    Field("year", "years", "the year, or years: 1600..1700", also=("date",)),
    Field("added", "date", "when it came in: 2026-11, 2026-11-01..2026-11-30", "core"),
    Field("width", "number", "pixels", column="width"),
    Field("height", "number", "pixels", column="height"),
    Field("size", "number", "bytes of the original; 2MB", column="size_bytes"),
    Field("megapixels", "number", "millions of pixels"),
    Field("number", "number", "the work's own number", "core", also=("id", "work")),
    Field("shape", "shape", "wide, tall or square", also=("orientation",)),
    Field("favourite", "yes", "a person's mark", column="favourite", also=("favorite",)),
    Field("original", "yes", "its file is here", column="has_original"),
    Field("picture", "yes", "there is a picture of it here", "core", "has_picture"),
    Field("duplicate", "yes", "it is in a group of duplicates", "duplicates"),
    Field("score", "score", "0 to 1: how it was judged; score.NAME for one scorer's", "scores"),
    Field("light", "measure", "how light all of it is, 0 to 100", "swatches"),
    Field("colourful", "measure", "how strong its colours are, 0 to 100", "swatches"),
    Field("warm", "measure", "how warm, -100 (cold) to 100", "swatches"),
    Field("contrast", "measure", "how far its lights and darks lie apart, 0 to 100", "swatches"),
)
_BY_NAME = {name: one for one in FIELDS for name in (one.name, *one.also)}


def field_of(condition: Condition, query: str) -> Field:
    """The field that a condition names.

    Raises:
        InputError: there is none; near names are offered.
    """
    name, _, part = condition.field.partition(".")
    found = _BY_NAME.get(name)
    if found is not None and (not part or found.kind == "score"):
        return found
    near = get_close_matches(condition.field, _BY_NAME, n=3, cutoff=0.5)
    names = ", ".join(one.name for one in FIELDS)
    guess = f"Did you mean {' or '.join(near)}? " if near else ""
    raise bad_place(
        query,
        condition.at,
        f"There is no field called '{condition.field[:40]}'",
        f"{guess}The fields are: {names}. To search for the words, put them in quotes.",
    )


def refuse(query: str, condition: Condition, why: str, advice: str) -> InputError:
    """An error about one condition."""
    return bad_place(query, condition.at, why, advice)
