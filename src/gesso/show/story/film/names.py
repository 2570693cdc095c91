"""The names of films: one rule, whoever has them made: `version-3.mp4`, `version-3.preview.mp4`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gesso.show.story.film.formats import FORMATS, FormatName

Kind = Literal["mp4", "webm", "av1", "preview"]
"""A format, or the preview."""

UNNAMED = 0
"""The version of a film that was made before films named theirs."""

_ENDS: Mapping[Kind, str] = {
    "mp4": FORMATS["mp4"].suffix,
    "webm": FORMATS["webm"].suffix,
    "av1": FORMATS["av1"].suffix,
    "preview": f".preview{FORMATS['mp4'].suffix}",
}
_NAMED = re.compile(r"version-([1-9]\d{0,8})(\.[a-z0-9.]+)")
_OLD: Mapping[str, Kind] = {
    "film.mp4": "mp4",
    "film.webm": "webm",
    "film.av1.mp4": "av1",
    "preview.mp4": "preview",
}


@dataclass(frozen=True)
class FilmFile:
    """A film that lies in a story's folder.

    Attributes:
        version: of which it is; `UNNAMED` where its name does not say.
        kind: its format, or "preview".
        path: where it lies.
    """

    version: int
    kind: Kind
    path: Path


def name_of(version: int, kind: Kind) -> str:
    """What the film of a version is called."""
    return f"version-{version}{_ENDS[kind]}"


def form_of(kind: Kind) -> FormatName:
    """The format that a kind of film is written in."""
    return "mp4" if kind == "preview" else kind


def films_in(folder: Path, number: int) -> list[FilmFile]:
    """The films of a story, the newest version's first; those that name none come last.

    A story's folders bear its number, and the title that it had then.

    Args:
        folder: that holds the folders of all stories.
        number: of the story.
    """
    found = [read_name(path) for path in folder.glob(f"{number}-*/*")]
    order = tuple(_ENDS)
    films = [one for one in found if one is not None and one.path.is_file()]
    return sorted(films, key=lambda one: (-one.version, order.index(one.kind), one.path))


def read_name(path: Path) -> FilmFile | None:
    """The film that a file is by its name; None for what is none, or not whole yet."""
    if path.name in _OLD:
        return FilmFile(UNNAMED, _OLD[path.name], path)
    named = _NAMED.fullmatch(path.name)
    kind = next((one for one, end in _ENDS.items() if named and named[2] == end), None)
    return None if named is None or kind is None else FilmFile(int(named[1]), kind, path)
