"""References: works of the catalogue that a picture is like, and in what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import GessoError, InputError, UnknownItem
from gesso.core.pixels.derived.fingerprint import fingerprint, hamming
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Fingerprint, Work
from gesso.study.drawing.plates import drawn_later
from gesso.study.easel import Easel
from gesso.study.records import Figure, Reading, Sheet
from gesso.study.tools.near.company import Company
from gesso.study.tools.near.reasons import Reason, reasons_of, traits_of
from gesso.study.tools.near.showing import SIZE, Reference, row_of
from gesso.study.tools.tool import measured_by

_MORE = 24
"""Neighbours that are looked at beyond those shown: copies and other takes fall away."""
_COPY, _CLOSE = 0.96, 0.75
"""Cosines: of copies, and of pictures close enough that their hashes are held together."""
_BITS, _NEAR_BITS = 6, 14
"""Bits of 64 in which the hashes of copies differ."""
_NO_CATALOGUE = "There is no catalogue here to find references in."
_NONE_KNOWN = (
    "None of the catalogue's works has an embedding yet, so none can be compared: gesso encode "
    "makes them."
)


@dataclass(frozen=True)
class SimilarOptions:
    """How many references are shown.

    Attributes:
        count: 5 to 10; fewer only where the catalogue holds fewer.
    """

    count: int = 6

    def __post_init__(self) -> None:
        if not 5 <= self.count <= 10:
            raise InputError(f"{self.count} references cannot be shown.", "Ask for 5 to 10.")


@dataclass(frozen=True)
class _Hit:
    work: Work
    likeness: float
    reasons: tuple[Reason, ...]


class Similar:
    """Finds references.

    Args:
        options: how many.
        company: the catalogue and its vectors; None where there is none.
    """

    Options: ClassVar[type] = SimilarOptions
    name = "similar"

    def __init__(self, options: SimilarOptions, company: Company | None) -> None:
        self._options = options
        self._company = company if isinstance(company, Company) else None

    def read(self, easel: Easel) -> Reading:
        """Works like it, copies of it left out, each with what it shares, in a row."""
        company = self._company
        if company is None:
            return self._told(easel, (), (), _NO_CATALOGUE)
        if not len(company.known):
            return self._told(easel, (), (), _NONE_KNOWN)
        hits = self._hits(easel, company)
        if not hits:
            why = "Every work of the catalogue that can be compared is a copy of this picture."
            return self._told(easel, (), (), why)
        references = [
            Reference(hit.work.title, hit.work.creator, tuple(one.what for one in hit.reasons))
            for hit in hits
        ]
        works = [hit.work for hit in hits]
        drawn = drawn_later(
            "similar",
            "Works of the catalogue that it is like, the nearest first.",
            SIZE,
            lambda: row_of(references, [_thumbnail(company, work) for work in works]),
        )
        return self._told(easel, hits, (drawn,), "")

    def _hits(self, easel: Easel, company: Company) -> tuple[_Hit, ...]:
        vector = company.vector(easel.picture)
        small = Picture(easel.rgb)
        mark, mine = fingerprint(b"", small), traits_of(small.rgb, swatches(small))
        near = company.neighbours.nearest(vector, self._options.count + _MORE)
        vectors = company.neighbours.vectors(np.array([work for work, _ in near], dtype=np.int64))
        found: list[_Hit] = []
        shown: list[NDArray[np.float32]] = []
        for (number, likeness), other in zip(near, vectors, strict=True):
            work = _work(company, number)
            if work is None or work.standing != "kept":
                continue
            if _is_copy(easel.picture, mark, work, likeness):
                continue
            if any(float(other @ one) > _COPY for one in shown):
                continue
            theirs = company.traits(work, lambda one: traits_of(_seen(company, one), one.swatches))
            found.append(_Hit(work, likeness, reasons_of(mine, theirs)))
            shown.append(other)
            if len(found) == self._options.count:
                break
        return tuple(found)

    def _told(
        self, easel: Easel, hits: Sequence[_Hit], sheets: tuple[Sheet, ...], abstains: str
    ) -> Reading:
        figures: dict[str, Figure] = {"references": [_figures(hit) for hit in hits]}
        if self._company is not None:
            figures["space"] = self._company.encoder.space.id
            figures["compared"] = len(self._company.known)
        return Reading(
            tool=self.name,
            title="References",
            note=_note(hits),
            figures=figures,
            sheets=sheets,
            maker=measured_by(self.name, "1", self._options, easel),
            abstains=abstains,
        )


def _is_copy(picture: Picture, mark: Fingerprint, work: Work, likeness: float) -> bool:
    """It is this picture, in another file, size or scan."""
    if work.fingerprint.pixels == picture.pixels_sha256 or likeness >= _COPY:
        return True
    bits = min(
        hamming(mark.dhash, work.fingerprint.dhash), hamming(mark.phash, work.fingerprint.phash)
    )
    return bits <= _BITS or (likeness >= _CLOSE and bits <= _NEAR_BITS)


def _work(company: Company, number: int) -> Work | None:
    try:
        return company.catalogue().works.get(number)
    except UnknownItem:
        return None


def _seen(company: Company, work: Work) -> NDArray[np.uint8]:
    """A work's thumbnail as sRGB; one white pixel where it cannot be read."""
    data = np.frombuffer(_thumbnail(company, work), np.uint8)
    read = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if read is None:
        return np.full((1, 1, 3), 255, np.uint8)
    return np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _thumbnail(company: Company, work: Work) -> bytes:
    """A work's thumbnail; nothing where it cannot be read: the others are shown all the same."""
    try:
        return company.catalogue().thumbnail(work, 256)
    except GessoError:
        return b""


def _figures(hit: _Hit) -> Figure:
    return {
        "work": hit.work.id,
        "title": hit.work.title,
        "creator": hit.work.creator,
        "likeness": round(hit.likeness, 3),
        "shared": {reason.what: round(reason.value, 3) for reason in hit.reasons},
    }


def _note(hits: Sequence[_Hit]) -> str:
    if not hits:
        return ""
    first = hits[0]
    by = f" by {first.work.creator}" if first.work.creator else ""
    shared = [reason.what for reason in first.reasons]
    what = " and ".join(filter(None, [", ".join(shared[:-1]), *shared[-1:]]))
    told = f", in {what}" if shared else ", as a whole rather than in one thing"
    return f"Nearest of the catalogue is '{_short(first.work.title)}'{by}{told}."


def _short(title: str) -> str:
    words = " ".join(title.split())
    return words if len(words) <= 70 else f"{words[:69]}…"
