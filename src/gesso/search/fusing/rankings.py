"""The rankings of a query: by words, by meaning, by pictures, by colours, by values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.encoder import Encoder
from gesso.core.errors import UnknownItem
from gesso.core.indexes.found import Found as Near
from gesso.search.columns.maps import likeness, map_of
from gesso.search.columns.rows import Ids, Rows
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.fusing.asking import Asked
from gesso.search.fusing.fusing import Ranking
from gesso.search.looks.changes import changed
from gesso.search.looks.colour import have_colours
from gesso.search.looks.pictures import colours_of, small
from gesso.search.records import Like
from gesso.search.words.ranking import Ranked, WordRanking

Floats = NDArray[np.float32]

_AGAINST = 0.5
"""What a picture to be avoided counts beside one that is looked for (Rocchio 1971)."""
_SEEDS = 6
_NEIGHBOURS = 60
SURE = 0.6
"""The share of the words that a work has whose neighbours are looked at."""
_LEAST_ALIKE = 0.5
_LEAST_SHAPE = 2.0


@dataclass(frozen=True)
class Weights:
    """What each ranking counts where several are fused, and how sharply.

    Attributes:
        words: of the full text.
        meaning: of the words' vector, in spaces that read words.
        neighbours: of works that look like those whose words fit, in spaces that read none.
        picture: of the pictures.
        colour: of the colours.
        values: of the big shapes.
        constant: how little first places count more than later ones.
    """

    words: float = 1.0
    meaning: float = 1.0
    neighbours: float = 0.3
    picture: float = 1.0
    colour: float = 1.0
    values: float = 1.0
    constant: float = 60.0


@dataclass
class Lists:
    """All rankings of a query, with what each said of the works.

    Attributes:
        rankings: in the order of their causes.
        values: by cause, what was measured of each work.
        words: what the words found.
        near: how the space answered, None where it was not asked.
        vectors: of the words, for the bar of what is likely.
        covered: the share of the area of each colour, by work.
        is_cut: a ranking had more works than were taken.
        notes: what a person should know.
    """

    rankings: list[Ranking] = field(default_factory=list)
    values: dict[str, dict[int, float]] = field(default_factory=dict)
    words: Ranked | None = None
    near: Near | None = None
    vector: Floats | None = None
    covered: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    is_cut: bool = False
    notes: list[str] = field(default_factory=list)

    def add(self, cause: str, ids: Ids, values: NDArray[np.floating], weight: float) -> None:
        """Take a ranking in."""
        self.rankings.append(Ranking(cause, ids, weight))
        self.values[cause] = dict(zip(ids.tolist(), np.asarray(values).tolist(), strict=True))


class Ranker:
    """Makes the rankings of queries.

    Args:
        words: ranks by words.
        weights: what each ranking counts.
    """

    def __init__(self, words: WordRanking, weights: Weights) -> None:
        self._words = words
        self._weights = weights

    def rank(self, asked: Asked, space: OpenSpace | None, depth: int) -> Lists:
        """Every ranking that the query asks for, each `depth` works long at most."""
        lists = Lists()
        if asked.has_likes and space is not None:
            self._by_pictures(asked, space, depth, lists)
        if asked.has_words:
            self._by_words(asked, space, depth, lists)
        if asked.query.colours:
            self._by_colours(asked, depth, lists)
        if asked.query.values is not None:
            self._by_values(asked, asked.query.values, depth, lists)
        return lists

    def _by_words(self, asked: Asked, space: OpenSpace | None, depth: int, lists: Lists) -> None:
        ranked = self._words.rank(asked.terms, asked.allowed)
        lists.words = ranked
        lists.is_cut |= not ranked.is_all or len(ranked.ids) > depth
        shares = np.array([_share(ranked, work) for work in ranked.ids[:depth].tolist()])
        lists.add("words", ranked.ids[:depth], shares, self._weights.words)
        if ranked.unknown:
            told = ", ".join(ranked.unknown)
            lists.notes.append(f"No work has the words: {told}.")
        if space is None:
            return
        if space.encoder.space.reads_words:
            vector = space.encoder.words([asked.words])
            near = space.index.search(
                vector, depth, allowed=asked.allowed, recall=asked.query.recall
            )
            lists.vector, lists.near = vector[0], lists.near or near
            ids, scores = _told(near, asked)
            lists.is_cut |= len(ids) >= depth
            lists.add("meaning", ids, scores, self._weights.meaning)
        elif not asked.has_likes and self._weights.neighbours > 0:
            self._neighbours(asked, space, ranked, lists)

    def _neighbours(self, asked: Asked, space: OpenSpace, ranked: Ranked, lists: Lists) -> None:
        """Works that look like those whose words fit best."""
        sure = [w for w in ranked.ids[:_SEEDS].tolist() if _share(ranked, w) >= SURE]
        seeds, vectors = space.index.held(np.unique(np.array(sure, dtype=np.int64)))
        if not len(seeds):
            return
        near = space.index.search(vectors, _NEIGHBOURS, allowed=asked.allowed, recall="fast")
        best: dict[int, float] = {}
        for work, score in zip(
            near.ids.ravel().tolist(), near.scores.ravel().tolist(), strict=True
        ):
            if work >= 0 and score >= _LEAST_ALIKE:
                best[work] = max(score, best.get(work, 0.0))
        order = sorted(best, key=lambda work: (-best[work], -work))[:_NEIGHBOURS]
        ids = np.array(order, dtype=np.int64)
        lists.near = lists.near or near
        scores = np.array([best[work] for work in order])
        lists.add("neighbour", ids, scores, self._weights.neighbours)

    def _by_pictures(self, asked: Asked, space: OpenSpace, depth: int, lists: Lists) -> None:
        vector = _looked_for(asked, space)
        wanted = depth + len(asked.own)
        near = space.index.search(vector, wanted, allowed=asked.allowed, recall=asked.query.recall)
        lists.near = near
        ids, scores = _told(near, asked)
        lists.is_cut |= len(ids) >= depth
        if asked.changes:
            ids, scores = _as_wished(asked, ids, scores)
        lists.add("picture", ids[:depth], scores[:depth], self._weights.picture)

    def _by_colours(self, asked: Asked, depth: int, lists: Lists) -> None:
        some = _admitted(asked, asked.state.rows("swatches"))
        fits, covered = have_colours(some, asked.query.colours)
        ids, places = _best(some.ids, fits, depth, least=1e-4)
        lists.is_cut |= len(ids) >= depth
        told = zip(ids.tolist(), covered[places].tolist(), strict=True)
        lists.covered = {work: tuple(shares) for work, shares in told}
        lists.add("colour", ids, fits[places], self._weights.colour)

    def _by_values(self, asked: Asked, wanted: Like, depth: int, lists: Lists) -> None:
        maps = asked.state.rows("maps")
        own = _map_of(maps, wanted)
        if float(own.std()) < _LEAST_SHAPE:
            lists.notes.append(
                "The values of this picture are all nearly one: it has no big shapes to look for."
            )
        some = _admitted(asked, maps)
        alike = likeness(own, some.columns["map"])
        alike[~some.columns["is_there"]] = 0
        ids, places = _best(some.ids, alike, depth + len(asked.own), least=0.3)
        keep = np.isin(ids, list(asked.own), invert=True)
        lists.is_cut |= len(ids) >= depth
        lists.add("values", ids[keep], alike[places][keep], self._weights.values)


def _share(ranked: Ranked, work: int) -> float:
    found = ranked.found.get(work)
    return found.share if found else 0.0


def _told(near: Near, asked: Asked) -> tuple[Ids, Floats]:
    """What a space found for one query, without works that are gone or are the query itself."""
    ids, scores = near.ids[0], near.scores[0]
    keep = ids >= 0
    keep &= asked.state.core.places(ids) >= 0
    if asked.own:
        keep &= np.isin(ids, list(asked.own), invert=True)
    ids, scores = ids[keep], scores[keep]
    order = np.lexsort((-ids, -scores))
    return ids[order], scores[order]


def _looked_for(asked: Asked, space: OpenSpace) -> Floats:
    """(1, size): the mean of the pictures that are looked for, less those to be avoided."""
    likes = asked.query.likes
    vectors = np.stack([vector_of(space.encoder, space, one) for one in likes])
    plus = vectors[[not one.is_minus for one in likes]].mean(axis=0)
    minus = vectors[[one.is_minus for one in likes]]
    if len(minus):
        plus = plus - _AGAINST * minus.mean(axis=0)
    length = float(np.linalg.norm(plus))
    if length < 1e-6:  # a picture and its opposite: the picture itself says more than nothing
        plus, length = vectors[0], 1.0
    return np.asarray(plus / length, dtype=np.float32)[np.newaxis]


def vector_of(encoder: Encoder, space: OpenSpace, like: Like) -> Floats:
    """The vector of one picture of a query.

    Raises:
        UnknownItem: it is a work that has none yet.
    """
    if like.picture is not None:
        return np.asarray(encoder.pictures([small(like.picture)])[0], dtype=np.float32)
    try:
        found = space.index.vectors(np.array([like.work], dtype=np.int64))
    except UnknownItem as error:
        raise UnknownItem(
            f"Work {like.work} is not yet embedded by '{space.name}'.",
            f"Embed it with: gesso encode --encoder {space.name}",
        ) from error
    return np.asarray(found[0], dtype=np.float32)


def _as_wished(asked: Asked, ids: Ids, scores: Floats) -> tuple[Ids, Floats]:
    """Only works that differ as they should, those that are near and differ clearly first."""
    swatches = asked.state.rows("swatches")
    own = _own_colours(asked, swatches)
    further = changed(swatches, swatches.places(ids), own, asked.changes)
    fitting = further > 0
    ids, together = ids[fitting], scores[fitting] + further[fitting]
    order = np.lexsort((-ids, -together))
    return ids[order], together[order]


def _own_colours(asked: Asked, swatches: Rows) -> Rows:
    first = next(one for one in asked.query.likes if not one.is_minus)
    if first.picture is not None:
        return colours_of(first.picture)
    place = swatches.places(np.array([first.work], dtype=np.int64))
    return Rows(swatches.ids[place], {name: held[place] for name, held in swatches.columns.items()})


def _map_of(maps: Rows, wanted: Like) -> Floats:
    if wanted.picture is not None:
        return map_of(wanted.picture)
    place = int(maps.places(np.array([wanted.work], dtype=np.int64))[0])
    if not maps.columns["is_there"][place]:
        raise UnknownItem(
            f"Work {wanted.work} has no picture here, so no values.", "Name another work."
        )
    return np.asarray(maps.columns["map"][place], dtype=np.float32)


def _admitted(asked: Asked, rows: Rows) -> Rows:
    if asked.mask is None:
        return rows
    columns = {name: held[asked.mask] for name, held in rows.columns.items()}
    return Rows(rows.ids[asked.mask], columns)


def _best(ids: Ids, scores: Floats, depth: int, *, least: float) -> tuple[Ids, NDArray[np.int64]]:
    """The best works and their places; of equal scores the newer ones."""
    fitting = np.flatnonzero(scores >= least)
    if len(fitting) > depth:
        bar = np.partition(scores[fitting], len(fitting) - depth)[len(fitting) - depth]
        fitting = fitting[scores[fitting] >= bar]
    order = np.lexsort((-ids[fitting], -scores[fitting]))[:depth]
    places = fitting[order]
    return ids[places], places
