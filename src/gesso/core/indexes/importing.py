"""Vectors of other tools, in a FAISS index or a plain array, with what is known of each.

A FAISS index is read in a process of its own: FAISS trusts what it reads, and a file that went
wrong can end the process that opens it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError, WorkerLost
from gesso.core.runner.workers import Workers

_STEP = 50_000
_EXACT = ("IndexFlat", "IndexFlatL2", "IndexFlatIP", "IndexIVFFlat", "IndexHNSWFlat")
_TOO_ROUGH = ("LSH", "RaBitQ")
"""Kinds that keep a sign or two bits of each number: what they give back is no picture's vector."""
_KEY = "key"
_PLACE_IN_FAISS = re.compile(r"^.* at \S+:\d+: ")


@dataclass(frozen=True)
class Imported:
    """What an index file held.

    Attributes:
        ids: (vectors,) int64, the index's own: what it was given, or places from 0.
        vectors: (vectors, size) float32, as the index keeps them.
        rows: what the metadata says of each, {} where there is none; a list of plain values says
            it under "key".
        kind: FAISS's name of the index.
        is_rounded: whether the index keeps its vectors only roughly, so that embedding the
            pictures again would give better ones.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    rows: tuple[dict[str, Any], ...]
    kind: str
    is_rounded: bool


def import_vectors(path: Path, meta: Path | None = None) -> Imported:
    """Read vectors from a file of any kind that is known here.

    Args:
        path: a .npy of (vectors, size), else a FAISS index.
        meta: as for `import_faiss`.

    Raises:
        InputError: as `import_faiss`.
    """
    if path.suffix != ".npy":
        return import_faiss(path, meta)
    held = _loaded(path)
    if held.ndim != 2 or not (
        np.issubdtype(held.dtype, np.floating) or np.issubdtype(held.dtype, np.integer)
    ):
        raise InputError(
            f"{path} has the shape {held.shape} of {held.dtype}: no vectors.",
            "Save an array of numbers with a row for each vector.",
        )
    ids = np.arange(len(held), dtype=np.int64)
    rows = tuple({} for _ in ids) if meta is None else _beside(_metadata(meta), ids, path, meta)
    return Imported(ids, held.astype(np.float32), rows, "array", held.dtype.itemsize < 4)


def import_faiss(path: Path, meta: Path | None = None) -> Imported:
    """Read the vectors of a FAISS index, and beside each what the metadata says of it.

    Args:
        path: of any kind of index that can give its vectors back: flat, scalar or product
            quantised, IVF, HNSW, with or without a map of ids.
        meta: .jsonl, an object a line; or .npy, a plain or structured array. Its lines stand in
            the order of the index's places; where the index maps ids that are all places of
            lines, a line belongs to its id.

    Raises:
        InputError: a file that cannot be read as what it should be, an index that gives no
            vectors back, or metadata of another length; the sentence says which.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Name a file that FAISS has written.")
    said = None if meta is None else _metadata(meta)
    with tempfile.TemporaryDirectory(prefix="gesso-import-") as folder, Workers(1) as workers:
        vectors = Path(folder) / "vectors.npy"
        ids = Path(folder) / "ids.npy"
        try:
            kind = workers.call(_give_back, path, vectors, ids)
        except WorkerLost as error:
            raise InputError(
                f"FAISS broke down over {path}: the file is damaged.", "Take another copy of it."
            ) from error
        held, known = np.load(vectors), np.load(ids)
    rows = tuple({} for _ in known) if said is None else _beside(said, known, path, meta)
    return Imported(known, held, rows, kind, kind.rpartition(" ")[2] not in _EXACT)


