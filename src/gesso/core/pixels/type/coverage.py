"""Which letters a font file has, read from its character map alone: TrueType, OpenType, TTC."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_MOST_TABLES, _MOST_BYTES = 512, 16 * 2**20
_COLLECTION = b"ttcf"
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
"""(platform, encoding) of character maps in Unicode, the fuller ones first.
Source: OpenType 1.9, table cmap."""


@dataclass(frozen=True)
class Coverage:
    """Ranges of code points, each from `first` to `last`, rising.

    A font may map some of a range to no glyph after all: who sets a letter looks at it.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def __contains__(self, letter: str) -> bool:
        """Whether a letter lies in one of them."""
        place = int(np.searchsorted(self.first, ord(letter), side="right")) - 1
        return place >= 0 and bool(self.last[place] >= ord(letter))


_NOTHING = Coverage(np.zeros(0, np.int64), np.zeros(0, np.int64))


def coverage_of(path: Path) -> Coverage:
    """The letters of a font file, of the first font where it holds several.

    A file that is no font, is damaged, or has no map in Unicode has none.
    """
    try:
        with path.open("rb") as file:
            return _ranges(_character_map(file))
    except (OSError, struct.error, ValueError):
        return _NOTHING


def _character_map(file: BinaryIO) -> bytes:
    """The table `cmap`.

    Raises:
        ValueError: there is none, or it is larger than any.
    """
    start = 0
    if _read(file, 0, 4) == _COLLECTION:
        (start,) = struct.unpack(">L", _read(file, 12, 4))
    (tables,) = struct.unpack(">H", _read(file, start + 4, 2))
    for number in range(min(tables, _MOST_TABLES)):
        tag, _, offset, size = struct.unpack(">4sLLL", _read(file, start + 12 + 16 * number, 16))
        if tag == b"cmap" and size <= _MOST_BYTES:
            return _read(file, offset, size)
    raise ValueError("no character map")


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)


def _ranges(table: bytes) -> Coverage:
    (count,) = struct.unpack_from(">H", table, 2)
    records = [struct.unpack_from(">HHL", table, 4 + 8 * number) for number in range(count)]
    maps = {(platform, encoding): offset for platform, encoding, offset in records}
    for wanted in _UNICODE:
        if wanted not in maps:
            continue
        (form,) = struct.unpack_from(">H", table, maps[wanted])
        if form in (4, 12):
            return (_segments if form == 4 else _groups)(table, maps[wanted])
    return _NOTHING


def _segments(table: bytes, at: int) -> Coverage:
    """Format 4: ends of all segments, two bytes between, their starts."""
    (twice,) = struct.unpack_from(">H", table, at + 6)
    last = np.frombuffer(table, ">u2", twice // 2, at + 14).astype(np.int64)
    first = np.frombuffer(table, ">u2", twice // 2, at + 16 + twice).astype(np.int64)
    return _sorted(first, last)


def _groups(table: bytes, at: int) -> Coverage:
    """Format 12: groups of first, last, and the glyph of the first."""
    (count,) = struct.unpack_from(">L", table, at + 12)
    groups = np.frombuffer(table, ">u4", 3 * count, at + 16).reshape(-1, 3).astype(np.int64)
    return _sorted(groups[:, 0], groups[:, 1])


def _sorted(first: NDArray[np.int64], last: NDArray[np.int64]) -> Coverage:
    order = np.argsort(first, kind="stable")
    return Coverage(first[order], last[order])
