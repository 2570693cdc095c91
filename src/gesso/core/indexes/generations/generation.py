"""A generation in service: checked when it is opened, asked for candidates, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.encoder import Space
from gesso.core.errors import DamageError, GessoError, MissingExtra
from gesso.core.indexes.generations.canaries import NAME as CANARIES
from gesso.core.indexes.generations.canaries import Canaries
from gesso.core.indexes.generations.manifest import Manifest
from gesso.core.indexes.generations.shelf import folder_of
from gesso.core.indexes.generations.source import fingerprint
from gesso.core.indexes.index import INDEXES, Index, IndexMaker, Place, Queries, Recall
from gesso.core.indexes.scan import Lens, best
from gesso.core.indexes.truth.breaking import IsOver, never
from gesso.core.indexes.truth.rows import Ids, Rows
from gesso.core.indexes.truth.truth import Truth

ROWS = "rows.u4"
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Service:
    """What every generation of a space is opened with.

    Attributes:
        truth: the vectors, which have the last word.
        engines: options of adapters by name, where the owner has wishes.
        threads: how many a search may use.
    """

    truth: Truth
    engines: dict[str, Any]
    threads: int

    def make(self, kind: str, folder: Path, name: str, widen: float = 1) -> Index:
        """An index of that kind, not yet built or opened.

        Raises:
            SettingsError: there is no such kind, or its packages are not here.
        """
        place = Place(folder, name, self.truth.space.size, self.threads, widen)
        return maker_of(kind)(place, self.engines.get(kind))


def maker_of(kind: str) -> IndexMaker:
    """How an index of that kind is made.

    Raises:
        UnknownAdapter: there is no such kind.
        MissingExtra: its packages are not here, or cannot be loaded on this machine.
    """
    try:
        return INDEXES.open(kind)
    except ImportError as error:
        raise MissingExtra(
            f"The index '{kind}' needs a package that cannot be loaded here: {error}.",
            "Install it anew: pip install --force-reinstall gesso",
        ) from error


class Generation:
    """An index with the rows of the truth that it was built of.

    Args:
        manifest: what it says of itself.
        index: opened.
        rows: (vectors,) the row of the truth behind each of its own.
        truth: the vectors, which have the last word.

    Attributes:
        silence: why it did not answer when it was last asked; "" when it did.
    """

    def __init__(
        self, manifest: Manifest, index: Index, rows: NDArray[np.uint32], truth: Truth
    ) -> None:
        self.manifest = manifest
        self.rows = rows
        self._index = index
        self.truth = truth
        self._mask: tuple[Rows | None, NDArray[np.bool_] | None] = (None, None)
        self.silence = ""
        self._is_whole = bool((rows == np.arange(len(rows), dtype=np.uint32)).all())

    @classmethod
    def open(cls, folder: Path, service: Service) -> Generation:
        """Read every byte, see that it was built of this truth, and ask a few canaries.

        Raises:
            DamageError: with what is wrong.
            SettingsError, OutsideError: its adapter cannot work here.
        """
        manifest, rows = read_through(folder, service.truth)
        index = service.make(manifest.kind, folder, manifest.name, manifest.widen)
        index.open()
        generation = cls(manifest, index, rows, service.truth)
        try:
            Canaries.from_bytes((folder / CANARIES).read_bytes()).check_some(generation.ask)
        except GessoError:
            generation.close()
            raise
        return generation

    def near(
        self, queries: Queries, k: int, admitted: NDArray[np.bool_] | None, recall: Recall
    ) -> tuple[list[tuple[Ids, Scores]], int]:
        """Rows of the truth with their true cosines, for each query, and how many were scanned.

        Args:
            queries: (queries, size) float32 of length 1.
            k: how many are wanted; more may come.
            admitted: which rows of the truth may be found, None for all of this generation.
            recall: "fast" or "balanced".
        """
        allowed = None if admitted is None else self._own(admitted)
        found = self._index.search(queries, k, allowed, recall)
        return [
            self._compared(query, own[own >= 0])
            for query, own in zip(queries, found.rows, strict=True)
        ], found.scanned

    def mask(self, rows: Rows) -> NDArray[np.bool_] | None:
        """Which rows of the truth a search without a filter may find; None when none has gone."""
        moment, mask = self._mask
        if moment is not rows:
            mask = None if rows.live[self.rows].all() else rows.live
            self._mask = (rows, mask)
        return mask

    def ask(self, queries: Queries, k: int) -> Scores:
        """(queries, k) what a balanced search over all of its rows finds; for canaries."""
        found = np.full((len(queries), k), -2, dtype=np.float32)
        answers, _ = self.near(queries, k, None, "balanced")
        for line, (rows, scores) in zip(found, answers, strict=True):
            _, near = best(rows, scores, k)
            line[: len(near)] = near
        return found

    def close(self) -> None:
        """Let go of memory and connections."""
        self._index.close()

    def _own(self, admitted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Of which of its own rows a mask over the truth speaks, in their order."""
        return admitted[: len(self.rows)] if self._is_whole else admitted[self.rows]

    def _compared(self, query: NDArray[np.float32], own: NDArray[np.int64]) -> tuple[Ids, Scores]:
        rows = np.sort(self.rows[own].astype(np.int64))
        vectors, sound = self.truth.gather(rows)
        scores = Lens(query[None], self.truth.width).scores(vectors)[0]
        return (rows, scores) if sound.all() else (rows[sound], scores[sound])


def read_through(
    folder: Path, truth: Truth, is_over: IsOver = never
) -> tuple[Manifest, NDArray[np.uint32]]:
    """The manifest and the rows of a generation, once every byte of it was read.

    No index is opened, and of the files no more than a piece is held at a time.

    Raises:
        DamageError: a byte is not what was written, or it was not built of this truth.
        BrokenOff: it was over before the end.
    """
    manifest = Manifest.read(folder)
    check_space(manifest, truth.space)
    check_place(manifest, folder)
    manifest.check_files(folder, is_over)
    rows = np.fromfile(folder / ROWS, dtype="<u4").astype(np.uint32, copy=False)
    _check_truth(manifest, rows, truth.rows())
    return manifest, rows


def check_space(manifest: Manifest, space: Space) -> None:
    """Whether a generation is of this space.

    Raises:
        DamageError: it is not.
    """
    if (manifest.space, manifest.size) != (space.id, space.size):
        raise DamageError(
            f"it belongs to the space '{manifest.space}' of {manifest.size} numbers, not to "
            f"'{space.id}' of {space.size}",
            "Spaces never mix; make an index of this one with: gesso index build",
        )


def check_place(manifest: Manifest, folder: Path) -> None:
    """Whether a generation lies in the folder of its number.

    Raises:
        DamageError: it does not.
    """
    if folder.name != folder_of(manifest.number):
        raise DamageError(
            f"it is generation {manifest.number}, in a folder that is not its own",
            "Give both folders their names back, or make a new one with: gesso index build",
        )


def _check_truth(manifest: Manifest, chosen: NDArray[np.uint32], rows: Rows) -> None:
    is_ours = (
        len(chosen) == manifest.count
        and manifest.high_water <= len(rows.ids)
        and (not len(chosen) or int(chosen.max()) < manifest.high_water)
        and fingerprint(rows, chosen.astype(np.int64)) == manifest.truth
    )
    if not is_ours:
        raise DamageError(
            "it was built of other vectors than those that are kept now",
            "Make a new one with: gesso index build",
        )


def rows_to_bytes(rows: Ids) -> bytes:
    """As the file of a generation."""
    return rows.astype("<u4").tobytes()
