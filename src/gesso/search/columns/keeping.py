"""Columns that were read once, kept in files, so that the next process need not read them again.

    <folder>/core.columns       of one group: what it is of, the values of words, the arrays

A file can be thrown away at any time. It is read by mapping it, so processes share its pages; every
byte of it is held against its sum first, and a few of its works against the catalogue, because a
database that was put back from elsewhere may number its changes like the one that was here.
"""

from __future__ import annotations

import json
import logging
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk, make_folder, write_whole
from gesso.core.errors import StorageError
from gesso.search.columns.rows import Ids, Pairs, Rows, Words

_MARK = b"gesso columns 1\n"
_SUM, _ALIGNED = 32, 64

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A group as it was at one moment.

    Attributes:
        seq: the catalogue's last change that it knows of.
        group: its columns; they cannot be written to.
    """

    seq: int
    group: Rows | Pairs


class Keeping:
    """Keeps groups of columns in a folder; what cannot be kept or read is only slower.

    Args:
        folder: made when something is kept.
        disk: what to write on.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk = disk or Disk()

    def read(self, name: str, layout: str) -> Kept | None:
        """A group, None where there is none that is whole and of this layout.

        Args:
            name: of the group.
            layout: what its columns are made of; another version of us makes others.
        """
        try:
            with self._path(name).open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # it is not there, or empty
            return None
        start = len(_MARK) + _SUM
        held = memoryview(data)
        if held[: len(_MARK)] != _MARK or _sum(held[start:]) != held[len(_MARK) : start]:
            log.info("the kept columns '%s' are damaged and are read anew", name)
            return None
        length = int.from_bytes(held[start : start + 8], "little")
        told = json.loads(bytes(held[start + 8 : start + 8 + length]))
        return _kept(told, held) if told["layout"] == layout else None

    def write(self, name: str, layout: str, seq: int, group: Rows | Pairs) -> None:
        """Keep a group in the place of what was kept of it."""
        arrays = {"": group.ids, **group.columns}
        words = {column: found.values for column, found in group.words.items()}
        told: dict[str, Any] = {
            "layout": layout,
            "seq": seq,
            "rows": isinstance(group, Rows),
            "words": words,
            "arrays": [
                [column, str(array.dtype), list(array.shape)] for column, array in arrays.items()
            ],
        }
        head = json.dumps(told).encode("ascii")
        parts = [len(head).to_bytes(8, "little"), head]
        at = len(_MARK) + _SUM + 8 + len(head)
        for array in arrays.values():
            gap = -at % _ALIGNED
            parts += [bytes(gap), np.ascontiguousarray(array).tobytes()]
            at += gap + array.nbytes
        body = b"".join(parts)
        try:
            make_folder(self._disk, self._folder)
            write_whole(self._disk, self._path(name), _MARK + _sum(memoryview(body)) + body)
        except StorageError as error:  # they are in memory, and that is what was asked for
            log.info("the columns '%s' are not kept: %s", name, error.message)

    def forget(self, name: str) -> None:
        """What is kept of a group is not right."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            log.info("the kept columns '%s' cannot be removed: %s", name, error)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.columns"


def differs(kept: Rows | Pairs, now: Rows | Pairs, works: Ids) -> bool:
    """Whether some works are told otherwise by the catalogue than by what was kept of them."""
    ours, theirs = _of(kept, works), _of(now, works)
    return ours != theirs


def _of(group: Rows | Pairs, works: Ids) -> list[tuple[object, ...]]:
    """All that a group tells of some works, in an order of its own, words as words."""
    chosen = np.flatnonzero(np.isin(group.ids, works))
    columns = [_plain(group, name, chosen) for name in sorted(group.columns)]
    return sorted(zip(group.ids[chosen].tolist(), *columns, strict=True), key=repr)


def _plain(group: Rows | Pairs, name: str, chosen: NDArray[np.int64]) -> list[object]:
    found: list[Any] = group.columns[name][chosen].tolist()
    words = group.words.get(name)
    return found if words is None else [words.values[number] for number in found]


def _kept(told: Mapping[str, Any], held: memoryview) -> Kept:
    head = int.from_bytes(held[len(_MARK) + _SUM : len(_MARK) + _SUM + 8], "little")
    at = len(_MARK) + _SUM + 8 + head
    arrays: dict[str, NDArray[Any]] = {}
    for name, kind, shape in told["arrays"]:
        at += -at % _ALIGNED
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(held, np.dtype(kind), count, at).reshape(shape)
        at += arrays[name].nbytes
    words = {name: Words.of(values) for name, values in told["words"].items()}
    ids = arrays.pop("")
    group = Rows(ids, arrays, words) if told["rows"] else Pairs(ids, arrays, words)
    return Kept(int(told["seq"]), group)


def _sum(data: memoryview) -> bytes:
    return blake2b(data, digest_size=_SUM).digest()
