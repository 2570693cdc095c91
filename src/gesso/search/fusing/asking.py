"""A query made ready: read, held against the columns, its pictures as vectors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from threading import Lock

import numpy as np

from gesso.core.catalogue.store.database import Database
from gesso.core.errors import InputError, UnknownItem
from gesso.search.columns.columns import Columns, State
from gesso.search.columns.rows import Ids, Mask
from gesso.search.filters.applying import (
    Filter,
    admitted,
    with_phrases,
    without_takes,
)
from gesso.search.filters.guessing import guesses
from gesso.search.filters.reading import Word, read
from gesso.search.fusing.counting import facet_groups
from gesso.search.looks.changes import Change, read_change
from gesso.search.looks.colour import MOST
from gesso.search.records import Query
from gesso.search.words.terms import Terms, read_terms

MOST_LIKES = 16
_REMEMBERED = 32
_LIKES_WITHOUT = "Name at least one picture that hits should be like."


@dataclass(frozen=True)
class Asked:
    """A query that can be answered.

    Attributes:
        query: as it was asked.
        state: the columns at that moment.
        terms: of its words.
        allowed: the works that its conditions admit, ascending; None for all.
        mask: the same by the columns' places.
        changes: how hits should differ.
        filters: whether a person narrowed it; leaving takes out is no narrowing.
        own: works of the query itself, which are never hits.
        guesses: where conditions admit nothing, what was probably meant.
    """

    query: Query
    state: State
    terms: Terms
    allowed: Ids | None
    mask: Mask | None
    changes: tuple[Change, ...] = ()
    filters: bool = False
    own: frozenset[int] = field(default=frozenset())
    guesses: tuple[str, ...] = ()

    @property
    def has_words(self) -> bool:
        """Words are looked for."""
        return bool(self.terms.wanted)

    @property
    def has_likes(self) -> bool:
        """Pictures are looked for."""
        return bool(self.query.likes)

    @property
    def ranks(self) -> bool:
        """Something orders the hits; else they come newest first."""
        return bool(
            self.has_words or self.has_likes or self.query.colours or self.query.values is not None
        )

    @property
    def words(self) -> str:
        """What is looked for, as an encoder may read it: without signs and conditions."""
        told = [*(term.as_typed for term in self.terms.wanted)]
        return " ".join(told)


class Admitting:
    """Holds conditions against the columns, and remembers what it found for the last ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._known: OrderedDict[tuple[object, ...], tuple[Mask | None, Ids | None]] = OrderedDict()

    def of(
        self, filters: Sequence[Filter], phrases: Sequence[Word], state: State
    ) -> tuple[Mask | None, Ids | None]:
        """Which works are admitted: by their places and by their numbers; None for all.

        Raises:
            InputError: a value that cannot be used; with its place.
        """
        key = (state.seq, *(one.wish.conditions for one in filters), tuple(phrases))
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        speaks = any(one.speaks_of_standing for one in filters)
        masks = [admitted(one, state, self._database) for one in filters]
        masks.append(with_phrases(state, self._database, phrases))
        masks.append(None if speaks else without_takes(state))
        mask = reduce(_both, masks)
        found = mask, None if mask is None else state.core.ids[mask]
        with self._lock:
            self._known[key] = found
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found


def ask(query: Query, columns: Columns, admitting: Admitting) -> Asked:
    """Read a query and hold its conditions against the columns.

    Raises:
        InputError: it cannot be answered; with the place where it is about words or conditions.
        UnknownItem: a work that it names is not there.
    """
    _check(query)
    wish, narrowing = read(query.words), read(query.filter)
    changes = tuple(read_change(one) for one in query.but)
    filters = (Filter.of(query.words, wish), Filter.of(query.filter, narrowing))
    needs = {group for one in filters for group in one.groups}
    needs |= {"duplicates"} if query.collapses else set()
    needs |= {"swatches"} if query.colours or changes else set()
    needs |= {"maps"} if query.values is not None else set()
    needs |= set(facet_groups(query.facets))
    state = columns.state(*sorted(needs - {"core"}))
    terms = read_terms(wish.words, widens=query.widens)
    phrases = [*narrowing.words, *(one for one in wish.words if one.is_minus or one.is_phrase)]
    mask, allowed = admitting.of(filters, phrases, state)
    return Asked(
        query,
        state,
        terms,
        allowed,
        mask,
        changes,
        bool(wish.conditions or narrowing.conditions or phrases),
        _own(query, state),
        guesses(filters, state) if allowed is not None and not len(allowed) else (),
    )


def _both(one: Mask | None, two: Mask | None) -> Mask | None:
    if one is None or two is None:
        return two if one is None else one
    return one & two


def _own(query: Query, state: State) -> frozenset[int]:
    named = [*query.likes, *((query.values,) if query.values is not None else ())]
    numbers = frozenset(one.work for one in named if one.work is not None)
    places = state.core.places(np.array(sorted(numbers), dtype=np.int64))
    for number, place in zip(sorted(numbers), places, strict=True):
        if place < 0:
            raise UnknownItem(
                f"There is no work number {number} in the catalogue.",
                "Find one with: gesso search",
            )
    return numbers


def _check(query: Query) -> None:
    if len(query.likes) > MOST_LIKES:
        raise InputError(
            f"{len(query.likes)} pictures are too many for one search.",
            f"Give at most {MOST_LIKES}.",
        )
    if query.likes and all(one.is_minus for one in query.likes):
        raise InputError("All pictures are to be avoided.", _LIKES_WITHOUT)
    if len(query.colours) > MOST:
        raise InputError(
            f"{len(query.colours)} colours cannot be looked for at once.", f"Give 1 to {MOST}."
        )
    if query.but and not query.likes:
        raise InputError("There is no picture to differ from.", _LIKES_WITHOUT)
