"""Is everything there, to the byte? Looks, reads, and says what it truly read; changes nothing."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from random import Random
from threading import Event
from typing import Any

from sqlalchemy import func, select, text, union_all

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.dialects.sqlite import TRUE_FACETS, check_words
from gesso.core.catalogue.store.rows import WORK_COLUMNS, work_of
from gesso.core.catalogue.store.tables import (
    blobs,
    facet_counts,
    tracks,
    work_counts,
    works,
)
from gesso.core.catalogue.works.originals import OWN_FILES
from gesso.core.errors import DamageError, GessoError, InputError
from gesso.core.pixels.decode import decode
from gesso.core.records.codec import from_json
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Work

_BATCH = 500
_COPY = "Put it back from a copy of the studio."
_AGAIN = "Make it again from its original: gesso check --repair"
_ANEW = "Put back a copy of gesso.db; the pictures in blobs/ are not touched by it."


@dataclass(frozen=True)
class Problem:
    """Something that is not as the catalogue says.

    Attributes:
        kind: "database", "words", "counts", "original", "thumbnail", "recipe" or "sound".
        what: one sentence that names it.
        advice: what to do next.
    """

    kind: str
    what: str
    advice: str


@dataclass(frozen=True)
class CheckReport:
    """What was looked at, and what was found.

    Attributes:
        works: rows that were looked at.
        blobs: originals among their files that are there with the right size.
        thumbnails: thumbnails of which the same is true; one that several works share is one.
        files_read: files that were read to the last byte.
        bytes_read: bytes that were truly read from them.
        problems: what is wrong; empty for a sound studio.
        orphans: keys of files that no work and no track names; a crash may leave them, they harm
            nobody.
        leftovers: pieces of broken-off writes, swept when they are a day old.
        complete: everything that was asked for was looked at; False when the time was up.
        seconds: how long it took.
    """

    works: int
    blobs: int
    thumbnails: int
    files_read: int
    bytes_read: int
    problems: tuple[Problem, ...]
    orphans: tuple[str, ...]
    leftovers: int
    complete: bool
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Nothing is wrong with what was looked at."""
        return not self.problems


def check(
    catalogue: Catalogue,
    *,
    read_data: bool = False,
    subset: float | None = None,
    max_seconds: float | None = None,
    rng: Random | None = None,
    stop: Event | None = None,
) -> CheckReport:
    """Hold a catalogue against its files; it may be in use meanwhile.

    Always: the database's own check, every row's files and their sizes, the recipes' claims, the
    word search and the counts. On wish: the bytes of the files, held against their hashes, and
    the pixels of made pictures, held against their recipes.

    Args:
        catalogue: what to check.
        read_data: read the files to the last byte.
        subset: read those of this share of the works only, above 0 to 1; drawn anew each time.
        max_seconds: begin no further work after that long.
        rng: draws the subset.
        stop: begin no further work once it is set.

    Raises:
        InputError: `subset` is not above 0 and at most 1.
        StorageError: the disk would not read.
    """
    if subset is not None and not 0 < subset <= 1:
        raise InputError(f"A subset of {subset:g}?", "Ask for a share above 0 and at most 1 (5%).")
    began = time.monotonic()
    give_up = None if max_seconds is None else began + max_seconds
    found = _Findings(_shared(catalogue))
    found.problems += _database_problems(catalogue)
    draw = rng or Random()
    complete = True
    for work, recipe, sizes in _rows(catalogue):
        is_late = give_up is not None and time.monotonic() >= give_up
        if is_late or (stop is not None and stop.is_set()):
            complete = False
            break
        reads = read_data and (subset is None or draw.random() < subset)
        found.works += 1
        _look_at(catalogue, work, recipe, sizes, found, reads=reads)
    if complete:
        found.problems += _track_problems(catalogue, found, reads=read_data)
    return CheckReport(
        works=found.works,
        blobs=found.blobs,
        thumbnails=found.thumbnails,
        files_read=found.files_read,
        bytes_read=found.bytes_read,
        problems=tuple(found.problems),
        orphans=tuple(_orphans(catalogue)) if complete else (),
        leftovers=catalogue.blobs.leftovers(),
        complete=complete,
        seconds=time.monotonic() - began,
    )


