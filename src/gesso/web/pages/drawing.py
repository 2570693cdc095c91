"""Templates, and the few words that several of them need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from gesso.core.pixels.colour import oklab_to_bytes
from gesso.core.records.works import Swatch, Work
from gesso.show.gallery.spectrum import name_of
from gesso.show.gallery.tiles import tile_of
from gesso.web.pages.doings import words
from gesso.web.pages.static import assets
from gesso.web.server.doors.guard import asking
from gesso.web.server.problems import SEE_DESCRIPTION, Problem

_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Embeddings, overrides and isolates of text (Unicode Standard Annex 9)."""
_HOME = ("/", "Back to the works")
_ROOMS = {
    "works": ("/search", "Search for a work"),
    "studies": ("/studies", "Study another picture"),
    "sets": ("/sets", "See all sets"),
    "stories": ("/stories", "See all stories"),
    "music": ("/music", "See all music"),
    "runs": ("/runs", "See all runs"),
}
_MADE = {"made": "made", "collected": "collected", "brought": "brought in"}


def draw(template: str, **words: Any) -> str:
    """A page as HTML; every word from outside is escaped."""
    return _templates().get_template(template).render(words)


def draw_problem(name: str, problem: Problem, path: str) -> str:
    """A problem as a page: what to type is left out where there is something to press.

    Args:
        name: of the studio.
        problem: what happened.
        path: that was asked for; where there is nothing, its room is offered.
    """
    is_nothing = problem.status == 404
    way = _ROOMS.get(path.split("/")[1] if "/" in path else "") if is_nothing else None
    advice = words.for_pages(problem.detail) if is_nothing else problem.detail
    return draw(
        "problem.html",
        here="",
        name=name,
        problem=problem,
        advice="" if advice == SEE_DESCRIPTION else advice,
        ways=[way, _HOME] if way else [_HOME],
    )


@cache
def _templates() -> Environment:
    # Everything is escaped whatever its name, and a name that is not there is an error.
    found = Environment(
        loader=PackageLoader("gesso.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_steady,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["href"] = lambda name: assets()[name].href
    found.globals["asking"] = asking
    found.filters["day"] = day
    found.filters["line"] = line_of
    found.filters["tile"] = tile_of
    found.filters["colours"] = colours_named
    found.filters["number"] = lambda value: f"{value:,}"
    found.filters.update(words.FILTERS)
    return found


def _steady(shown: Any) -> Any:
    """What is shown, without signs that turn round the line in which it stands."""
    return shown if not isinstance(shown, str) or shown.isascii() else shown.translate(_TURNING)


def day(moment: datetime) -> str:
    """A date as it is read: 14 November 2026."""
    return f"{moment.day} {moment:%B %Y}"


def colours_named(colours: tuple[int, int]) -> str:
    """A range of the spectrum in words: "dark blue to pale blue"."""
    first, last = name_of(colours[0]), name_of(colours[1])
    return first if first == last else f"{first} to {last}"


def line_of(work: Work) -> str:
    """What stands under a title: where it comes from, and when or how good."""
    maker = work.creator if work.provenance.origin != "made" else ""
    words = [maker or _MADE[work.provenance.origin], work.date]
    return ", ".join(word for word in words if word)


@dataclass(frozen=True)
class Stripe:
    """One colour of a strip 100 wide."""

    x: float
    width: float
    hex: str
    words: str


def strip_of(swatches: Sequence[Swatch]) -> list[Stripe]:
    """A work's colours side by side, dark to light, each as wide as its share."""
    found, left = [], 0.0
    total = sum(swatch.share for swatch in swatches) or 1.0
    for swatch in sorted(swatches, key=lambda one: one.lightness):
        lab = np.array([[swatch.lightness, swatch.a, swatch.b]], dtype=np.float32)
        red, green, blue = oklab_to_bytes(lab)[0].tolist()
        width = 100 * swatch.share / total
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        found.append(Stripe(round(left, 3), round(width, 3), colour, f"{colour} {width:.0f} %"))
        left += width
    return found
