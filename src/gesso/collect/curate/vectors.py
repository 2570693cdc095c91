"""The vectors of works, worked out once: what a classifier learns from and is asked about."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.encoders.encoder import Encoder, Space
from gesso.core.errors import DamageError, GessoError, StorageError, UnknownItem
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.outside.waiting.pool import run_streams
from gesso.core.pixels.decode import decode
from gesso.core.records.works import Work

log = logging.getLogger(__name__)

_BATCH = 256
_AT_ONCE = 8
_SIDE = 512

_WANTED = "SELECT key, vector FROM vectors WHERE key IN ({marks})"
_MADE = "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Held:
    """Vectors of works of one space.

    Attributes:
        works: their numbers.
        vectors: (works, size) float32, each of length 1.
        failed: why others have none, by number.
    """

    works: tuple[int, ...]
    vectors: Matrix
    failed: dict[int, str] = field(default_factory=dict)


class Vectors(Protocol):
    """Where vectors come from."""

    @property
    def space(self) -> Space:
        """Where they lie."""
        ...

    def vectors_of(self, works: Sequence[int]) -> Held:
        """The vectors of some works, in their order; works without a picture have none."""
        ...


Encode = Callable[[Sequence[bytes]], Matrix]
"""Encodes picture files, mostly in a worker; called from several threads."""


@dataclass(frozen=True)
class Encoding:
    """Encodes picture files by an encoder; it travels to workers where the encoder does."""

    encoder: Encoder

    def __call__(self, files: Sequence[bytes]) -> Matrix:
        """(files, size) float32.

        Raises:
            PictureError: one of them is no picture that we accept.
        """
        return self.encoder.pictures([decode(data, name="a thumbnail").picture for data in files])


class KeptVectors:
    """Vectors of works: those that the space's index has, the others worked out from thumbnails.

    What is worked out is kept in a file that may be thrown away, under the hash of the thumbnail,
    so it is never out of date.

    Args:
        catalogue: where works are.
        space: of the encoder.
        encode: encodes files.
        cache: the file to keep them in; None keeps nothing.
        streams: how many batches are encoded at once.
        index: of the same space, where there is one.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        space: Space,
        encode: Encode,
        cache: Path | None,
        *,
        streams: int = 1,
        index: SpaceIndex | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._space = space
        self._encode = encode
        self._cache = _Cache(cache, space.size)
        self._streams = streams
        self._index = index

    @property
    def space(self) -> Space:
        """Where they lie."""
        return self._space

    def vectors_of(self, works: Sequence[int]) -> Held:
        """The vectors of some works; see `Vectors`.

        Raises:
            UnknownItem: there is no such work.
            StorageError: the disk would not read.
        """
        vectors = self._indexed(works)
        failed: dict[int, str] = {}
        vectors |= self._worked_out([one for one in works if one not in vectors], failed)
        held = tuple(number for number in works if number in vectors)
        matrix = np.zeros((len(held), self._space.size), dtype=np.float32)
        for row, number in enumerate(held):
            matrix[row] = vectors[number]
        return Held(held, matrix, failed)

    def close(self) -> None:
        """Let go of files."""
        self._cache.close()
        if self._index is not None:
            self._index.close()

    def _indexed(self, works: Sequence[int]) -> dict[int, Matrix]:
        """What the index has; a vector that is damaged there is worked out anew."""
        if self._index is None:
            return {}
        numbers = np.intersect1d(np.asarray(works, dtype=np.int64), self._index.known())
        for _ in range(2):  # the second time without what the first found damaged
            try:
                found = self._index.vectors(numbers)
            except (DamageError, UnknownItem):
                numbers = np.intersect1d(numbers, self._index.known())
                continue
            lengths = np.linalg.norm(found, axis=1, keepdims=True)
            return dict(zip(numbers.tolist(), found / np.maximum(lengths, 1e-12), strict=True))
        return {}

    def _worked_out(self, works: Sequence[int], failed: dict[int, str]) -> dict[int, Matrix]:
        keys: dict[int, str] = {}
        records: dict[str, Work] = {}
        for number in works:
            work = self._catalogue.works.get(number)
            if work.thumbnails:
                keys[number] = work.thumbnails[0][1]
                records.setdefault(keys[number], work)
            else:
                failed[number] = f"Work {number} has no picture here."
        found: dict[str, Matrix] = {}
        for some in _in_batches(records, _BATCH):
            found |= self._some({key: records[key] for key in some}, failed)
        return {number: found[key] for number, key in keys.items() if key in found}

    def _some(self, wanted: dict[str, Work], failed: dict[int, str]) -> dict[str, Matrix]:
        found = self._cache.get(wanted)
        missing = [key for key in wanted if key not in found]
        fresh: dict[str, Matrix] = {}
        for outcome in run_streams(
            lambda keys: self._encoded(keys, wanted), _in_batches(missing, _AT_ONCE), self._streams
        ):
            if isinstance(outcome.error, StorageError):
                raise outcome.error
            if outcome.result is not None:
                fresh |= outcome.result
                continue
            fresh |= self._one_by_one(outcome.item, wanted, failed)
        self._cache.put(fresh)
        return found | fresh

    def _one_by_one(
        self, keys: Sequence[str], wanted: dict[str, Work], failed: dict[int, str]
    ) -> dict[str, Matrix]:
        """One bad file among several fails alone."""
        found: dict[str, Matrix] = {}
        for key in keys:
            try:
                found |= self._encoded((key,), wanted)
            except StorageError:
                raise
            except GessoError as error:
                failed[wanted[key].id] = error.message
        return found

    def _encoded(self, keys: Sequence[str], wanted: dict[str, Work]) -> dict[str, Matrix]:
        files = [self._catalogue.thumbnail(wanted[key], _SIDE) for key in keys]
        return dict(zip(keys, self._encode(files), strict=True))


def _in_batches(keys: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    left = iter(keys)
    while some := tuple(islice(left, size)):
        yield some


class _Cache:
    """A small SQLite file; whatever is wrong with it, it is passed by."""

    def __init__(self, path: Path | None, size: int) -> None:
        self._path = path
        self._size = size
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    def get(self, keys: Iterable[str]) -> dict[str, Matrix]:
        found: dict[str, Matrix] = {}
        with self._lock, self._quietly():
            connection = self._connection()
            for some in _in_batches(keys, 500):
                wanted = _WANTED.replace("{marks}", ", ".join("?" * len(some)))
                for key, data in connection.execute(wanted, some):
                    vector = np.frombuffer(data, dtype="<f4")
                    # A vector has length 1; what has not was not written by us, or not whole.
                    if len(vector) == self._size and abs(float(vector @ vector) - 1) < 1e-3:
                        found[key] = vector
        return found

    def put(self, fresh: dict[str, Matrix]) -> None:
        if not fresh:
            return
        rows = [(key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in fresh.items()]
        with self._lock, self._quietly():
            connection = self._connection()
            with connection:
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path or ":memory:", timeout=2.0, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(_MADE)
            except BaseException:
                connection.close()
                raise
            self._opened = connection
        return self._opened

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            log.warning("the vectors that were kept in %s cannot be used: %s", self._path, error)

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None