@dataclass
class _Findings:
    shared: frozenset[str]
    met: set[tuple[str, str]] = field(default_factory=set)
    works: int = 0
    blobs: int = 0
    thumbnails: int = 0
    files_read: int = 0
    bytes_read: int = 0
    problems: list[Problem] = field(default_factory=list)

    def is_first(self, what: str, key: str) -> bool:
        """Whether a file is met for the first time, in what is done with it."""
        if key not in self.shared:
            return True
        is_first = (what, key) not in self.met
        self.met.add((what, key))
        return is_first


def _look_at(
    catalogue: Catalogue,
    work: Work,
    recipe: str | None,
    sizes: Mapping[str, int],
    found: _Findings,
    *,
    reads: bool,
) -> None:
    problems = _work_problems(catalogue, work, recipe, sizes, found, reads=reads)
    if problems:
        # It may have been sealed since its row was read; then its new row is the one to look at.
        now = _row(catalogue, work.id)
        if now is None:
            return
        if now[0].blob != work.blob:
            sizes = _sizes(catalogue, [now[0]])
            problems = _work_problems(catalogue, *now, sizes, found, reads=reads)
    found.problems += problems


def _work_problems(
    catalogue: Catalogue,
    work: Work,
    recipe: str | None,
    sizes: Mapping[str, int],
    found: _Findings,
    *,
    reads: bool,
) -> list[Problem]:
    problems = _recipe_problems(work, recipe)
    if work.has_original:
        whose = f"work {work.id}"
        wrong = _file_problem(catalogue, work.blob, sizes.get(work.blob), whose, "original")
        if wrong:
            problems.append(wrong)
        else:
            found.blobs += 1
            problems += _read_original(catalogue, work, found) if reads else []
    for side, key in work.thumbnails:
        whose = f"work {work.id}, {side} px"
        wrong = _file_problem(catalogue, key, sizes.get(key), whose, "thumbnail")
        if wrong:
            problems.append(wrong)
        else:
            found.thumbnails += found.is_first("thumbnail", key)
            if reads and found.is_first("read", key):
                problems += _read_file(catalogue, key, whose, "thumbnail", found)[1]
    return problems


def _track_problems(catalogue: Catalogue, found: _Findings, *, reads: bool) -> list[Problem]:
    problems = []
    for track in catalogue.tracks.list():
        whose = f"track {track.id}"
        wrong = _file_problem(catalogue, track.blob, track.size_bytes, whose, "sound")
        if wrong:
            problems.append(wrong)
        elif reads:
            problems += _read_file(catalogue, track.blob, whose, "sound", found)[1]
    return problems


def _file_problem(
    catalogue: Catalogue, key: str, wanted: int | None, whose: str, kind: str
) -> Problem | None:
    size = catalogue.blobs.size(key)
    if size is None:
        return Problem(kind, f"The {kind} of {whose} is missing: {key}.", _advice(kind))
    if size != wanted:
        what = f"The {kind} of {whose} has {size} bytes, not {wanted}: {key}."
        return Problem(kind, what, _advice(kind))
    return None


def _advice(kind: str) -> str:
    return f"{_AGAIN} --read-data" if kind == "thumbnail" else _COPY


def _read_file(
    catalogue: Catalogue, key: str, whose: str, kind: str, found: _Findings
) -> tuple[bytes, list[Problem]]:
    try:
        data = catalogue.blobs.get(key)
    except DamageError as error:
        return b"", [Problem(kind, str(error), _COPY)]
    found.files_read += 1
    found.bytes_read += len(data)
    if sha256(data).hexdigest() != key.rpartition("/")[2]:
        return data, [
            Problem(
                kind,
                f"The {kind} of {whose} holds other bytes than it did: {key}.",
                _advice(kind),
            )
        ]
    return data, []


def _read_original(catalogue: Catalogue, work: Work, found: _Findings) -> list[Problem]:
    data, problems = _read_file(catalogue, work.blob, f"work {work.id}", "original", found)
    is_lossless = work.media_type == "image/png"
    if problems or work.provenance.origin != "made" or not is_lossless:
        return problems
    try:
        pixels = decode(data, OWN_FILES, f"work {work.id}").picture.pixels_sha256
    except InputError as error:
        return [Problem("original", error.message, _COPY)]
    if pixels != work.fingerprint.pixels:
        return [
            Problem("recipe", f"Work {work.id} shows other pixels than its recipe says.", _COPY)
        ]
    return []


