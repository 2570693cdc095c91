"""Searches held against judged queries, in one space or in several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import works
from gesso.core.errors import InputError
from gesso.search.finder import Finder
from gesso.search.looks.colour import read_colour
from gesso.search.records import Like, Query
from gesso.search.scoring.measures import Figure, Scores, over_differences, over_queries, scored

_MOST_ASKED = 1000


@dataclass(frozen=True)
class Judged:
    """One judged query.

    Attributes:
        query: what is asked.
        relevant: works that should be found.
        ignored: works that count neither way: they are taken out of the ranking.
        missing: names of relevant works that the catalogue does not hold.
    """

    query: Query
    relevant: frozenset[int]
    ignored: frozenset[int]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """How good searches were.

    Attributes:
        encoder: in whose space they were made.
        space: its id, "" where none was asked.
        queries: what was asked, in words.
        scores: of each query.
        ndcg, recall, precision: over all queries, at the depth.
        depth: how many hits count.
        gain: nDCG beside the first space of a comparison, None for the first itself.
    """

    encoder: str
    space: str
    queries: tuple[str, ...]
    scores: tuple[Scores, ...]
    ndcg: Figure
    recall: Figure
    precision: Figure
    depth: int
    gain: Figure | None = None


class Evaluator:
    """Measures searches on judged queries.

    Args:
        finder: who searches.
        catalogue: whose works the judgements name.
    """

    def __init__(self, finder: Finder, catalogue: Catalogue) -> None:
        self._finder = finder
        self._catalogue = catalogue

    def read(self, path: Path) -> list[Judged]:
        """Judged queries of a file, a JSON object a line.

        Each has "query" (words), "like" (a work) or "colour", and "relevant", perhaps "ignore",
        which name works by their numbers or by what their source calls them.

        Raises:
            InputError: a line cannot be used; it is named.
        """
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"'{path}' cannot be read as judged queries: {error}.") from error
        named = self._named()
        found = [
            _judged(line, f"{path.name}, line {at}", named)
            for at, line in enumerate(lines, 1)
            if line.strip()
        ]
        if not found:
            raise InputError(f"There is no query in '{path}'.", "Write a JSON object a line.")
        return found

    def compare(
        self, judged: Sequence[Judged], encoders: Sequence[str], depth: int
    ) -> list[Report]:
        """Ask all queries in each space; those of which nothing relevant is here are left out.

        Raises:
            InputError: of no query anything relevant is in the catalogue.
        """
        usable = [one for one in judged if one.relevant]
        if not usable:
            raise InputError(
                "Of no query anything relevant is in the catalogue.",
                "The judgements name works by number or by what their source calls them.",
            )
        reports: list[Report] = []
        for encoder in encoders:
            first = reports[0] if reports else None
            reports.append(self._report(usable, encoder, depth, first))
        return reports

    def _report(
        self, judged: Sequence[Judged], encoder: str, depth: int, first: Report | None
    ) -> Report:
        scores, space = [], ""
        for one in judged:
            wanted = min(_MOST_ASKED, depth + len(one.ignored))
            asked = replace(one.query, encoder=encoder, limit=wanted, collapses=False)
            answer = self._finder.find(asked)
            space = answer.compared.space if answer.compared else space
            ids = [hit.work.id for hit in answer.hits if hit.work.id not in one.ignored]
            scores.append(scored(ids, one.relevant, depth))
        ndcgs = [one.ndcg for one in scores]
        return Report(
            encoder,
            space,
            tuple(one.query.words or "a picture" for one in judged),
            tuple(scores),
            over_queries(ndcgs),
            over_queries([one.recall for one in scores]),
            over_queries([one.precision for one in scores]),
            depth,
            None if first is None else over_differences(ndcgs, [s.ndcg for s in first.scores]),
        )

    def _named(self) -> dict[str, int]:
        """Works by what their sources call them, and by the last part of that."""
        wanted = select(works.c.id, works.c.identifier).where(works.c.identifier != "")
        with self._catalogue.database.read() as connection:
            told = [(row[0], row[1]) for row in connection.execute(wanted.order_by(works.c.id))]
        ends = {PurePosixPath(name).name: number for number, name in reversed(told)}
        return ends | {name: number for number, name in told}


def _judged(line: str, place: str, named: dict[str, int]) -> Judged:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise InputError(f"{place} is no JSON: {error}.") from error
    asks = isinstance(told, dict) and any(told.get(key) for key in ("query", "like", "colour"))
    if not asks or not isinstance(told.get("relevant"), list):
        raise InputError(
            f"{place} says not what is asked, or not what is relevant.",
            'Write {"query": "ships at sea", "relevant": ["ship.jpg", 12]}.',
        )
    relevant = {str(name): _work(name, named) for name in told["relevant"]}
    ignored = {_work(name, named) for name in told.get("ignore", [])}
    return Judged(
        _query(told, place, named),
        frozenset(work for work in relevant.values() if work is not None),
        frozenset(work for work in ignored if work is not None),
        tuple(name for name, work in relevant.items() if work is None),
    )


def _query(told: dict[str, Any], place: str, named: dict[str, int]) -> Query:
    likes: tuple[Like, ...] = ()
    if told.get("like"):
        work = _work(told["like"], named)
        if work is None:
            raise InputError(f"{place}: '{told['like']}' is not in the catalogue.")
        likes = (Like(work=work, name=str(told["like"])),)
    colours = told.get("colour") or []
    colours = [colours] if isinstance(colours, str) else colours
    return Query(
        words=str(told.get("query") or ""),
        filter=str(told.get("filter") or ""),
        likes=likes,
        colours=tuple(read_colour(str(one)) for one in colours),
    )


def _work(name: object, named: dict[str, int]) -> int | None:
    if isinstance(name, int):
        return name
    text = str(name)
    return named.get(text, named.get(PurePosixPath(text).name))
