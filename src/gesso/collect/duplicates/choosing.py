"""Which work of a group is shown: the largest, then the one with the best rights and record."""

from __future__ import annotations

from collections.abc import Collection

from gesso.collect.licences import permission
from gesso.core.records.works import Work

RULE = (
    "what a person keeps; else what shows the whole; else the most pixels that are here; else the "
    "freest licence; else what is best described; else the first that came"
)

_FREEDOM = {"free": 2, "restricted": 1, "unknown": 0}

Rank = tuple[int, int, int, int]


def rank(work: Work, allowed: Collection[str] = ()) -> Rank:
    """How much speaks for showing a work: the larger, the more.

    Args:
        work: which.
        allowed: licences that the owner allows beside the free ones.
    """
    return (
        pixels_here(work),
        _FREEDOM[permission(work.rights.licence, allowed)],
        _described(work),
        -work.id,
    )


def pixels_here(work: Work) -> int:
    """Pixels of the original where it is kept, else of the largest thumbnail."""
    if work.has_original:
        return work.width * work.height
    if not work.thumbnails or not work.width or not work.height:
        return 0
    scale = min(1.0, work.thumbnails[0][0] / max(work.width, work.height))
    return round(work.width * scale) * round(work.height * scale)


def _described(work: Work) -> int:
    """How many things are known of it."""
    said = (
        *(work.title, work.creator, work.date, work.medium, work.kind, work.style, work.place),
        *(work.text, work.caption, work.page, work.rights.credit),
    )
    return sum(bool(one) for one in said)