def _recipe_problems(work: Work, recipe: str | None) -> list[Problem]:
    if recipe is None:
        return []
    try:
        pixels = from_json(Recipe, recipe).pixels
    except GessoError as error:
        return [Problem("recipe", f"The recipe of work {work.id}: {error.message}", _ANEW)]
    if pixels != work.fingerprint.pixels:
        return [Problem("recipe", f"The recipe of work {work.id} is of other pixels.", _ANEW)]
    return []


def _sizes(catalogue: Catalogue, some: Iterable[Work]) -> dict[str, int]:
    keys = {key for work in some for key in (work.blob, *(key for _, key in work.thumbnails))}
    keys.discard("")
    if not keys:
        return {}
    wanted = select(blobs.c.key, blobs.c.size_bytes).where(blobs.c.key.in_(keys))
    with catalogue.database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(wanted)}


def _shared(catalogue: Catalogue) -> frozenset[str]:
    """Thumbnails that are named more than once: by works that look alike, or by a small work."""
    named = union_all(select(works.c.thumb_512.label("key")), select(works.c.thumb_256)).subquery()
    several = select(named.c.key).where(named.c.key != "").group_by(named.c.key)
    with catalogue.database.read() as connection:
        return frozenset(connection.scalars(several.having(func.count() > 1)))


def _rows(catalogue: Catalogue) -> Iterator[tuple[Work, str | None, Mapping[str, int]]]:
    """All works by number with the sizes that their files have, in small bites.

    So a long check holds up nobody.
    """
    last = 0
    while True:
        wanted = select(*WORK_COLUMNS, works.c.recipe).where(works.c.id > last)
        with catalogue.database.read() as connection:
            rows = connection.execute(wanted.order_by(works.c.id).limit(_BATCH)).mappings().all()
        if not rows:
            return
        found = [(work_of(row), row["recipe"]) for row in rows]
        sizes = _sizes(catalogue, (work for work, _ in found))
        for work, recipe in found:
            yield work, recipe, sizes
        last = rows[-1]["id"]


def _row(catalogue: Catalogue, work_id: int) -> tuple[Work, str | None] | None:
    wanted = select(*WORK_COLUMNS, works.c.recipe).where(works.c.id == work_id)
    with catalogue.database.read() as connection:
        row = connection.execute(wanted).mappings().one_or_none()
    return (work_of(row), row["recipe"]) if row else None


def _orphans(catalogue: Catalogue) -> Iterator[str]:
    """Files that no work and no track names."""
    for keys in _batches(catalogue.blobs.keys()):
        named: set[str] = set()
        with catalogue.database.read() as connection:
            for column in (works.c.blob, works.c.thumb_512, works.c.thumb_256, tracks.c.blob):
                named |= set(connection.scalars(select(column).where(column.in_(keys))))
        yield from (key for key in keys if key not in named)


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    left = iter(keys)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _database_problems(catalogue: Catalogue) -> list[Problem]:
    with catalogue.database.read() as connection:
        told = catalogue.database.faults(connection)
        counted = _counts(connection, select(work_counts).where(work_counts.c.count != 0))
        columns = (works.c.origin, works.c.source, works.c.standing)
        true = _counts(connection, select(*columns, func.count()).group_by(*columns))
        faceted = _counts(connection, select(facet_counts).where(facet_counts.c.count != 0))
        true_facets = _counts(connection, text(TRUE_FACETS))
    name = catalogue.database.name
    problems = [Problem("database", f"{name}: {line}", _ANEW) for line in told]
    if counted != true:
        problems.append(Problem("counts", "The counts of works are not those of the works.", _ANEW))
    if faceted != true_facets:
        problems.append(Problem("counts", "The facets' counts are not those of the works.", _ANEW))
    return problems + _word_problems(catalogue)


def _counts(connection: Any, wanted: Any) -> dict[tuple[str, str, str], int]:
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(wanted)}


def _word_problems(catalogue: Catalogue) -> list[Problem]:
    if catalogue.database.is_server:
        return []  # there the words are a column that the server itself keeps in step
    try:
        with catalogue.database.aside() as connection:
            check_words(connection)
    except (DamageError, sqlite3.DatabaseError):
        return [Problem("words", "The word search is not in step with the works.", _ANEW)]
    return []
