"""The finder: one question in, one page of works out, with the reasons."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.rows import WORK_COLUMNS, work_of
from gesso.core.catalogue.store.tables import works
from gesso.core.errors import DamageError
from gesso.core.indexes.found import IndexState
from gesso.core.records.works import Work
from gesso.search.columns.columns import Columns
from gesso.search.columns.keeping import Keeping
from gesso.search.columns.rows import Ids, Rows
from gesso.search.embedding.spaces import Coverage, OpenSpace, Spaces
from gesso.search.filters.applying import without_takes
from gesso.search.fusing.asking import Admitting, Asked, ask
from gesso.search.fusing.bands import Bands, Calibration
from gesso.search.fusing.counting import counted, first_of_each, shown_once
from gesso.search.fusing.fusing import fused
from gesso.search.fusing.pages import DEPTHS, Place, check_limit, read_mark, write_mark
from gesso.search.fusing.rankings import Lists, Ranker, Weights
from gesso.search.fusing.reasons import Judge
from gesso.search.looks.pictures import PictureDesk
from gesso.search.records import Answer, Compared, Hit, Query
from gesso.search.words.ranking import WordOptions, WordRanking

# Asked for again and again, so it is put together once: for as many as a page mostly shows.
_PLACES = tuple(f"number_{place}" for place in range(20))
_SOME = Prepared(select(*WORK_COLUMNS).where(works.c.id.in_([bindparam(at) for at in _PLACES])))
_KEPT = 64
_READY = 0.99


@dataclass(frozen=True)
class FinderOptions:
    """How searches are answered.

    Attributes:
        weights: what each ranking counts.
        words: how far words are looked for.
        embeds: works without a vector are embedded by a search that needs them, so many at most;
            0 for none.
    """

    weights: Weights = field(default=Weights())
    words: WordOptions = field(default=WordOptions())
    embeds: int = 0
    columns: Path | None = None


@dataclass(frozen=True)
class _Room:
    """The space that answers, as it stands now."""

    space: OpenSpace
    state: IndexState
    known: Ids
    missing: Ids


@dataclass(frozen=True)
class _Level:
    """One depth of a ranking, worked out."""

    asked: Asked
    lists: Lists
    order: tuple[int, ...]
    scores: dict[int, float]
    duplicates: dict[int, tuple[int, ...]]
    is_last: bool


Embed = Callable[[OpenSpace, Ids], object]
"""Embeds works now."""


class Finder:
    """Answers searches. May be called from many threads.

    Args:
        catalogue: what is searched.
        spaces: where pictures and meanings are compared.
        desk: reads pictures as people name them.
        options: how searches are answered.
        embed: embeds a few works on the way, None for nobody.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        spaces: Spaces,
        desk: PictureDesk,
        options: FinderOptions | None = None,
        embed: Embed | None = None,
    ) -> None:
        self.options = options or FinderOptions()
        self.pictures = desk
        kept = self.options.columns
        self.columns = Columns(catalogue.database, Keeping(kept) if kept else None)
        self.coverage = Coverage()
        self._catalogue = catalogue
        self._spaces = spaces
        self._embed = embed
        self._ranker = Ranker(
            WordRanking(catalogue.database, self.options.words), self.options.weights
        )
        self._calibration = Calibration()
        self._admitting = Admitting(catalogue.database)
        self._lock = Lock()
        self._levels: OrderedDict[object, _Level] = OrderedDict()
        self._tried: dict[str, tuple[int, bytes]] = {}
        self._order: tuple[Rows | None, NDArray[np.int64]] = None, np.zeros(0, dtype=np.int64)

    def __call__(self, query: Query | str) -> Answer:
        """A page of works; words alone will do: `studio.search("winter river")`."""
        return self.find(Query(query) if isinstance(query, str) else query)

    def find(self, query: Query) -> Answer:
        """A page of works.

        Raises:
            InputError: the query cannot be answered; it says which part of it, and what to write.
            UnknownItem: a work that it names is not there, or not yet in the space.
            SettingsError: its encoder cannot be used.
            DamageError: the vector of a work that it names is damaged and cannot be made again.
        """
        try:
            return self._find(query)
        except DamageError:
            if self._embed is None:
                raise
        return self._find(query)  # what is known as damaged is missing now, and made on the way

    def _find(self, query: Query) -> Answer:
        check_limit(query.limit)
        place = read_mark(query.after, query) if query.after is not None else None
        asked = ask(query, self.columns, self._admitting)
        room = self._room(asked)
        if not asked.ranks:
            return self._newest(asked, place)
        hits: list[tuple[int, _Level, int]] = []
        level = place.level if place else 0
        while len(hits) <= query.limit:
            found = self._level(asked, room, level)
            start = _start(found, place) if place and place.level == level else 0
            hits += [(work, found, level) for work in found.order[start:]]
            if found.is_last or level + 1 == len(DEPTHS):
                break
            level += 1
        shown, more = hits[: query.limit], hits[query.limit :]
        first = self._level(asked, room, 0)
        answer = self._told(asked, first, room, shown, has_more=bool(more))
        # Few may be left of the deepest look: those that differ as they should, for one.
        is_all = found.is_last and answer.total is None and place is None and not more
        return replace(answer, total=len(shown)) if is_all else answer

    def works(self, ids: Sequence[int]) -> dict[int, Work]:
        """The records of some works; those that are gone are missing."""
        found: dict[int, Work] = {}
        with self._catalogue.database.read() as connection:
            for start in range(0, len(ids), len(_PLACES)):
                some = ids[start : start + len(_PLACES)]
                asked = dict.fromkeys(_PLACES, some[0]) | dict(zip(_PLACES, some, strict=False))
                for row in _SOME.rows(connection, asked):
                    found[row["id"]] = work_of(row)
        return found

    def _room(self, asked: Asked) -> _Room | None:
        """The space that answers; the standby while the first has too few of the works."""
        if not (asked.has_likes or asked.has_words):
            return None
        name = asked.query.encoder or self._spaces.default
        room = self._stands(name, asked)
        standby = self._spaces.standby
        is_ready = len(room.known) >= _READY * (len(room.known) + len(room.missing))
        if not asked.query.encoder and standby not in ("", name) and not is_ready:
            return self._stands(standby, asked)
        if self._embed is not None and 0 < len(room.missing) <= self.options.embeds:
            tried = asked.state.seq, room.missing.tobytes()
            if self._tried.get(name) == tried:
                return room  # they cannot be embedded, until something becomes of the works
            self._embed(room.space, room.missing)
            room = self._stands(name, asked)
            self._tried[name] = asked.state.seq, room.missing.tobytes()
        return room

    def _stands(self, name: str, asked: Asked) -> _Room:
        space = self._spaces.open(name)
        now = space.index.state()
        return _Room(space, now, *self.coverage.of(space, asked.state, now))

    def _level(self, asked: Asked, room: _Room | None, level: int) -> _Level:
        key = (
            replace(asked.query, after=None, limit=1, facets=()),
            asked.state.seq,
            room.state if room else None,
            level,
        )
        with self._lock:
            if key in self._levels:
                self._levels.move_to_end(key)
                return self._levels[key]
        found = self._work_out(asked, room, level)
        with self._lock:
            self._levels[key] = found
            while len(self._levels) > _KEPT:
                self._levels.popitem(last=False)
        return found

    def _work_out(self, asked: Asked, room: _Room | None, level: int) -> _Level:
        space = room.space if room else None
        lists = self._ranker.rank(asked, space, DEPTHS[level])
        if len(lists.rankings) == 1:
            only = lists.rankings[0]
            order = only.ids.tolist()
            scores = _falling(order, lists, only.name)
        else:
            order, scores = fused(lists.rankings, self.options.weights.constant)
        before = {work for one in range(level) for work in self._all_of(asked, room, one)}
        order = [work for work in order if work not in before]
        duplicates: dict[int, tuple[int, ...]] = {}
        if asked.query.collapses:
            order, duplicates = shown_once(asked.state, order)
        return _Level(asked, lists, tuple(order), scores, duplicates, is_last=not lists.is_cut)

    def _all_of(self, asked: Asked, room: _Room | None, level: int) -> set[int]:
        found = self._level(asked, room, level)
        return {*found.order, *(one for ones in found.duplicates.values() for one in ones)}

    def _told(
        self,
        asked: Asked,
        first: _Level,
        room: _Room | None,
        shown: Sequence[tuple[int, _Level, int]],
        *,
        has_more: bool,
    ) -> Answer:
        # What was ranked before may have been asked with other facets: those of now are told.
        query = asked.query
        records = self.works([work for work, _, _ in shown])
        compared = _compared(first, room)
        bands = self._bands(first, room)
        hits = []
        for work, found, _level in shown:
            judge = Judge(asked, found.lists, bands)
            if work in records:
                score, others = round(found.scores[work], 6), found.duplicates.get(work, ())
                told = judge.band(work), judge.reasons(work)
                hits.append(Hit(records[work], score, *told, others))
        mark = None
        if shown and has_more:
            work, found, level = shown[-1]
            mark = write_mark(Place(level, round(found.scores[work], 9), work), query)
        everything = np.array(first.order, dtype=np.int64)
        return Answer(
            tuple(hits),
            mark,
            len(first.order) if first.is_last else None,
            len(asked.allowed) if asked.filters and asked.allowed is not None else None,
            compared,
            counted(asked.state, everything, query.facets),
            self._notes(first, room, compared),
        )

    def _newest(self, asked: Asked, place: Place | None) -> Answer:
        """Nothing ranks: the works that the filter admits, newest first."""
        core, query = asked.state.core, asked.query
        places = self._newest_first(core)
        places = places if asked.mask is None else places[asked.mask[places]]
        all_ids = core.ids[places]
        if query.collapses:
            places = places[first_of_each(asked.state, all_ids)]
        ids, times = core.ids[places], core.columns["added_at"][places]
        start = 0
        if place is not None:
            behind = (times < place.score) | ((times == place.score) & (ids < place.work))
            start = int(np.argmax(behind)) if behind.any() else len(ids)
        shown = ids[start : start + query.limit].tolist()
        records = self.works(shown)
        hits = tuple(Hit(records[work], 0.0, None) for work in shown if work in records)
        mark = None
        if shown and start + query.limit < len(ids):
            last = float(times[start + len(shown) - 1])
            mark = write_mark(Place(0, last, shown[-1]), query)
        admitted = len(all_ids) if asked.filters else None
        facets = counted(asked.state, all_ids, query.facets)
        return Answer(hits, mark, len(ids), admitted, None, facets, _notes_of(asked))

    def _newest_first(self, core: Rows) -> NDArray[np.int64]:
        """The places of all works, the newest first; sorted once for each state of the columns."""
        known, order = self._order
        if known is not core:
            order = np.lexsort((-core.ids, -core.columns["added_at"]))
            self._order = core, order
        return order

    def _bands(self, level: _Level, room: _Room | None) -> Bands | None:
        if room is None or level.lists.near is None:
            return None
        return self._calibration.of(room.space.index, room.known)

    def _notes(
        self, level: _Level, room: _Room | None, compared: Compared | None
    ) -> tuple[str, ...]:
        notes = [*_notes_of(level.asked), *level.lists.notes]
        silent = level.asked.terms.passed_over
        if silent and level.asked.query.words:
            notes.append(f"Passed over: {', '.join(silent)}.")
        asks_space = level.asked.has_likes or level.lists.near is not None
        if room is not None and compared is not None and (asks_space or not compared.embedded):
            notes.extend(_missing_of(level.asked, room.missing))
        if compared is not None and compared.degraded:
            notes.append(f"The index is not well: {compared.degraded}")
        return tuple(dict.fromkeys(notes))


