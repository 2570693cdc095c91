"""The style that a picture is near to: a vote of labelled works, with its record, or silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gesso.study.easel import Easel
from gesso.study.measures.balance import measure_balance
from gesso.study.measures.colour import measure_colour
from gesso.study.measures.edges import measure_edges
from gesso.study.measures.focus import measured_focus
from gesso.study.measures.mass import measure_mass
from gesso.study.measures.value import measure_notan, measure_value
from gesso.study.records import Figure, Reading
from gesso.study.tools.near.company import Company
from gesso.study.tools.near.notes.notes import Cue, Note, note_on, notes
from gesso.study.tools.near.vote import Jury, Vote, shares_of_words
from gesso.study.tools.tool import measured_by

_FEW_WORKS, _FEW_STYLES, _FEW_CREATORS = 40, 3, 10
"""Labelled works, styles and artists below which nothing is voted on."""
_SURE = 0.6
"""Trust from which a picture "reads as" a style; below, it is "near to" it."""
_WARMTH = 0.01
"""The inverse of the scale at which CLIP's towers compare (Radford and others, 2021)."""
_LEAD = 2.0
"""By words alone nothing is checked, so the first style must have so many times the next."""
_SAID = ("a painting in the style of {}", "{} art", "a work of {}")
_MEASURES: Mapping[str, Callable[[Easel], dict[str, float]]] = {
    **dict.fromkeys(("L_mean", "L_range", "dark25", "light80"), measure_value),
    **dict.fromkeys(("notan_expl",), measure_notan),
    **dict.fromkeys(("dom", "top5", "regions", "busy"), measure_mass),
    **dict.fromkeys(("hard", "lost", "edge_mean"), measure_edges),
    **dict.fromkeys(("tilt_lr",), measure_balance),
    **dict.fromkeys(("chroma", "warm", "hue_entropy"), measure_colour),
    "sal_top10": measured_focus,
}
_NO_CATALOGUE = "There is no catalogue here whose works could be asked for a style."


@dataclass(frozen=True)
class StyleOptions:
    """When a style is named.

    Attributes:
        least: how often votes like this must have been right on artists left out, 0 to 1, for the
            style to be named at all.
    """

    least: float = 0.4


class Style:
    """Reads what style a picture is near to.

    Args:
        options: when one is named.
        company: the catalogue and its vectors; None where there is none.
    """

    Options: ClassVar[type] = StyleOptions
    name = "style"

    def __init__(self, options: StyleOptions, company: Company | None) -> None:
        self._options = options
        self._company = company if isinstance(company, Company) else None

    def read(self, easel: Easel) -> Reading:
        """The styles that works like it bear, how far that can be trusted, and a note on it."""
        company = self._company
        if company is None:
            return self._told(easel, {}, "", _NO_CATALOGUE)
        jury, why = self._jury(company)
        if jury is not None:
            return self._voted(easel, company, jury)
        if company.encoder.space.reads_words:
            return self._read_by_words(easel, company, why)
        return self._told(easel, {"space": company.encoder.space.id}, "", why)

    def _jury(self, company: Company) -> tuple[Jury | None, str]:
        """Who votes; or None, and why nobody does."""
        labelled = len(company.labelled)
        jury = company.jury
        if jury is None or labelled < _FEW_WORKS or len(jury.names) < _FEW_STYLES:
            return None, (
                f"{labelled} labelled works of the catalogue can be compared: too few for a vote. "
                f"It takes {_FEW_WORKS} works in {_FEW_STYLES} styles or more, each with an "
                "embedding."
            )
        if jury.creators < _FEW_CREATORS:
            return None, (
                f"The labelled works are by {jury.creators} artists: too few to tell a style from "
                f"a hand ({_FEW_CREATORS} are wanted)."
            )
        return jury, ""

    def _voted(self, easel: Easel, company: Company, jury: Jury) -> Reading:
        vote = jury.ask(company.vector(easel.picture))
        trust = jury.trust(vote)
        figures: dict[str, Figure] = {
            "votes": _shares(vote),
            "trust": round(trust, 3),
            "voters": [*vote.voters],
            "space": company.encoder.space.id,
        }
        if trust < self._options.least:
            split = _listed([f"{name} ({_percent(share)})" for name, share in vote.shares[:3]])
            why = (
                f"No style is named: the labelled works nearest to it are of {split}, and votes "
                f"like this one were right {_tenths(trust)} times in 10 on artists left out."
            )
            return self._told(easel, figures, "", why)
        name, share = vote.shares[0]
        said = f"Reads as {name}" if trust >= _SURE else f"Reads as near to {name}"
        said += (
            f", by {_percent(share)} of the votes of works like it (such votes were right "
            f"{_tenths(trust)} times in 10 on artists left out)"
        )
        said += f"; next is {vote.shares[1][0]}." if len(vote.shares) > 1 else "."
        return self._with_note(easel, figures, said, name)

    def _read_by_words(self, easel: Easel, company: Company, why: str) -> Reading:
        movements = [note for note in notes().values() if note.kind == "movement"]
        vectors = [_meant(company, note) for note in movements]
        names = [note.name for note in movements]
        vector = company.vector(easel.picture)
        vote = shares_of_words(vector, np.stack(vectors), names, _WARMTH)
        figures: dict[str, Figure] = {
            "votes": _shares(vote),
            "by_words": True,
            "space": company.encoder.space.id,
        }
        (name, first), (other, second) = vote.shares[:2]
        if first < _LEAD * second:
            return self._told(
                easel, figures, "", f"{why} By words alone {name} and {other} lie too close."
            )
        said = (
            f"By words alone it reads as near to {name}, next {other}; no labelled work here has "
            "checked that."
        )
        return self._with_note(easel, figures, said, name)

    def _with_note(
        self, easel: Easel, figures: Mapping[str, Figure], said: str, name: str
    ) -> Reading:
        note = note_on(name)
        if note is None:
            return self._told(easel, figures, said, "")
        seen = [cue for cue in note.cues if cue.is_seen(_measured(easel, cue))]
        measured = _listed([cue.words for cue in seen])
        of_it = f" Of that, measured here: {measured}." if seen else " None of its cues stands out."
        return self._told(
            easel,
            {**figures, "cues": [cue.metric for cue in seen], "note": note.name},
            f"{said} {note.name}, {note.when}: {note.text}{of_it}",
            "",
        )

    def _told(
        self, easel: Easel, figures: Mapping[str, Figure], note: str, abstains: str
    ) -> Reading:
        return Reading(
            tool=self.name,
            title="Style",
            note=note,
            figures=figures,
            sheets=(),
            maker=measured_by(self.name, "1", self._options, easel),
            abstains=abstains,
        )


def _meant(company: Company, note: Note) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The mean direction of what a style is called, in a space that reads words."""
    mean = company.encoder.words([said.format(note.name) for said in _SAID]).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _measured(easel: Easel, cue: Cue) -> dict[str, float]:
    return easel.once(_MEASURES[cue.metric]) if cue.metric in _MEASURES else {}


def _shares(vote: Vote) -> list[Figure]:
    return [{"style": name, "share": round(share, 3)} for name, share in vote.shares[:5]]


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _tenths(trust: float) -> int:
    return round(10 * trust)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
