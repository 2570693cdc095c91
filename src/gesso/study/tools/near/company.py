"""What the studio lends to tools that hold a picture against the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import works
from gesso.core.encoders.encoder import Encoder
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work
from gesso.study.tools.near.reasons import Traits
from gesso.study.tools.near.vote import Jury, Labelled

Ids = NDArray[np.int64]
LABEL_SET = "style"
_KEPT_VECTORS, _KEPT_TRAITS = 8, 2000
Key = TypeVar("Key")
Held = TypeVar("Held")
_FEW = 4
"""Works that a style needs to be heard."""


class Neighbours(Protocol):
    """Vectors of works in the space of the company's encoder."""

    def known(self) -> Ids:
        """The works that have a vector, ascending."""
        ...

    def vectors(self, ids: Ids) -> NDArray[np.float32]:
        """(works, size) of works that are known."""
        ...

    def nearest(self, vector: NDArray[np.float32], k: int) -> Sequence[tuple[int, float]]:
        """(work, cosine) of the `k` nearest works, nearest first; fewer where fewer exist."""
        ...


@dataclass(frozen=True)
class IndexedNeighbours:
    """Neighbours from a space's index.

    Attributes:
        index: of the encoder's space.
    """

    index: SpaceIndex

    def known(self) -> Ids:
        """The works that have a vector, ascending."""
        return self.index.known()

    def vectors(self, ids: Ids) -> NDArray[np.float32]:
        """(works, size) of works that are known."""
        return self.index.vectors(ids)

    def nearest(self, vector: NDArray[np.float32], k: int) -> Sequence[tuple[int, float]]:
        """(work, cosine) of the `k` nearest works, nearest first."""
        found = self.index.search(vector, k)
        rows = zip(found.ids[0].tolist(), found.scores[0].tolist(), strict=True)
        return [(work, score) for work, score in rows if work >= 0]


@dataclass
class Company:
    """An encoder, the catalogue, and its works' vectors; each asked for at first use.

    Used from many threads: what is worked out twice comes out the same.

    Attributes:
        encoder: makes the picture's vector.
        neighbours: vectors of works in its space.
        catalogue: where works are.
    """

    encoder: Encoder
    neighbours: Neighbours
    catalogue: Callable[[], Catalogue]
    _vectors: dict[str, NDArray[np.float32]] = field(default_factory=dict, repr=False)
    _traits: dict[tuple[int, str], Traits] = field(default_factory=dict, repr=False)
    _heard: _Hearing | None = field(default=None, repr=False)

    def vector(self, picture: Picture) -> NDArray[np.float32]:
        """(size,) of a picture; those of the last few stay at hand."""
        key = picture.pixels_sha256
        found = self._vectors.get(key)
        if found is None:
            found = self.encoder.pictures([picture])[0]
            _kept(self._vectors, _KEPT_VECTORS, key, found)
        return found

    def traits(self, work: Work, make: Callable[[Work], Traits]) -> Traits:
        """What a work is held side by side by; it stays at hand, since works do not change."""
        key = work.id, work.fingerprint.pixels
        found = self._traits.get(key)
        if found is None:
            found = make(work)
            _kept(self._traits, _KEPT_TRAITS, key, found)
        return found

    @property
    def known(self) -> Ids:
        """The works that can be compared."""
        return self.neighbours.known()

    @property
    def labelled(self) -> Labelled:
        """Works whose style is known and that can be compared; a person's word wins."""
        return self._hearing.labelled

    @property
    def jury(self) -> Jury | None:
        """The labelled works of styles that have enough of them; None below two such styles."""
        return self._hearing.jury

    @property
    def _hearing(self) -> _Hearing:
        """Who is heard; anew when works came or went."""
        known = self.known
        key = (len(known), int(known[-1]) if len(known) else 0)
        held = self._heard
        if held is None or held.key != key:
            held = _Hearing(key, self._labelled(known))
            self._heard = held
        return held

    def _labelled(self, known: Ids) -> Labelled:
        catalogue = self.catalogue()
        said = {
            label.work: label.label
            for label in catalogue.labels.said(LABEL_SET, source="human")
            if label.decision == "keep"
        }
        wanted = select(works.c.id, works.c.style, works.c.creator).order_by(works.c.id)
        with catalogue.database.read() as connection:
            rows = connection.execute(wanted).all()
        held = set(known.tolist())
        kept = [
            (row.id, style, row.creator)
            for row in rows
            if row.id in held and (style := said.get(row.id, row.style or "").strip())
        ]
        ids = np.array([work for work, _, _ in kept], dtype=np.int64)
        vectors = self.neighbours.vectors(ids) if kept else np.zeros((0, 0), np.float32)
        return Labelled(
            ids, vectors, tuple(style for _, style, _ in kept), tuple(who for _, _, who in kept)
        )


def _kept(shelf: dict[Key, Held], most: int, key: Key, held: Held) -> None:
    """Put something on a shelf, whose oldest leaves; any thread may."""
    while len(shelf) >= most:
        shelf.pop(next(iter(list(shelf))), None)
    shelf[key] = held


@dataclass
class _Hearing:
    """The labelled works as they stood for some number of known works."""

    key: tuple[int, int]
    labelled: Labelled

    @cached_property
    def jury(self) -> Jury | None:
        """The works of styles that have enough of them; None below two such styles."""
        labelled = self.labelled
        counts = Counter(labelled.styles)
        heard = [at for at, style in enumerate(labelled.styles) if counts[style] >= _FEW]
        if len({labelled.styles[at] for at in heard}) < 2:
            return None
        return Jury(
            Labelled(
                labelled.ids[heard],
                labelled.vectors[heard],
                tuple(labelled.styles[at] for at in heard),
                tuple(labelled.creators[at] for at in heard),
            )
        )