def _compared(level: _Level, room: _Room | None) -> Compared | None:
    if room is None:
        return None
    near, about = level.lists.near, room.space.encoder.space
    counts = len(room.known), len(room.missing)
    if near is None:
        now = room.state
        return Compared(
            about.id, about.knows, now.generation, "not asked", True, now.degraded, *counts
        )
    told = near.generation, near.plan, near.exact, near.degraded
    return Compared(about.id, about.knows, *told, *counts)


def _notes_of(asked: Asked) -> tuple[str, ...]:
    if not len(asked.state.core):
        return ("The catalogue is empty: gesso collect, gesso make or gesso demo fill it.",)
    if asked.allowed is not None and not len(asked.allowed):
        return ("No work fits the filter.", *asked.guesses)
    return ()


def _missing_of(asked: Asked, missing: Ids) -> tuple[str, ...]:
    """How many pictures a search cannot find by their looks, of those that it would show."""
    if not len(missing):
        return ()
    core, shown = asked.state.core, without_takes(asked.state)
    there = core.columns["has_picture"] if shown is None else core.columns["has_picture"] & shown
    lacking = int(np.isin(missing, core.ids[there], assume_unique=True).sum())
    said = f"{lacking:,} of {int(there.sum()):,} pictures are not yet embedded"
    return (f"{said} and cannot be found by their looks: gesso encode",) if lacking else ()


def _start(level: _Level, place: Place) -> int:
    """Where the page behind a place begins, also where its last hit has gone."""
    try:
        return level.order.index(place.work) + 1
    except ValueError:
        behind = [
            at
            for at, work in enumerate(level.order)
            if (-round(level.scores[work], 9), -work) > (-place.score, -place.work)
        ]
        return behind[0] if behind else len(level.order)


def _falling(order: Sequence[int], lists: Lists, name: str) -> dict[int, float]:
    """Scores of a single ranking, which never rise along it."""
    values = lists.values[name]
    if name == "words" and lists.words is not None:
        told = dict(zip(lists.words.ids.tolist(), lists.words.scores.tolist(), strict=True))
        return {work: told[work] for work in order}
    return {work: values[work] for work in order}
