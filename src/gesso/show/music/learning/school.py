"""The school: learns matchings from pairs, tries them, and lets the better ones in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.codec import from_json, to_json
from gesso.core.sound.records import Track
from gesso.show.music.learning.matching import Matching, Senses, senses_of
from gesso.show.music.learning.numbers import Looks
from gesso.show.music.learning.towers import Kind, Towers, by_contrast, by_correlation
from gesso.show.music.learning.trial import Ground, Report, Train, tried

FEWEST = 20
"""Pairs below which nothing is learnt."""
MANY = 1000
"""Pairs from which both ways of learning are tried."""
OF_FAVOURITES = 2
"""How often a pair of a work that is marked a favourite is told to who learns."""
_SEEN = 2000
"""Works by which it is told in what pictures differ."""

Floats = NDArray[np.float64]
Usual = Callable[[Sequence[int], Sequence[Track]], Floats]
"""(works, tracks) how well each fits each by what is not learnt, 0 to 1."""

_WAYS: dict[Kind, Train] = {
    "cca": lambda pictures, tracks, _moods: by_correlation(pictures, tracks),
    "infonce": by_contrast,
}


@dataclass(frozen=True)
class Learnt:
    """A matching that is kept.

    Attributes:
        version: its number.
        report: of its trial.
        made_at: UTC.
        is_in_force: matches go by it.
        is_usable: it was learnt from the looks that are in use now.
    """

    version: int
    report: Report
    made_at: datetime
    is_in_force: bool
    is_usable: bool


class School:
    """Learns from a person's pairs, and most from those of works that they marked.

    Args:
        catalogue: whose pairs, works and tracks.
        looks: how pictures look.
        usual: how well they fit without what is learnt.
        places: (tracks, 2) their moods as shares among all.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        looks: Looks,
        usual: Usual,
        places: Callable[[Sequence[Track]], Floats],
    ) -> None:
        self._catalogue = catalogue
        self._looks = looks
        self._usual = usual
        self._places = places

    def learn(self) -> Learnt:
        """Learn a matching and try it; it is kept, but not in force by that.

        Raises:
            InputError: there are too few pairs.
        """
        ground, senses = self._ground()
        ways: list[Kind] = ["cca", "infonce"] if len(ground.works) >= MANY else ["cca"]
        reports = [tried(ground, _WAYS[way], way) for way in ways]
        best = max(reports, key=lambda report: report.learnt.mrr)
        way: Kind = "infonce" if best.kind == "infonce" else "cca"
        towers: Towers = ground.learn(_WAYS[way], np.arange(len(ground.works)))
        body = Matching(towers, senses, len(ground.works)).to_bytes()
        version = self._catalogue.pairings.keep(way, self._looks.space, to_json(best), body)
        return self.version(version)

    def versions(self) -> list[Learnt]:
        """All that were learnt, oldest first."""
        now = self._catalogue.pairings.in_force()
        return [
            Learnt(
                row.version,
                from_json(Report, row.report),
                row.made_at,
                row.version == now,
                row.space == self._looks.space,
            )
            for row in self._catalogue.pairings.learnt()
        ]

    def version(self, number: int | None = None) -> Learnt:
        """One of them; None for the newest.

        Raises:
            UnknownItem: there is no such version, or none at all.
        """
        found = self.versions()
        if number is None and found:
            return found[-1]
        for one in found:
            if one.version == number:
                return one
        what = "Nothing was learnt yet" if number is None else f"There is no version {number}"
        raise UnknownItem(f"{what}.", "Learn from your pairs: gesso music learn")

    def promote(self, number: int | None = None) -> Learnt:
        """Let matches go by a version from now on; None for the newest.

        Raises:
            UnknownItem: there is no such version.
            InputError: it is not better than what is not learnt, beyond doubt; or it was learnt
                from other looks.
        """
        wanted = self.version(number)
        if not wanted.is_usable:
            raise InputError(
                f"Version {wanted.version} was learnt from looks of another kind.",
                "Learn anew: gesso music learn",
            )
        if not wanted.report.is_better:
            raise InputError(
                f"Version {wanted.version} is not better beyond doubt: its gain lies between "
                f"{wanted.report.least:+.3f} and {wanted.report.most:+.3f}.",
                "Put more pictures and tracks together, then learn again: gesso music learn",
            )
        self._catalogue.pairings.turn_to(wanted.version)
        return self.version(wanted.version)

    def roll_back(self) -> Learnt | None:
        """Undo the last promotion; what matches go by then, None for what is not learnt."""
        now = self._catalogue.pairings.turn_back()
        return None if now is None else self.version(now)

    def in_force(self) -> Matching | None:
        """What matches go by; None for what is not learnt, or was learnt from other looks."""
        now = self._catalogue.pairings.in_force()
        if now is None or not self.version(now).is_usable:
            return None
        return Matching.from_bytes(self._catalogue.pairings.body(now))

    def _ground(self) -> tuple[Ground, Senses]:
        """The pairs as numbers, and how numbers are made of others later."""
        music = [track for track in self._catalogue.tracks.list() if track.hearing.is_music]
        rows = {track.id: row for row, track in enumerate(music)}
        pairs = [
            pair for pair in self._catalogue.pairings.list() if pair.fits and pair.track in rows
        ]
        known = self._looks.of_works(sorted({pair.work for pair in pairs}))
        pairs = [pair for pair in pairs if pair.work in known]
        if len(pairs) < FEWEST:
            counted = "is 1 pair" if len(pairs) == 1 else f"are {len(pairs)} pairs"
            raise InputError(
                f"There {counted} to learn from, and {FEWEST} are needed.",
                "Put a picture and a track together: gesso music pair work:12 track:3",
            )
        more = self._looks.of_works(self._looks.known(_SEEN).tolist())
        senses = senses_of(np.stack(list((more | known).values())), music)
        works = list(known)
        usual = dict(zip(works, self._usual(works, music), strict=True))
        return Ground(
            np.array([pair.work for pair in pairs]),
            np.array([rows[pair.track] for pair in pairs]),
            _albums(music),
            senses.pictures(np.stack([known[pair.work] for pair in pairs])),
            senses.tracks(music),
            self._places(music),
            np.stack([usual[pair.work] for pair in pairs]),
            self._times([pair.work for pair in pairs]),
        ), senses

    def _times(self, numbers: Sequence[int]) -> NDArray[np.int64]:
        """(pairs,) how often each is told: what a person loves teaches more than what they keep."""
        loved = {one for one in set(numbers) if self._catalogue.works.get(one).favourite}
        return np.array([OF_FAVOURITES if one in loved else 1 for one in numbers])


def _albums(music: Sequence[Track]) -> NDArray[np.int64]:
    """A number for each track, the same for those of one album."""
    names = [
        f"{track.artist}\0{track.album}" if track.album else f"\0{track.id}" for track in music
    ]
    return np.asarray(np.unique(names, return_inverse=True)[1])
