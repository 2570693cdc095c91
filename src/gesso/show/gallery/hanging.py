"""A hanging: the works of one wall in their order, at one moment.

Every order sorts by one number and then by the work's own, so a page mark is those two, and a page
in the middle is found by halving. A hanging is never changed: a newer one is made from it, and
whoever turns the pages of the older one keeps it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.show.gallery.roll import Change, Roll, Rows
from gesso.show.gallery.wall import Wall

_LONGEST = 400


@dataclass(frozen=True)
class Hanging:
    """The works of a wall, in order.

    Attributes:
        wall: which.
        version: of the roll; two of one version and wall are the same.
        rows: of the roll, in order.
        keys: by which they are in order, rising; works of one key stand by their number.
        ties: the numbers of the works, rising within a key; turned for the orders that fall.
    """

    wall: Wall
    version: int
    rows: Rows
    keys: NDArray[np.int64]
    ties: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def place_after(self, mark: str | None) -> int:
        """The place at which the page after a mark begins.

        Raises:
            InputError: it is no mark of this wall.
        """
        if mark is None:
            return 0
        key, tie = _read(mark, self.wall.question)
        return self._place(key, tie, "right")

    def mark_of(self, place: int) -> str:
        """The mark after the work at a place."""
        key, tie = int(self.keys[place]), int(self.ties[place])
        told = json.dumps([key, tie, _sign(self.wall.question)], separators=(",", ":"))
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    def place_of(self, key: int, tie: int) -> int | None:
        """Where a work hangs by what it is ordered by; None where it does not."""
        place = self._place(key, tie, "left")
        is_it = place < len(self) and self.keys[place] == key and self.ties[place] == tie
        return place if is_it else None

    def _place(self, key: int, tie: int, side: Literal["left", "right"]) -> int:
        first = int(np.searchsorted(self.keys, key, "left"))
        last = int(np.searchsorted(self.keys, key, "right"))
        return first + int(np.searchsorted(self.ties[first:last], tie, side))


def ranks(roll: Roll, wall: Wall, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(keys, ties) of some rows on a wall."""
    ids = roll.columns.ids[rows]
    if wall.order == "newest":
        return -roll.columns.added[rows], -ids
    if wall.order == "oldest":
        return roll.columns.added[rows], ids
    if wall.order == "best":
        return -np.rint(roll.scores[rows].astype(np.float64) * 1e6).astype(np.int64), -ids
    return _shuffled(ids, wall.seed), ids


def hung(roll: Roll, wall: Wall, version: int) -> Hanging:
    """A wall put together from the whole roll."""
    rows = np.flatnonzero(roll.members(wall)).astype(np.int32)
    keys, ties = ranks(roll, wall, rows)
    is_sorted = bool(np.all(keys[:-1] < keys[1:]))
    order = slice(None) if is_sorted else np.lexsort((ties, keys))
    return Hanging(wall, version, rows[order], keys[order], ties[order])


def in_order(roll: Roll, wall: Wall, rows: Rows, version: int) -> Hanging:
    """A wall whose order a person gave: its key is the place itself."""
    return Hanging(wall, version, rows, np.arange(len(rows)), roll.columns.ids[rows])


def followed(roll: Roll, old: Hanging, changes: list[Change], version: int) -> Hanging:
    """A hanging brought up to date; the same one where nothing of it has changed."""
    named = [change.moved for change in changes]
    if old.wall.room == "favourites":
        named += [change.marked for change in changes]
    touched = np.unique(np.concatenate(named)) if named else np.zeros(0, np.int32)
    if not len(touched):
        return old
    is_touched = np.zeros(len(roll.columns.ids), np.bool_)
    is_touched[touched] = True
    stays = ~is_touched[old.rows]
    coming = touched[roll.members(old.wall, touched)]
    if not len(coming) and stays.all():
        return old
    keys, ties = ranks(roll, old.wall, coming)
    order = np.lexsort((ties, keys))
    rest = Hanging(old.wall, version, old.rows[stays], old.keys[stays], old.ties[stays])
    sorted_ = zip(keys[order].tolist(), ties[order].tolist(), strict=True)
    at = [rest._place(key, tie, "left") for key, tie in sorted_]
    return Hanging(
        old.wall,
        version,
        np.insert(rest.rows, at, coming[order]),
        np.insert(rest.keys, at, keys[order]),
        np.insert(rest.ties, at, ties[order]),
    )


def _shuffled(ids: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """A number of chance for each work that only its own number and the seed decide.

    splitmix64 (Steele, Lea and Flood 2014): works that come later fall in between and move none.
    """
    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64) + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    # 53 bits, so that every program can hold a mark's numbers.
    return (mixed >> np.uint64(11)).astype(np.int64)


def _read(mark: str, question: str) -> tuple[int, int]:
    if len(mark) > _LONGEST:
        raise _unusable(mark)
    try:
        padded = mark.encode("ascii") + b"=" * (-len(mark) % 4)
        key, tie, sign = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        is_ours = type(key) is int and type(tie) is int and max(abs(key), abs(tie)) < 2**63
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise _unusable(mark) from error
    if not is_ours or sign != _sign(question):
        raise _unusable(mark)
    return key, tie


def _sign(question: str) -> str:
    return blake2b(question.encode(), digest_size=6).hexdigest()


def _unusable(mark: str) -> InputError:
    shown = mark if len(mark) <= 40 else f"{mark[:40]}…"
    return InputError(
        f"The page mark {shown!r} belongs to no page of this list.",
        "Begin again with the first page.",
    )
