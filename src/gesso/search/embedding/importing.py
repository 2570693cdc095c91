"""Vectors that another tool made: a FAISS index or an array, and a list of whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import works
from gesso.core.errors import GessoError, InputError
from gesso.core.indexes.importing import import_vectors
from gesso.core.pixels.decode import decode
from gesso.search.columns.rows import Ids
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.looks.pictures import SIDE, small

_NAMES = ("work", "id", "file", "path", "image_path", "filename", "identifier", "name", "key")
_AT_ONCE = 4096
_TRIED = 8
_ALIKE = 0.95


@dataclass(frozen=True)
class Brought:
    """What was brought in.

    Attributes:
        taken: works that have a vector now.
        unknown: lines that name no work of the catalogue, the first few.
        unknown_count: how many.
        alike: how near the vectors are to what the encoder itself makes of the same works, the
            mean cosine; None where none could be held against another.
        kind: of the file: FAISS's name of its index, or "array".
        is_rounded: whether it keeps its vectors only roughly: embedding the pictures again would
            give better ones.
    """

    taken: int
    unknown: tuple[str, ...]
    unknown_count: int
    alike: float | None
    kind: str
    is_rounded: bool


class Importer:
    """Brings vectors in.

    Args:
        catalogue: whose works they are of.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def bring(
        self, space: OpenSpace, vectors: Path, whose: Path, *, is_checked: bool = True
    ) -> Brought:
        """Bring vectors into a space.

        A few are held against what the space's own encoder makes of the same pictures: vectors of
        another model would make every later answer wrong, and nothing would show it.

        Args:
            space: where they go.
            vectors: a FAISS index from which vectors can be read back, or a .npy of them.
            whose: .jsonl, a line for each vector; or a .npy of the works' numbers or names.
            is_checked: False takes them unseen.

        Raises:
            InputError: a file cannot be used, or the vectors are not of this space.
        """
        brought = import_vectors(vectors, whose)
        found = brought.vectors
        _check(found, space, vectors)
        names = [_name(told, whose, line) for line, told in enumerate(brought.rows, 1)]
        known = self._numbers(names)
        rows = [at for at, name in enumerate(names) if name in known]
        ids = np.array([known[names[at]] for at in rows], dtype=np.int64)
        alike = self._alike(space, ids, found[rows]) if rows else None
        if is_checked and alike is not None and alike < _ALIKE:
            raise InputError(
                f"The vectors of '{vectors}' are not those of '{space.name}': of the same pictures "
                f"they are only {alike:.2f} alike.",
                "Name the encoder that made them, or take them unseen with --unchecked.",
            )
        for start in range(0, len(rows), _AT_ONCE):
            piece = slice(start, start + _AT_ONCE)
            space.index.add(ids[piece], found[rows[piece]])
        missing = [str(name) for name in names if name not in known]
        return Brought(
            len(rows), tuple(missing[:5]), len(missing), alike, brought.kind, brought.is_rounded
        )

    def _numbers(self, names: Sequence[str | int]) -> Mapping[str | int, int]:
        """Works by their number or by what their source calls them."""
        with self._catalogue.database.read() as connection:
            told = list(connection.execute(select(works.c.id, works.c.identifier)))
        numbers: dict[str | int, int] = {}
        for number, identifier in reversed(told):
            if identifier:
                numbers[PurePosixPath(identifier).name] = number
        numbers |= {identifier: number for number, identifier in told if identifier}
        ends = {
            name: numbers[PurePosixPath(name).name]
            for name in names
            if isinstance(name, str) and name not in numbers and PurePosixPath(name).name in numbers
        }
        return numbers | ends | {number: number for number, _ in told}

    def _alike(self, space: OpenSpace, ids: Ids, vectors: NDArray[np.float32]) -> float | None:
        cosines = []
        for at in np.linspace(0, len(ids) - 1, min(_TRIED, len(ids))).astype(int):
            try:
                work = self._catalogue.works.get(int(ids[at]))
                picture = small(decode(self._catalogue.thumbnail(work, SIDE)).picture)
            except GessoError:  # a record without a picture, or a damaged one: try the others
                continue
            own = space.encoder.pictures([picture])[0]
            length = float(np.linalg.norm(vectors[at])) or 1.0
            cosines.append(float(own @ vectors[at]) / length)
        return float(np.mean(cosines)) if cosines else None


def _check(found: NDArray[np.float32], space: OpenSpace, path: Path) -> None:
    size = space.encoder.space.size
    if found.ndim != 2 or found.shape[1] != size:
        raise InputError(
            f"'{path}' holds vectors of the shape {found.shape}; '{space.name}' makes {size} "
            "numbers of a picture.",
            "Name the encoder that made them with --encoder.",
        )


def _name(told: Mapping[str, Any], path: Path, line: int) -> str | int:
    found = next((told[name] for name in _NAMES if name in told), None)
    if not isinstance(found, str | int):
        raise InputError(
            f"Line {line} of '{path}' names no work.", f"It needs one of: {', '.join(_NAMES)}."
        )
    return found
