"""Why a work was found, and how far that can be believed."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.search.columns.columns import State
from gesso.search.fusing.asking import Asked
from gesso.search.fusing.bands import Bands
from gesso.search.fusing.rankings import SURE, Lists
from gesso.search.looks.colour import nearest_swatch
from gesso.search.records import Band, Cause, Reason

_LIKELY_WORDS = 0.75
_LIKELY_COLOUR = 0.5
_LIKELY_VALUES = 0.9
_SHOWN = 3


@dataclass(frozen=True)
class Judge:
    """Tells why, for one query.

    Attributes:
        asked: the query.
        lists: its rankings.
        bands: of the space, None where none was asked.
    """

    asked: Asked
    lists: Lists
    bands: Bands | None

    def reasons(self, work: int) -> tuple[Reason, ...]:
        """Why a work was found, the most telling first."""
        told = [
            self._reason(cause, work, held[work])
            for cause, held in self.lists.values.items()
            if work in held and not (cause == "neighbour" and self._is_sure(work))
        ]
        return tuple(sorted(told, key=lambda one: _ORDER.index(one.cause)))

    def _is_sure(self, work: int) -> bool:
        """Its own words fit so well that nothing needs to be said of its neighbours."""
        return self.lists.values.get("words", {}).get(work, 0.0) >= SURE

    def band(self, work: int) -> Band:
        """Whether one of the causes alone would convince a person."""
        held = {
            cause: values[work] for cause, values in self.lists.values.items() if work in values
        }
        if held.get("words", 0) >= _LIKELY_WORDS or held.get("colour", 0) >= _LIKELY_COLOUR:
            return "likely"
        if held.get("values", 0) >= _LIKELY_VALUES or not held:
            return "likely"
        if self.bands is not None:
            if held.get("picture", -1) >= self.bands.pictures:
                return "likely"
            vector = self.lists.vector
            if vector is not None and held.get("meaning", -1) >= self.bands.words(vector):
                return "likely"
        return "weak"

    def _reason(self, cause: str, work: int, value: float) -> Reason:
        if cause == "words":
            return self._of_words(work, value)
        if cause == "colour":
            return self._of_colours(self.asked.state, work, value)
        if cause == "values":
            return Reason("values", f"its lights and darks lie alike ({value:.2f})", value)
        if cause == "neighbour":
            return Reason("neighbour", f"looks like works whose words fit ({value:.2f})", value)
        if cause == "meaning":
            return Reason("meaning", f"fits the meaning of the words ({value:.3f})", value)
        but = f", {' and '.join(self.asked.query.but)}" if self.asked.changes else ""
        return Reason("picture", f"looks alike{but} ({value:.3f})", value)

    def _of_words(self, work: int, value: float) -> Reason:
        found = self.lists.words.found.get(work) if self.lists.words else None
        if found is None:
            return Reason("words", "has one of the words", value)
        parts = [
            f"'{word}' in its {_COLUMNS.get(column, column)}"
            + (f" for '{asked}'" if asked.rstrip("*") not in word else "")
            for asked, column, word in found.places[:_SHOWN]
        ]
        return Reason("words", ", ".join(parts), value, found.places)

    def _of_colours(self, state: State, work: int, value: float) -> Reason:
        swatches, colours = state.rows("swatches"), self.asked.query.colours
        place = _place(state, work)
        places = []
        for colour, share in zip(colours, self.lists.covered.get(work, ()), strict=False):
            nearest = nearest_swatch(swatches, place, colour)
            places.append((colour.name, nearest, f"{share:.0%}"))
        says = ", ".join(f"{share} about {name} ({near})" for name, near, share in places)
        return Reason("colour", says, value, tuple(places))


def _place(state: State, work: int) -> int:
    ids = state.core.ids
    return int(ids.searchsorted(work))


_ORDER: tuple[Cause, ...] = ("words", "meaning", "picture", "colour", "values", "neighbour")
_COLUMNS = {"creator": "artist", "text": "description"}