def _give_back(path: Path, vectors: Path, ids: Path) -> str:
    """Write the vectors and ids of an index into files; its kind, said from outside to inside."""
    try:
        index: Any = faiss.read_index(str(path))
    except (RuntimeError, MemoryError) as error:
        raise InputError(
            f"{path} cannot be read as a FAISS index: {_short(error)}.",
            "It is damaged, or of a kind that holds no vectors of numbers (binary), or made by "
            "a newer FAISS.",
        ) from error
    kind, inside = type(index).__name__, index
    known = np.arange(index.ntotal, dtype=np.int64)
    if isinstance(index, faiss.IndexIDMap | faiss.IndexIDMap2):
        inside = faiss.downcast_index(index.index)
        known = faiss.vector_to_array(index.id_map).astype(np.int64)
        kind = f"{kind} {type(inside).__name__}"
    if any(word in name for word in _TOO_ROUGH for name in (kind, _innermost(inside))):
        raise _gives_nothing_back(path, kind)
    lists = faiss.try_extract_index_ivf(inside)
    if lists is not None:
        known = _ids_in_lists(lists) if inside is index else known
        lists.make_direct_map()
    held = np.lib.format.open_memmap(
        vectors, mode="w+", dtype=np.float32, shape=(index.ntotal, index.d)
    )
    try:
        for first in range(0, index.ntotal, _STEP):
            count = min(_STEP, index.ntotal - first)
            held[first : first + count] = inside.reconstruct_n(first, count)
    except RuntimeError as error:
        raise _gives_nothing_back(path, kind) from error
    held.flush()
    np.save(ids, known)
    return kind


def _innermost(index: Any) -> str:
    while isinstance(index, faiss.IndexPreTransform):
        index = faiss.downcast_index(index.index)
    return type(index).__name__


def _gives_nothing_back(path: Path, kind: str) -> InputError:
    return InputError(
        f"{path} holds an index of the kind {kind}, which cannot give its vectors back.",
        "Embed the pictures again: gesso encode",
    )


def _ids_in_lists(lists: Any) -> NDArray[np.int64]:
    """The ids of an IVF index, ascending; it gives vectors back by id where ids are places."""
    inverted = lists.invlists
    found = [
        faiss.rev_swig_ptr(inverted.get_ids(one), inverted.list_size(one)).copy()
        for one in range(lists.nlist)
        if inverted.list_size(one)
    ]
    known = np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    if len(known) and not np.array_equal(known, np.arange(len(known))):
        raise InputError(
            "The index keeps ids of its own within its lists, and cannot give vectors back by "
            "their place.",
            "Wrap it in an IndexIDMap where it was made, or embed the pictures again.",
        )
    return known.astype(np.int64)


def _beside(
    said: list[dict[str, Any]], ids: NDArray[np.int64], path: Path, meta: Path | None
) -> tuple[dict[str, Any], ...]:
    """What is said of each vector."""
    are_places = len(ids) == 0 or (int(ids.min()) >= 0 and int(ids.max()) < len(said))
    if are_places and len(np.unique(ids)) == len(ids) <= len(said):
        if len(said) == len(ids) or not np.array_equal(ids, np.arange(len(ids))):
            return tuple(said[place] for place in ids.tolist())
    elif len(said) == len(ids):
        return tuple(said)
    raise InputError(
        f"{path} holds {len(ids)} vectors and {meta} tells of {len(said)}.",
        "Give the metadata that was written together with this index.",
    )


def _metadata(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Name the metadata: a .jsonl or .npy file.")
    if path.suffix == ".npy":
        return _array(path)
    if path.suffix in (".jsonl", ".ndjson"):
        return list(_lines(path))
    raise InputError(f"{path} is no metadata that is known here.", "Give a .jsonl or a .npy file.")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
            except ValueError as error:  # also bytes that are no UTF-8
                raise InputError(
                    f"Line {number} of {path} is no JSON: {_short(error)}.",
                    "Give one JSON object a line, in the order of the vectors.",
                ) from error
            yield said if isinstance(said, dict) else {_KEY: said}


def _loaded(path: Path) -> NDArray[Any]:
    try:
        held: NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(
            f"{path} cannot be read as an array of plain values: {_short(error)}.",
            "Arrays of Python objects are not opened, as they may run code: save numbers, "
            "strings, a structured array, or .jsonl.",
        ) from error
    return held


def _array(path: Path) -> list[dict[str, Any]]:
    held = _loaded(path)
    if held.ndim != 1:
        raise InputError(
            f"{path} has the shape {held.shape}, not one value for each vector.",
            "Give a list of keys, or a structured array.",
        )
    names = held.dtype.names
    if names:
        return [dict(zip(names, line, strict=True)) for line in held.tolist()]
    return [{_KEY: value} for value in held.tolist()]


def _short(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _PLACE_IN_FAISS.sub("", lines[-1])[-160:].rstrip(".")
