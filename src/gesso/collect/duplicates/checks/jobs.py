"""The work on pixels that is done elsewhere: measuring one, fitting one to many, laying a pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.collect.duplicates.checks.laying import Fit, fit, laid
from gesso.collect.duplicates.checks.links import Link, judged
from gesso.collect.duplicates.checks.points import MAKER as POINTS_MAKER
from gesso.collect.duplicates.checks.points import Points, points_of
from gesso.collect.duplicates.checks.shapes import shapes_score
from gesso.core.catalogue.works.findings.marks import MarkRow
from gesso.core.encoders.look.look import Look, LookOptions
from gesso.core.pixels.decode import decode

_LOOK = Look(LookOptions())
VECTOR = _LOOK.space.size
MAKER = f"{POINTS_MAKER}; {_LOOK.space.id}"


@dataclass(frozen=True)
class Measuring:
    """A work whose marks are wanted: its number and its thumbnail."""

    work: int
    thumbnail: bytes


@dataclass(frozen=True)
class Fitting:
    """A work that is fitted to others.

    Attributes:
        work: its number.
        points: its points.
        others: (number, points, seen in a mirror) of each.
    """

    work: int
    points: bytes
    others: tuple[tuple[int, bytes, bool], ...]


@dataclass(frozen=True)
class Fitted:
    """A fit that was found, `other` seen in a mirror or not."""

    work: int
    other: int
    mirrored: bool
    fit: Fit


@dataclass(frozen=True)
class Laying:
    """Two works to be laid on each other.

    Attributes:
        work, other: their numbers.
        thumbnail, other_thumbnail: their pictures.
        fitted: how, None for works whose points say nothing: their shapes are laid.
    """

    work: int
    other: int
    thumbnail: bytes
    other_thumbnail: bytes
    fitted: Fitted | None = None


def measure(job: Measuring) -> MarkRow:
    """The marks of a work.

    Raises:
        PictureError: its thumbnail is damaged.
    """
    picture = decode(job.thumbnail, name=_called(job.work)).picture
    points = points_of(picture.rgb)
    vector = _LOOK.pictures([picture])[0].astype("<f2")
    return MarkRow(
        job.work, vector.tobytes(), points.words().astype("<u4").tobytes(), points.to_bytes()
    )


def fit_all(job: Fitting) -> list[Fitted]:
    """Which of the others the points of a work lie on."""
    points = Points.from_bytes(job.points)
    found = []
    for number, data, mirrored in job.others:
        other = Points.from_bytes(data)
        fitted = fit(points, other.mirrored if mirrored else other)
        if fitted is not None:
            found.append(Fitted(job.work, number, mirrored, fitted))
    return found


def lay(job: Laying) -> Link | None:
    """Whether two works show one picture.

    Raises:
        PictureError: a thumbnail is damaged.
    """
    one = decode(job.thumbnail, name=_called(job.work)).picture.rgb
    other = decode(job.other_thumbnail, name=_called(job.other)).picture.rgb
    if job.fitted is None:
        return _by_shapes(job, one, other)
    if job.fitted.mirrored:
        other = np.ascontiguousarray(other[:, ::-1])
    likeness = laid(one, other, job.fitted.fit.affine)
    return judged(job.work, job.other, job.fitted.fit, likeness, mirrored=job.fitted.mirrored)


def _by_shapes(job: Laying, one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Link | None:
    score = shapes_score(one, other)
    return Link(job.work, job.other, "alternate", "shapes", round(score, 4)) if score else None


def _called(work: int) -> str:
    return f"the thumbnail of work {work}"
