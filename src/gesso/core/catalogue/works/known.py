"""Seen before? What in the catalogue an arrival would be once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, bindparam, select

from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.rows import IS_NAMED, WORK_COLUMNS, work_of
from gesso.core.catalogue.store.tables import works
from gesso.core.catalogue.works.arrivals import Arrival, Kept
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.works import Provenance, Work

_BATCH = 500
# Asked of every arrival, so they are put together once, and read no more than a number: mostly
# there is none.
_FIRST = select(works.c.id).order_by(works.c.id).limit(1)
_WHOLE = Prepared(select(*WORK_COLUMNS).where(works.c.id == bindparam("number")))
_BY_IDENTIFIER = Prepared(
    _FIRST.where(
        works.c.origin == bindparam("origin"),
        works.c.source == bindparam("source"),
        works.c.identifier == bindparam("identifier"),
        IS_NAMED,
    )
)
_BY_BYTES = Prepared(
    _FIRST.where(works.c.data_sha256 == bindparam("data"), works.c.origin == bindparam("origin"))
)


@dataclass(frozen=True)
class Seen:
    """How an arrival stands to what is in the catalogue.

    Attributes:
        kept: it needs no room, because it is here already or is refused; None for one that does.
        half: the work that it would make whole: so far without its original, or any picture.
    """

    kept: Kept | None = None
    half: Work | None = None


def looked_up(connection: Connection, arrival: Arrival) -> Seen:
    """How an arrival stands to what is in the catalogue."""
    prints = arrival.developed.fingerprint
    try:
        known = same(connection, arrival.provenance, prints.pixels, prints.data)
    except InputError as error:
        return Seen(Kept(None, is_new=False, refused=error))
    if known is None and not arrival.is_apart:
        twin = _twin(connection, arrival)
        is_whole = twin is not None and (twin.has_original or not arrival.keeps_original)
        if twin is not None and twin.standing != "record" and is_whole:
            return Seen(Kept(twin, is_new=False))
    if known is None:
        return Seen()
    if known.standing == "record" or (arrival.keeps_original and not known.has_original):
        return Seen(half=known)
    return Seen(Kept(known, is_new=False))


def _twin(connection: Connection, arrival: Arrival) -> Work | None:
    """The oldest work of the same bytes or pixels; one without an original only for its like."""
    prints = arrival.developed.fingerprint
    for is_it in (works.c.data_sha256 == prints.data, works.c.pixels_sha256 == prints.pixels):
        wanted = select(*WORK_COLUMNS).where(is_it)
        if arrival.keeps_original:
            wanted = wanted.where(works.c.blob.is_not(None))
        row = connection.execute(wanted.order_by(works.c.id).limit(1)).mappings().one_or_none()
        if row is not None:
            return work_of(row)
    return None


def same(connection: Connection, provenance: Provenance, pixels: str, data: str) -> Work | None:
    """The work that this would be again, None for a new one.

    Bytes count as well as pixels: another version of a decoder may see a JPEG a little
    differently.
    """
    asked = {"origin": provenance.origin, "source": provenance.source}
    if provenance.identifier:
        asked["identifier"] = provenance.identifier
        number = _BY_IDENTIFIER.first(connection, asked)
    else:
        number = _BY_BYTES.first(connection, asked | {"data": data})
    if number is None:
        return None
    work = work_of(_WHOLE.rows(connection, {"number": number})[0])
    if work.standing == "record":
        return work  # so far without a picture: this is it
    if pixels != work.fingerprint.pixels and data != work.fingerprint.data:
        raise InputError(
            f"'{provenance.source}' has another picture called '{provenance.identifier}' "
            f"already (work {work.id}).",
            "Give this one an identifier of its own.",
        )
    return work


def refuse_unknown(connection: Connection, numbers: Iterable[int]) -> None:
    """Make sure that there are works of these numbers.

    Raises:
        UnknownItem: there is none of one of them.
    """
    left = iter(numbers)
    while batch := set(islice(left, _BATCH)):
        known = set(connection.scalars(select(works.c.id).where(works.c.id.in_(batch))))
        if batch - known:
            number = min(batch - known)
            raise UnknownItem(
                f"There is no work number {number} in the catalogue.",
                "Find one with: gesso search",
            )
