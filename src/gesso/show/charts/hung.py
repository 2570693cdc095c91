"""Charts of works, out of the roll: since when they hang, their colours, values, scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness as lightness_of
from gesso.show.charts.records import Chart, Kind, Series
from gesso.show.gallery.reading import Entries
from gesso.show.gallery.spectrum import stripes, weigh

Rows = NDArray[np.int32]
MOST = 14
"""Rows of a chart of styles, sources, tags: what comes after is told as the rest."""
_DAYS, _MONTHS = 62, 40
"""Moments are days over two months, months over three years, and years beyond that."""
_ORIGINS = ("made", "collected", "brought in")
_KEYS = (("low key", 0.0, 40.0), ("middle key", 40.0, 60.0), ("high key", 60.0, 100.1))
"""The mean value of a work, CIE L*: below 40 most of it lies in the dark half, above 60 in the
light one."""


def over_time(columns: Entries, rows: Rows) -> Chart:
    """How many works came in when, by where they came from."""
    moments = columns.added[rows].astype("datetime64[us]")
    days = moments.astype("datetime64[D]")
    span = int((days.max() - days.min()).astype(int)) if len(days) else 0
    step = "D" if span <= _DAYS else "M" if span <= 31 * _MONTHS else "Y"
    found = days.astype(f"datetime64[{step}]").astype(np.int64)
    first = int(found.min()) if len(found) else 0
    count = int(found.max()) - first + 1 if len(found) else 0
    labels = (np.arange(first, first + count)).astype(f"datetime64[{step}]").astype(str)
    origins = columns.origins[rows]
    series = tuple(
        Series(name, tuple(map(float, np.bincount(found[origins == at] - first, minlength=count))))
        for at, name in enumerate(_ORIGINS)
    )
    told = tuple(one for one in series if any(one.values))
    words = {"D": "day", "M": "month", "Y": "year"}[step]
    return Chart(
        "time",
        "Works over time",
        "columns",
        "works",
        tuple(labels.tolist()),
        told,
        note=f"By {words}, UTC, and by where they came from.",
    )


def palette(columns: Entries, rows: Rows, hexes: Sequence[str]) -> Chart:
    """The colours of works, as wide as their share of all painted area."""
    found = stripes(weigh(columns.cells[rows], columns.shares[rows]), hexes)
    return Chart(
        "palette",
        "Palette",
        "spectrum",
        "share",
        tuple(stripe.words for stripe in found),
        (Series("share", tuple(round(stripe.share, 5) for stripe in found)),),
        tuple(stripe.hex for stripe in found),
        note="The main colours of each work, by the share of the picture that they cover.",
    )


def values(columns: Entries, rows: Rows, hexes: Sequence[str]) -> Chart:
    """How light works are on the whole, in ten steps of CIE L*."""
    lightness = np.array([_lightness(one) for one in hexes])
    shares = columns.shares[rows].astype(np.float64)
    total = shares.sum(axis=1)
    has_colours = total > 0
    means = (lightness[columns.cells[rows]] * shares).sum(axis=1)[has_colours] / total[has_colours]
    steps = np.bincount(np.clip(means // 10, 0, 9).astype(np.int64), minlength=10)
    told = [
        f"{name} {((means >= low) & (means < high)).mean():.0%}".replace("%", " %")
        for name, low, high in _KEYS
        if len(means)
    ]
    return Chart(
        "values",
        "Value keys",
        "columns",
        "works",
        tuple(f"{10 * at} to {10 * at + 10}" for at in range(10)),
        (Series("works", tuple(map(float, steps))),),
        tuple(_grey(10 * at + 5) for at in range(10)),
        note=f"The mean value of a work by its main colours, L* 0 to 100. {_sentence(told)}",
        rest=int((~has_colours).sum()),
    )


def judged(scores: NDArray[np.float32], rows: Rows) -> Chart:
    """How works were scored, in tenths."""
    found = scores[rows]
    found = found[found >= 0]
    # Scores of other scales than 0 to 1 are in no tenth of it.
    within = found[found <= 1]
    steps = np.bincount(np.clip(within * 10, 0, 9).astype(np.int64), minlength=10)
    middle = f" Half of them are at {np.median(within):.2f} or more." if len(within) else ""
    return Chart(
        "scores",
        "Scores",
        "columns",
        "works",
        tuple(f"{at / 10:.1f} to {(at + 1) / 10:.1f}" for at in range(10)),
        (Series("works", tuple(map(float, steps))),),
        note=f"The best score of each work that was judged, 0 to 1.{middle}",
        rest=len(rows) - len(within),
    )


def sources(columns: Entries, rows: Rows, names: Sequence[str]) -> Chart:
    """Where works came from."""
    counts = np.bincount(columns.sources[rows], minlength=len(names))
    ranked = [(names[at], int(counts[at])) for at in np.argsort(-counts, kind="stable").tolist()]
    return frequent("sources", "Sources", [one for one in ranked if one[1]], len(rows))


def frequent(
    name: str, title: str, ranked: Sequence[tuple[str, int]], works: int, *, note: str = ""
) -> Chart:
    """The most frequent of something, each with its number of works."""
    shown = ranked[:MOST]
    kind: Kind = "rows"
    # A work has one style and many tags: only of the first is there a rest to be told.
    covered = sum(count for _, count in shown)
    beyond = len(ranked) - len(shown)
    told = f"{beyond:,} more are less frequent." if beyond > 0 else ""
    return Chart(
        name,
        title,
        kind,
        "works",
        tuple(word for word, _ in shown),
        (Series("works", tuple(float(count) for _, count in shown)),),
        note=" ".join(filter(None, (note, told))),
        rest=max(0, works - covered) if name != "tags" else 0,
    )


def of_words(said: Mapping[str, Sequence[tuple[str, int]]], works: int) -> tuple[Chart, ...]:
    """The charts of what is said of works."""
    titles = {"styles": "Styles", "kinds": "Kinds", "tags": "Tags"}
    return tuple(frequent(name, title, said[name], works) for name, title in titles.items())


def _sentence(told: Sequence[str]) -> str:
    return f"{', '.join(told).capitalize()}." if told else ""


def _lightness(colour: str) -> float:
    rgb = np.array([[[int(colour[at : at + 2], 16) for at in (1, 3, 5)]]], np.uint8)
    return float(lightness_of(rgb)[0, 0])


def _grey(lightness: float) -> str:
    """The neutral grey of a value, L*."""
    y = ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / 903.3
    linear = 12.92 * y if y <= 0.0031308 else 1.055 * y ** (1 / 2.4) - 0.055
    level = round(255 * linear)
    return f"#{level:02x}{level:02x}{level:02x}"
