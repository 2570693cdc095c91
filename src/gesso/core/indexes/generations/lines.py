"""Generations as a list shows them."""

from __future__ import annotations

from pathlib import Path

from gesso.core.encoders.encoder import Space
from gesso.core.errors import GessoError
from gesso.core.indexes.found import GenerationLine
from gesso.core.indexes.generations.generation import check_place, check_space
from gesso.core.indexes.generations.manifest import Manifest
from gesso.core.indexes.generations.shelf import Shelf


def line_of(shelf: Shelf, number: int, space: Space, trouble: str = "") -> GenerationLine:
    """What the manifest of a generation says, and what is plainly wrong; no large file is read."""
    folder = shelf.place(number)
    is_current = shelf.current()[0] == number
    try:
        said = Manifest.read(folder)
    except GessoError as error:
        return GenerationLine(
            number, "", 0, 0.0, 0.0, 0.0, 0.0, 0, is_current, trouble or error.message
        )
    return GenerationLine(
        number,
        said.kind,
        said.count,
        said.built_at,
        said.build_s,
        said.recall_pictures,
        said.recall_words,
        said.size_bytes(),
        is_current,
        trouble or _plain_trouble(said, folder, space),
    )


def _plain_trouble(said: Manifest, folder: Path, space: Space) -> str:
    try:
        check_space(said, space)
        check_place(said, folder)
    except GessoError as error:
        return error.message
    for name, line in said.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != line.size:
            return f"{name} is missing or not as long as it was written"
    return ""
