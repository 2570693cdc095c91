"""The shelf of works: found by id, by page, by words, by what the picture is."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, bindparam, select, tuple_, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.pages import read_cursor, write_cursor
from gesso.core.catalogue.store.rows import (
    WORK_COLUMNS,
    facts_of,
    is_from,
    tag_lines,
    work_of,
)
from gesso.core.catalogue.store.tables import work_counts, works
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.codec import from_json
from gesso.core.records.finds import Facts
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Origin, Provenance, Standing, Work

PageOrder = Literal["newest", "oldest"]
MAX_PAGE = 1000
_MAX_WORDS = 32
_MOST_RANKED = 500

# Asked for again and again, so they are put together once: a select of so many columns takes
# longer to write than to answer.
_WORK = select(*WORK_COLUMNS).where(works.c.id == bindparam("number"))
_MANY = select(*WORK_COLUMNS).where(works.c.id.in_(bindparam("numbers", expanding=True)))
_AT_ONCE = 400
_RECIPES = select(works.c.id, works.c.recipe).where(
    works.c.id.in_(bindparam("numbers", expanding=True))
)


@dataclass(frozen=True)
class Page:
    """Some works of a list.

    Attributes:
        works: in the order that was asked for.
        next: the mark of the page that follows, None after the last.
    """

    works: tuple[Work, ...]
    next: str | None


@dataclass(frozen=True)
class WordHit:
    """A work whose words were searched for; a higher score is a better match."""

    work: Work
    score: float


class WorkShelf:
    """All works of the catalogue.

    Args:
        database: where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, work_id: int) -> Work:
        """One work.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        with self._database.read() as connection:
            row = connection.execute(_WORK, {"number": work_id}).mappings().one_or_none()
        if row is None:
            raise _unknown(work_id)
        return work_of(row)

    def many(self, numbers: Sequence[int]) -> list[Work]:
        """Works in the order of their numbers as they are given, read together.

        Raises:
            UnknownItem: the catalogue has none of one of these numbers.
        """
        found: dict[int, Work] = {}
        with self._database.read() as connection:
            for start in range(0, len(numbers), _AT_ONCE):
                asked = {"numbers": list(numbers[start : start + _AT_ONCE])}
                for row in connection.execute(_MANY, asked).mappings():
                    found[row["id"]] = work_of(row)
        lost = next((number for number in numbers if number not in found), None)
        if lost is not None:
            raise _unknown(lost)
        return [found[number] for number in numbers]

    def page(
        self,
        after: str | None = None,
        limit: int = 60,
        *,
        standing: Standing | None = "kept",
        origin: Origin | None = None,
        favourite: bool | None = None,
        run: str | None = None,
        order: PageOrder = "newest",
    ) -> Page:
        """A page of works by the time they came in; a page in the middle costs no more.

        Works that come in meanwhile shift nothing: no work is missed and none comes twice.

        Args:
            after: the `next` of the page before, None for the first page.
            limit: works on the page, 1 to 1,000.
            standing: of these works only, None for any.
            origin: of this origin only, None for any.
            favourite: marked or unmarked ones only, None for both.
            run: made by this run only, None for any.
            order: of the whole list.

        Raises:
            InputError: `after` is no mark of this list, or `limit` is out of bounds.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise InputError(f"A page of {limit} works?", f"Ask for 1 to {MAX_PAGE}.")
        narrowing = {"standing": standing, "origin": origin, "favourite": favourite, "run": run}
        question = json.dumps([order, narrowing])
        asked = {name: value for name, value in narrowing.items() if value is not None}
        values: dict[str, object] = {**asked, "most": limit + 1}
        if after is not None:
            values["at"], values["number"] = read_cursor(after, question)
        found = self._list(_page(tuple(asked), order, goes_on=after is not None), values)
        shown = tuple(found[:limit])
        is_last = len(found) <= limit
        return Page(
            shown, None if is_last else write_cursor(shown[-1].added_at, shown[-1].id, question)
        )

    def count(
        self,
        *,
        standing: Standing | None = "kept",
        origin: Origin | None = None,
        source: str | None = None,
    ) -> int:
        """How many works there are; each argument narrows, None for any."""
        return sum(
            count
            for (of_origin, of_source, of_standing), count in self.counts().items()
            if standing in (None, of_standing)
            and origin in (None, of_origin)
            and source in (None, of_source)
        )

    def counts(self) -> Mapping[tuple[str, str, str], int]:
        """How many works there are by (origin, source, standing), at any size of the catalogue."""
        with self._database.read() as connection:
            rows = connection.execute(select(work_counts).where(work_counts.c.count > 0))
            return {(row.origin, row.source, row.standing): row[3] for row in rows}

    def find(self, provenance: Provenance) -> Work | None:
        """The work of that origin, source and identifier; None also without an identifier."""
        if not provenance.identifier:
            return None
        found = self._list(select(*WORK_COLUMNS).where(is_from(provenance)))
        return found[0] if found else None

    def by_pixels(self, sha256: str) -> list[Work]:
        """Works that show exactly these pixels, oldest first."""
        return self._list(
            select(*WORK_COLUMNS).where(works.c.pixels_sha256 == sha256).order_by(works.c.id)
        )

    def by_data(self, sha256: str) -> list[Work]:
        """Works whose file is exactly these bytes, oldest first."""
        return self._list(
            select(*WORK_COLUMNS).where(works.c.data_sha256 == sha256).order_by(works.c.id)
        )

    def words(
        self, query: str, limit: int = 60, *, standing: Standing | None = "kept"
    ) -> list[WordHit]:
        """Works with all these words in what is said of them, the best match first.

        Searched are title, creator, tags, prompt, text, caption, medium, kind, style and place.
        Of more than 500 matches the newest 500 are ranked.

        The query is words and nothing else: no sign in it has a meaning of its own. The last
        word may be the beginning of one, from its second letter on. Of more than 32 words the
        first 32 count.

        Args:
            query: what a person typed; without a word in it nothing is found.
            limit: at most so many.
            standing: of these works only, None for any.
        """
        terms = re.findall(r"\w+", query)[:_MAX_WORDS]
        if not terms:
            return []
        # Of a word that thousands of works share, the newest of them are ranked: so an answer
        # takes no longer in a larger catalogue.
        with self._database.read() as connection:
            ranks = self._database.ranked(connection, terms, _MOST_RANKED)
            ranks.sort(key=lambda rank: (-rank[1], -rank[0]))
            return _hits(connection, ranks, limit, standing)

    def recipe(self, work_id: int) -> Recipe | None:
        """How a work was made, None for one that was not made here.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        return self.recipes([work_id])[work_id]

    def recipes(self, numbers: Sequence[int]) -> dict[int, Recipe | None]:
        """How works were made, by their numbers, read together.

        Raises:
            UnknownItem: the catalogue has none of one of these numbers.
        """
        found: dict[int, Recipe | None] = {}
        with self._database.read() as connection:
            for start in range(0, len(numbers), _AT_ONCE):
                asked = {"numbers": list(numbers[start : start + _AT_ONCE])}
                for number, recipe in connection.execute(_RECIPES, asked):
                    found[number] = from_json(Recipe, recipe) if recipe else None
        lost = next((number for number in numbers if number not in found), None)
        if lost is not None:
            raise _unknown(lost)
        return found

    def facts(self, work_id: int) -> Facts:
        """All that is known of a work beside its picture, as one record.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        with self._database.read() as connection:
            row = connection.execute(select(works).where(works.c.id == work_id)).mappings().first()
        if row is None:
            raise _unknown(work_id)
        return facts_of(row)

    def tags(self, work_id: int) -> tuple[str, ...]:
        """What a work is tagged with.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        with self._database.read() as connection:
            row = connection.execute(select(works.c.tags).where(works.c.id == work_id)).first()
        if row is None:
            raise _unknown(work_id)
        return tuple(row[0].splitlines())

    def set_favourite(self, work_id: int, favourite: bool) -> None:
        """Keep a person's mark, or take it off.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        self._change(work_id, {"favourite": favourite})

    def set_title(self, work_id: int, title: str) -> None:
        """Call a work something else.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        self._change(work_id, {"title": title})

    def set_title_in(self, connection: Connection, work_id: int, title: str) -> None:
        """Call a work something else, in a transaction that is open: with its caption.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        _change_in(connection, work_id, {"title": title})

    def set_tags(self, work_id: int, tags: tuple[str, ...]) -> None:
        """Tag a work, in place of its earlier tags.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        self._change(work_id, {"tags": tag_lines(tags)})

    def _change(self, work_id: int, values: dict[str, Any]) -> None:
        with self._database.write() as connection:
            _change_in(connection, work_id, values)

    def _list(self, wanted: Select[Any], values: Mapping[str, object] | None = None) -> list[Work]:
        with self._database.read() as connection:
            return [work_of(row) for row in connection.execute(wanted, values).mappings().all()]


@functools.cache
def _page(names: tuple[str, ...], order: PageOrder, *, goes_on: bool) -> Select[Any]:
    """How a page is asked for, put together once for each kind of list."""
    wanted = select(*WORK_COLUMNS).where(*(works.c[name] == bindparam(name) for name in names))
    by = (works.c.added_at, works.c.id)
    if goes_on:
        place = tuple_(*by)
        mark = tuple_(bindparam("at", type_=works.c.added_at.type), bindparam("number"))
        wanted = wanted.where(place < mark if order == "newest" else place > mark)
    wanted = wanted.order_by(*(c.desc() if order == "newest" else c.asc() for c in by))
    return wanted.limit(bindparam("most"))


def _change_in(connection: Connection, work_id: int, values: dict[str, Any]) -> None:
    changed = connection.execute(update(works).where(works.c.id == work_id).values(values))
    if not changed.rowcount:
        raise _unknown(work_id)


def _hits(
    connection: Connection,
    ranks: Sequence[tuple[int, float]],
    limit: int,
    standing: Standing | None,
) -> list[WordHit]:
    """The first `limit` of the ranked works, best first; rows are read for hardly more."""
    found: list[WordHit] = []
    for start in range(0, len(ranks), max(limit, 1)):
        some = dict(ranks[start : start + limit])
        rows = connection.execute(
            _some(is_narrowed=standing is not None), {"ids": list(some), "stands": standing}
        )
        hits = [WordHit(work_of(row), some[row["id"]]) for row in rows.mappings()]
        found += sorted(hits, key=lambda hit: (-hit.score, -hit.work.id))
        if len(found) >= limit:
            break
    return found[:limit]


@functools.cache
def _some(*, is_narrowed: bool) -> Select[Any]:
    """How works are asked for by their numbers, put together once."""
    wanted = select(*WORK_COLUMNS).where(works.c.id.in_(bindparam("ids", expanding=True)))
    return wanted.where(works.c.standing == bindparam("stands")) if is_narrowed else wanted


def _unknown(work_id: int) -> UnknownItem:
    return UnknownItem(
        f"There is no work number {work_id} in the catalogue.", "Find one with: gesso search"
    )
