"""What a search is asked and what it answers: plain values that any face can hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gesso.core.indexes.index import Recall
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work

Band = Literal["likely", "weak"]
"""Whether a hit is one that a person would agree to, as far as the space can tell."""
Cause = Literal["words", "meaning", "picture", "colour", "values", "neighbour"]
MOST_HITS = 1000


@dataclass(frozen=True)
class Like:
    """A picture that is looked for, or looked away from: a work of the catalogue, or pixels.

    Attributes:
        work: the number of a work; None where `picture` says it.
        picture: pixels; None where `work` says it.
        name: what a person calls it.
        is_minus: works like it come last.
    """

    work: int | None = None
    picture: Picture | None = None
    name: str = ""
    is_minus: bool = False


@dataclass(frozen=True)
class Colour:
    """A colour that is looked for.

    Attributes:
        lightness, a, b: OKLab.
        share: of the picture's area that it should cover, 0 to 1; None for whatever it covers.
        tolerance: how far in OKLab a colour still counts, 0.02 (hardly) to 0.4.
        name: as a person wrote it.
    """

    lightness: float
    a: float
    b: float
    share: float | None = None
    tolerance: float = 0.12
    name: str = ""


@dataclass(frozen=True)
class Query:
    """What is asked; what is left out does not count.

    Attributes:
        words: words, phrases and conditions in one: `winter river -snow year:1600..1700`.
        filter: more conditions, which narrow and do not rank.
        likes: pictures.
        colours: one to five.
        values: a picture whose big shapes of light and dark are looked for.
        but: how hits should differ from the pictures of `likes`: "darker", "warmer", …
        encoder: in whose space pictures and meanings are compared; "" for the studio's.
        recall: how hard to look.
        limit: hits of a page, 1 to 1,000.
        after: the `next` of the page before, None for the first.
        collapses: near-duplicates are shown once.
        widens: words stand for more than themselves.
        facets: the counts that are wanted: "style", "decade", …
    """

    words: str = ""
    filter: str = ""
    likes: tuple[Like, ...] = ()
    colours: tuple[Colour, ...] = ()
    values: Like | None = None
    but: tuple[str, ...] = ()
    encoder: str = ""
    recall: Recall = "balanced"
    limit: int = 20
    after: str | None = None
    collapses: bool = True
    widens: bool = True
    facets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why a work was found.

    Attributes:
        cause: what was compared.
        says: one line for a person.
        value: how near, in the measure of that cause: a cosine, a share of words, 0 to 1.
        places: of words: (asked for, the column, as it stands there); of colours: (asked for,
            the nearest swatch as #rrggbb, the share that it covers).
    """

    cause: Cause
    says: str
    value: float
    places: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Hit:
    """One work that was found.

    Attributes:
        work: it.
        score: in the order of the hits, higher is better; comparable within one answer only.
        band: how far it can be believed; None where nothing was compared, so nothing is claimed.
        reasons: why it was found.
        duplicates: other works that show the same picture and are not shown for it.
    """

    work: Work
    score: float
    band: Band | None
    reasons: tuple[Reason, ...] = ()
    duplicates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Compared:
    """How a space answered.

    Attributes:
        space: its id.
        knows: one honest sentence on what nearness means in it.
        generation: of its index, None where none was asked.
        plan: how it was searched.
        exact: nothing can be missing.
        degraded: what is wrong with the index, "" when all is well.
        embedded: works that have a vector.
        missing: works with a picture that have none yet, and so cannot be found by it.
    """

    space: str
    knows: str
    generation: int | None
    plan: str
    exact: bool
    degraded: str
    embedded: int
    missing: int


@dataclass(frozen=True)
class Answer:
    """A page of hits.

    Attributes:
        hits: best first, in an order that stays the same while the catalogue does.
        next: the mark of the page that follows, None after the last.
        total: how many works were found; None where more than could be ranked.
        admitted: how many works the filter admits, None without one.
        compared: how the space answered, None where none was asked.
        facets: counts over what was found, by facet, the most frequent first.
        notes: what a person should know of this answer, a sentence each.
    """

    hits: tuple[Hit, ...]
    next: str | None
    total: int | None
    admitted: int | None = None
    compared: Compared | None = None
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
